/** What an OTLP client is answered, as it asked: ExportTraceServiceResponse, and google.rpc.Status where it is refused. */
import protobuf from 'protobufjs/minimal.js'
import { jsonText } from '../json-text.ts'

export type OtlpFormat = 'protobuf' | 'json'

export const OTLP_CONTENT_TYPES: Readonly<Record<OtlpFormat, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

const MESSAGE_FIELD = (2 << 3) | 2

/** `rejected`: spans that are no evidence, with why; 0: all are taken, and nothing is said. */
export const traceResponse = (format: OtlpFormat, rejected: number, why: string): Uint8Array => {
  if (format === 'json')
    return Buffer.from(
      jsonText(rejected === 0 ? {} : { partialSuccess: { rejectedSpans: String(rejected), errorMessage: why } }),
    )
  const writer = protobuf.Writer.create()
  if (rejected === 0) return writer.finish()
  writer.uint32((1 << 3) | 2).fork() // partial_success
  writer
    .uint32(1 << 3)
    .int64(rejected)
    .uint32(MESSAGE_FIELD)
    .string(why)
  return writer.ldelim().finish()
}

/** Of google.rpc.Code, by the HTTP status that it goes with. */
const CODES: ReadonlyMap<number, number> = new Map([
  [400, 3],
  [401, 16],
  [403, 7],
  [404, 5],
  [405, 12],
  [413, 3],
  [415, 3],
  [429, 8],
  [503, 14],
])
const INTERNAL = 13

export const statusResponse = (format: OtlpFormat, status: number, message: string): Uint8Array => {
  const code = CODES.get(status) ?? INTERNAL
  if (format === 'json') return Buffer.from(jsonText({ code, message }))
  return protobuf.Writer.create()
    .uint32(1 << 3)
    .int32(code)
    .uint32(MESSAGE_FIELD)
    .string(message)
    .finish()
}
