/** A live call and the same call recorded have the same surface, dimensions and values: what was learned is what is judged. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineWriter } from '../../apps/cli/record-format.ts'
import { ambitSource } from '../../core/observe/ambit.ts'
import { toolRequest } from '../../core/observe/tool-call.ts'

const recorded = (tool: string, args: unknown, server: string | null) => {
  const write = lineWriter({ workload: { namespace: 'test', name: 'agent' }, session: 's', recorder: 'r' })
  const call = {
    kind: 'call',
    start: 1_769_000_000_000_000,
    end: 1_769_000_000_500_000,
    outcome: 'ok',
    result: null,
  } as const
  // As the recorder takes it from the protocol: a call without arguments has none.
  const line = write({ ...call, server, tool, arguments: args ?? {}, argumentsKept: true, resultKept: true }, 1)
  const [item] = ambitSource.decode(JSON.parse(line), { identities: new Map() })
  expect(item?.kind).toBe('observation')
  if (item?.kind !== 'observation') throw new Error('not decoded')
  const { substrate, action, values, visibility } = item.observation
  return { substrate, action, values, visibility }
}

const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'a.b', '[]', '%', 'path', ''))
const args = fc.option(fc.dictionary(key, fc.jsonValue({ maxDepth: 4 })), { nil: undefined })

test('on any arguments', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), args, fc.option(fc.string()), (tool, given, server) => {
      const live: unknown = given === undefined ? undefined : JSON.parse(JSON.stringify(given))
      expect(toolRequest(tool, live, server)).toEqual(recorded(tool, live, server))
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  ['long texts', { text: 'x'.repeat(100_000) }],
  ['long names', { ['n'.repeat(5_000)]: 1 }],
  ['many leaves', { list: Array.from({ length: 10_001 }, (_, index) => index) }],
  ['deep nesting', JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`)],
  ['nulls and empty containers', { a: null, b: [], c: {}, d: [null] }],
  ['a key that is a prototype', JSON.parse('{"__proto__":{"x":1}}')],
])('on %s', (_, given) => {
  expect(toolRequest('tool', given, 'server')).toEqual(recorded('tool', given, 'server'))
})
