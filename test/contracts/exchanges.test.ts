/** Requests of a modern client that are asked again: what belongs to a round, what to the request, and what a client may be asked. */
import { expect, test } from 'vitest'
import { missingFor, saidIn, substance } from '../../apps/gateway/exchanges.ts'
import type { Json, RequestMessage } from '../../io/mcp/message.ts'

const call = (params: Json, method = 'tools/call'): RequestMessage => ({ jsonrpc: '2.0', id: 1, method, params })

test('the same request again is the same whatever its round says, and no other one is', () => {
  const first = call({ name: 'write', arguments: { a: 1, b: [2] } })
  const round = { inputResponses: { x: {} }, requestState: 's', _meta: { progressToken: 1 } }
  expect(substance(call({ arguments: { b: [2], a: 1 }, name: 'write', ...round }))).toBe(substance(first))
  const others = [
    call({ name: 'write', arguments: { a: 1, b: [3] } }),
    call({ name: 'other', arguments: { a: 1, b: [2] } }),
    call({ name: 'write', arguments: { a: 1, b: [2] }, more: true }),
    call({ name: 'write', arguments: { a: 1, b: [2] } }, 'prompts/get'),
  ]
  for (const other of others) expect(substance(other)).not.toBe(substance(first))
})

test('answers to what was not asked are nobody’s; what is no result is said to be none', () => {
  const asked = new Map([['day', {}]])
  const inputResponses = JSON.parse('{"day": {"action": "accept"}, "other": {}, "__proto__": {}}')
  expect(saidIn(call({ inputResponses }), asked)).toEqual(new Map([['day', { action: 'accept' }]]))
  expect(saidIn(call({ inputResponses: { day: 'yes' } }), asked)).toContain('no result')
  expect(saidIn(call({ inputResponses: ['yes'] }), asked)).toContain('object')
  expect(saidIn(call({}), asked)).toEqual(new Map())
})

test('a client is asked for nothing that it did not say it can do', () => {
  const page = { method: 'elicitation/create', params: { mode: 'url' } }
  const form = { method: 'elicitation/create', params: {} }
  const cases: readonly (readonly [Json, Json, Json | null])[] = [
    [form, { elicitation: {} }, null],
    [form, { elicitation: { form: {} } }, null],
    [form, { elicitation: { url: {} } }, { elicitation: { form: {} } }],
    [form, {}, { elicitation: { form: {} } }],
    [page, { elicitation: {} }, { elicitation: { url: {} } }],
    [page, { elicitation: { url: {} } }, null],
    [{ method: 'sampling/createMessage' }, { elicitation: {} }, { sampling: {} }],
    [{ method: 'sampling/createMessage' }, { sampling: {} }, null],
    [{ method: 'roots/list' }, {}, { roots: {} }],
    [{ method: 'roots/list' }, { roots: {} }, null],
    [{ method: 'tools/call' }, { elicitation: {}, sampling: {}, roots: {} }, {}],
  ]
  for (const [question, able, missing] of cases)
    expect({ question, able, missing: missingFor(question, able) }).toEqual({ question, able, missing })
})
