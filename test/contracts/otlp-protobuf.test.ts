/** OTLP in protobuf is read as OpenTelemetry's own generated code reads it, and bounded; the examples of `ambit serve` are accepted. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import protobuf from 'protobufjs/minimal.js'
import { describe, expect, test } from 'vitest'
import { readServeConfig } from '../../apps/receiver/read-config.ts'
import { SOURCES } from '../../core/pipeline.ts'
import { decodeTraces } from '../../io/otlp/decode-traces.ts'
import { protobufOf } from './receiver.ts'

const LIMIT = 1_000_000
const id = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(each => Buffer.from(each).toString('hex'))
const nanos = fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }).map(String)
const text = fc.string({ unit: 'grapheme', maxLength: 20 })

const { value: anyValue } = fc.letrec<{ value: unknown; pair: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text.map(stringValue => ({ stringValue })),
    fc.boolean().map(boolValue => ({ boolValue })),
    fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }).map(int => ({ intValue: String(int) })),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(doubleValue => ({ doubleValue })),
    fc.uint8Array({ maxLength: 8 }).map(bytes => ({ bytesValue: Buffer.from(bytes).toString('base64') })),
    fc.array(tie('value'), { minLength: 1, maxLength: 3 }).map(values => ({ arrayValue: { values } })),
    fc.array(tie('pair'), { minLength: 1, maxLength: 3 }).map(values => ({ kvlistValue: { values } })),
  ),
  pair: fc.record({ key: text, value: tie('value') }),
}))
const attributes = fc.array(fc.record({ key: text, value: anyValue }), { minLength: 1, maxLength: 4 })

const span = fc.record({
  traceId: id(16),
  spanId: id(8),
  parentSpanId: id(8),
  name: text.filter(name => name !== ''),
  kind: fc.integer({ min: 1, max: 5 }),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes,
  events: fc.array(fc.record({ timeUnixNano: nanos, name: fc.constant('e'), attributes }), {
    minLength: 1,
    maxLength: 2,
  }),
  links: fc.array(fc.record({ traceId: id(16), spanId: id(8) }), { minLength: 1, maxLength: 2 }),
  status: fc.record({ message: fc.constant('no'), code: fc.constant(2) }),
})

const request = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource: fc.record({ attributes }),
      scopeSpans: fc.array(
        fc.record({
          scope: fc.record({ name: fc.constant('s') }),
          spans: fc.array(span, { minLength: 1, maxLength: 3 }),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    }),
    { minLength: 1, maxLength: 2 },
  ),
})

test('what was encoded as OpenTelemetry encodes it is read back as OTLP/JSON, whole', () => {
  fc.assert(
    fc.property(request, written => {
      expect(decodeTraces(protobufOf(written), LIMIT)).toEqual({
        ok: true,
        record: JSON.parse(JSON.stringify(written)),
      })
    }),
  )
})

const message = (field: number, body: Uint8Array): Uint8Array =>
  protobuf.Writer.create()
    .uint32((field << 3) | 2)
    .bytes(body)
    .finish()
const textField = (field: number, value: string): Uint8Array =>
  protobuf.Writer.create()
    .uint32((field << 3) | 2)
    .string(value)
    .finish()
const join2 = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)

describe('hostile', () => {
  test('what nests deeper than any attribute is left out, and nothing else with it', () => {
    let value: Uint8Array = textField(1, 'deep')
    for (let depth = 0; depth < 20_000; depth++) value = message(5, message(1, value))
    const attribute = (key: string, body: Uint8Array) => message(9, join2(textField(1, key), message(2, body)))
    const spans = message(
      2,
      join2(attribute('deep', value), attribute('plain', textField(1, 'here')), textField(5, 'name')),
    )
    const decoded = decodeTraces(Buffer.from(message(1, message(2, spans))), LIMIT)
    expect(decoded.ok).toBe(true)
    const flat = JSON.stringify(decoded)
    expect(flat).toContain('"plain"')
    expect(flat).toContain('"name":"name"')
    expect(flat).not.toContain('"stringValue":"deep"')
  })

  test('of two values in one the last counts; of two resources both do; unknown fields and wrong types count nothing', () => {
    const both = message(2, join2(textField(1, 'first'), message(5, new Uint8Array())))
    const resource = (key: string) => message(1, message(1, join2(textField(1, key), both)))
    const unknown = join2(
      textField(1_000, 'unknown'),
      protobuf.Writer.create()
        .uint32(3 << 3)
        .uint32(7)
        .finish(),
    )
    const decoded = decodeTraces(Buffer.from(message(1, join2(resource('a'), unknown, resource('b')))), LIMIT)
    const attribute = (key: string) => ({ key, value: { arrayValue: {} } })
    expect(decoded).toEqual({
      ok: true,
      record: { resourceSpans: [{ resource: { attributes: [attribute('a'), attribute('b')] } }] },
    })
  })

  test('more messages than the limit are refused before they are built', () => {
    expect(decodeTraces(Buffer.from('0a00'.repeat(100), 'hex'), 50)).toEqual({ ok: false, because: 'too-large' })
  })

  test('any bytes are decoded or refused, and a decoder reads what comes of them', () => {
    const otlp = SOURCES.find(({ id: source }) => source === 'otlp')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        const decoded = decodeTraces(Buffer.from(bytes), LIMIT)
        if (decoded.ok) expect(otlp?.decode(decoded.record, { identities: new Map() }).length).toBeGreaterThan(0)
        else expect(decoded.because).toBe('malformed')
      }),
    )
  })
})

test('the example configuration is accepted', () => {
  const file = join(import.meta.dirname, '..', '..', 'deploy', 'serve', 'serve.yaml')
  expect(readServeConfig(readFileSync(file, 'utf8'), file)).toMatchObject({
    ok: true,
    value: { listen: { port: 4318 } },
  })
})
