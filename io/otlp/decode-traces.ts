/**
 * Bytes of an ExportTraceServiceRequest → the same record as OTLP/JSON has it, so that one decoder reads both. The wire is
 * protobufjs's to read; what is built is bounded, because two bytes on the wire can be an object here. What nests deeper than any
 * attribute is read is left out, as the decoder of OTLP/JSON leaves it out: one span's depth costs no other span its evidence.
 */
import protobuf from 'protobufjs/minimal.js'
import { type Field, type Message, type Scalar, TRACE_REQUEST } from './trace-messages.ts'

/** Of messages in messages: a map in a map, 64 times, at the end of an event's attribute, takes 200. */
const MAX_DEPTH = 200

export type Traces =
  | { readonly ok: true; readonly record: unknown }
  /** `malformed`: it is no such request. `too-large`: more messages than `limit`. */
  | { readonly ok: false; readonly because: 'malformed' | 'too-large' }

type Reader = protobuf.Reader
type Read = Record<string, unknown>

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

const plainBytes = (reader: Reader): Buffer => {
  const { buffer, byteOffset, length } = reader.bytes()
  return Buffer.from(buffer, byteOffset, length)
}

const SCALARS: Readonly<Record<Scalar, { readonly wire: number; readonly read: (reader: Reader) => unknown }>> = {
  text: { wire: BYTES, read: reader => reader.string() },
  hex: { wire: BYTES, read: reader => plainBytes(reader).toString('hex') },
  base64: { wire: BYTES, read: reader => plainBytes(reader).toString('base64') },
  uint32: { wire: VARINT, read: reader => reader.uint32() },
  // Of 64 bits a double holds 53: digits, as OTLP/JSON writes them.
  int64: { wire: VARINT, read: reader => String(reader.int64()) },
  fixed64: {
    wire: FIXED64,
    read: reader => {
      const low = reader.fixed32()
      return String((BigInt(reader.fixed32()) << 32n) | BigInt(low))
    },
  },
  fixed32: { wire: FIXED32, read: reader => reader.fixed32() },
  double: { wire: FIXED64, read: reader => reader.double() },
  bool: { wire: VARINT, read: reader => reader.bool() },
}

const wireOf = (field: Field): number => ('scalar' in field ? SCALARS[field.scalar].wire : BYTES)

class TooLarge extends Error {}

const createReading = (reader: Reader, limit: number) => {
  let left = limit
  const readInto = (into: Read, { fields, oneOf }: Message, end: number, depth: number): Read => {
    left -= 1
    if (left < 0) throw new TooLarge()
    let last = oneOf ? Object.keys(into)[0] : undefined
    while (reader.pos < end) {
      const tag = reader.uint32()
      const field = fields.get(tag >>> 3)
      if (field === undefined || (tag & 7) !== wireOf(field)) {
        reader.skipType(tag & 7)
        continue
      }
      if (oneOf) {
        if (last !== undefined && last !== field.name) delete into[last]
        last = field.name
      }
      if ('scalar' in field) into[field.name] = SCALARS[field.scalar].read(reader)
      else readMessage(into, field, end, depth + 1)
    }
    if (reader.pos !== end) throw new RangeError('a field reaches beyond its message')
    return into
  }

  const readMessage = (
    into: Read,
    { name, message, repeated }: Extract<Field, { message: Message }>,
    outer: number,
    depth: number,
  ): void => {
    const length = reader.uint32()
    const end = reader.pos + length
    if (end > outer) throw new RangeError('a message reaches beyond the one around it')
    if (depth > MAX_DEPTH) {
      reader.skip(length)
      return
    }
    const known = into[name]
    if (repeated) {
      const read = readInto(message.empty(), message, end, depth)
      if (Array.isArray(known)) known.push(read)
      else into[name] = [read]
      return
    }
    // Written twice, a message that is not repeated is one: protobuf adds the second to the first.
    const before: Read = typeof known === 'object' && known !== null ? { ...known } : message.empty()
    into[name] = readInto(before, message, end, depth)
  }
  return readInto
}

/** `limit`: messages within it, each attribute is two. Never throws. */
export const decodeTraces = (bytes: Uint8Array, limit: number): Traces => {
  const reader = protobuf.Reader.create(bytes)
  try {
    return { ok: true, record: createReading(reader, limit)({}, TRACE_REQUEST, reader.len, 0) }
  } catch (error) {
    return { ok: false, because: error instanceof TooLarge ? 'too-large' : 'malformed' }
  }
}
