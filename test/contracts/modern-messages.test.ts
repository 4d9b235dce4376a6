/** Messages of 2026-07-28 as they travel: what headers repeat, what a stream of events carries, what is left for the other era. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { META, readEnvelope, withEnvelope, withoutEnvelope } from '../../io/mcp/eras.ts'
import { forLegacyClient } from '../../io/mcp/for-legacy-clients.ts'
import { headerMismatch, headersOf, headerValue, valueOfHeader } from '../../io/mcp/mirrored-headers.ts'
import { headersOfParams, paramHeadersOf, paramMismatch } from '../../io/mcp/param-headers.ts'
import { createSseReader } from '../../io/mcp/sse-lines.ts'

const headerOf = (headers: Readonly<Record<string, string>>) => (name: string) => headers[name] ?? null
const VERSION = '2026-07-28'

describe('headers', () => {
  test('the examples of the protocol, both ways', () => {
    const examples = {
      'us-west1': 'us-west1',
      'Hello, 世界': '=?base64?SGVsbG8sIOS4lueVjA==?=',
      ' padded ': '=?base64?IHBhZGRlZCA=?=',
      'line1\nline2': '=?base64?bGluZTEKbGluZTI=?=',
      '=?base64?literal?=': '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=',
    }
    for (const [value, header] of Object.entries(examples)) {
      expect(headerValue(value)).toBe(header)
      expect(valueOfHeader(header)).toBe(value)
    }
    for (const wrong of ['=?base64?SGVsbG8?=', '=?base64?SGVs!!!bG8=?=', '=?base64?/w==?=', 'ä', 'a\nb'])
      expect(valueOfHeader(wrong)).toBe(null)
  })

  test('any value comes back, and is one that a header can carry', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), value => {
        const header = headerValue(value)
        expect(header).toMatch(/^[\x20-\x7e\t]+$/)
        expect(valueOfHeader(header)).toBe(value)
      }),
    )
  })

  test('what is made of a message says what it says, and nothing of another one', () => {
    const name = fc.string({ unit: 'grapheme' })
    const message = (named: string) => {
      const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: named } }
      return withEnvelope(call, { version: VERSION, clientInfo: null, capabilities: {}, logLevel: null })
    }
    fc.assert(
      fc.property(name, name, (one, other) => {
        const header = headerOf(headersOf(message(one)))
        expect(headerMismatch(header, message(one))).toBe(null)
        if (one !== other) expect(headerMismatch(header, message(other))).not.toBe(null)
      }),
    )
  })
})

describe('parameters in headers', () => {
  const text = (header: string) => ({ type: 'string', 'x-mcp-header': header })
  const number = { type: 'integer', 'x-mcp-header': 'Two' }
  const nested = {
    type: 'object',
    properties: { a: text('One'), b: { type: 'object', properties: { c: number } } },
  }

  test('are found where they can be reached, and refused everywhere else', () => {
    expect(paramHeadersOf(nested)).toEqual([
      { path: ['a'], header: 'mcp-param-one' },
      { path: ['b', 'c'], header: 'mcp-param-two' },
    ])
    expect(paramHeadersOf({ type: 'object' })).toEqual([])
    const refused: readonly unknown[] = [
      { properties: { a: text('') } },
      { properties: { a: text('a b') } },
      { properties: { a: text('x\r\ny') } },
      { properties: { a: text('X'), b: text('x') } },
      { properties: { a: { type: 'number', 'x-mcp-header': 'N' } } },
      { properties: { a: { type: 'array', items: text('X') } } },
      { anyOf: [{ properties: { a: text('X') } }] },
      { $defs: { a: text('X') }, properties: { a: { $ref: '#/$defs/a' } } },
      { type: 'string', 'x-mcp-header': 'X' },
    ]
    for (const schema of refused) expect({ schema, found: paramHeadersOf(schema) }).toEqual({ schema, found: null })
  })

  test('say what the arguments say, numbers as numbers; what is not given is not expected', () => {
    const wanted = paramHeadersOf(nested) ?? []
    const args = { a: 'Zürich', b: { c: 42 } }
    const headers = headersOfParams(wanted, args)
    expect(paramMismatch(wanted, headerOf(headers), args)).toBe(null)
    expect(paramMismatch(wanted, headerOf({ ...headers, 'mcp-param-two': '42.0' }), args)).toBe(null)
    expect(paramMismatch(wanted, headerOf({ ...headers, 'mcp-param-two': '43' }), args)).not.toBe(null)
    expect(paramMismatch(wanted, headerOf({ 'mcp-param-two': '42' }), args)).not.toBe(null)
    expect(headersOfParams(wanted, { a: null })).toEqual({})
    expect(paramMismatch(wanted, headerOf({}), { a: null })).toBe(null)
  })
})

test('a stream of events is the same however it is cut, whatever ends its lines', () => {
  const stream = [
    'event: message\ndata: {"a":1}\n\n: alive\n\n',
    'data: one\r\ndata: two\r\n\r\n',
    'event: other\ndata: no\n\n',
    'id: 7\rdata: last\r\r',
  ].join('')
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 20 }), cuts => {
      const sse = createSseReader()
      const at = [0, ...[...cuts].sort((a, b) => a - b), stream.length]
      const read = at.slice(1).flatMap((end, index) => sse.push(stream.slice(at[index], end)))
      // A carriage return at the very end may be half of what ends the line.
      expect([...read, ...sse.push('\n')]).toEqual(['{"a":1}', 'one\ntwo', 'last'])
    }),
  )
})

describe('the other era', () => {
  test('what a request says of its client is taken off again, and nothing else of it', () => {
    const params = { name: 'x', _meta: { traceparent: '00-1-2-01' } }
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params }
    const clientInfo = { name: 'c', version: '1' }
    const envelope = { version: VERSION, clientInfo, capabilities: { roots: {} }, logLevel: 'info' }
    const enveloped = withEnvelope(call, envelope)
    expect(readEnvelope(enveloped)).toEqual(envelope)
    expect(enveloped.params._meta).toMatchObject({ [META.version]: VERSION, traceparent: '00-1-2-01' })
    expect(withoutEnvelope(enveloped)).toEqual(call)
  })

  test('results that an old client could misread are errors, or texts', () => {
    const answer = (result: unknown) => forLegacyClient({ jsonrpc: '2.0', id: 1, result })
    expect(answer({ resultType: 'task', taskId: 'x' })).toMatchObject({ id: 1, error: { code: -32603 } })
    expect(answer({ content: [], structuredContent: [1] })).toMatchObject({ result: { content: [{ text: '[1]' }] } })
    const usual = { resultType: 'complete', content: [], structuredContent: { a: 1 } }
    expect(answer(usual)).toMatchObject({ result: { structuredContent: { a: 1 } } })
  })
})
