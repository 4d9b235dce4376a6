/** What a call is judged in the light of: what had ended in its session before it began, and never itself. */
import { describe, expect, test } from 'vitest'
import { replay } from '../../core/decide/replay.ts'
import type { ContextScope } from '../../core/model/judgement.ts'
import type { Observation } from '../../core/model/observation.ts'
import { evidenceOf } from './sessions.ts'

type Times = readonly (readonly [start: number, end: number | null])[]

/** One session whose calls return `r0`, `r1`, …; for each call, by start: the results that its context holds. */
const seen = (times: Times, scope: ContextScope = 'all', request?: { readonly start: number }) => {
  const calls = times.map((_, place) => ({ action: 'call', result: [`r${place}`] }))
  const evidence = evidenceOf([{ id: 's', calls, request: 'please' }])
  const observations = evidence.observations.map((observation, place): Observation => {
    const [start, end] = times[place] ?? [0, 0]
    return { ...observation, start, end }
  })
  const requests = request === undefined ? [] : evidence.requests.map(one => ({ ...one, start: request.start }))
  return [...replay({ ...evidence, observations, requests }, scope)].map(({ context }) => ({
    request: context.request === null ? null : [...context.request],
    fields: context.fields === null ? null : [...context.fields],
  }))
}

const fieldsOf = (times: Times) => seen(times).map(({ fields }) => fields)

describe('results', () => {
  test.each<[string, Times, readonly (readonly string[])[]]>([
    [
      'ended before the call began',
      [
        [0, 1],
        [2, 3],
      ],
      [[], ['r0']],
    ],
    [
      'ended in the instant in which the call began',
      [
        [0, 2],
        [2, 3],
      ],
      [[], ['r0']],
    ],
    [
      'still ran when the call began',
      [
        [0, 3],
        [2, 4],
        [5, 6],
      ],
      [[], [], ['r0', 'r1']],
    ],
    [
      'never ended',
      [
        [0, null],
        [2, 3],
        [4, 5],
      ],
      [[], [], ['r1']],
    ],
    ['of a call that took no time is not its own context', [[1, 1]], [[]]],
    [
      'of calls of one instant, in the order of the spans',
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      [[], ['r0'], ['r0', 'r1']],
    ],
    [
      'of a call that arrived later but began earlier',
      [
        [4, 5],
        [0, 1],
      ],
      [[], ['r1']],
    ],
  ])('%s', (_, times, expected) => {
    expect(fieldsOf(times)).toEqual(expected)
  })
})

test('the request counts from when it was made', () => {
  expect(
    seen(
      [
        [0, 1],
        [2, 3],
      ],
      'all',
      { start: 2 },
    ).map(({ request }) => request),
  ).toEqual([[], ['please']])
})

test.each<[ContextScope, boolean, boolean]>([
  ['all', true, true],
  ['results', false, true],
  ['request', true, false],
  ['none', false, false],
])('%s limits what the decision may see', (scope, request, results) => {
  const last = seen(
    [
      [1, 2],
      [3, 4],
    ],
    scope,
    { start: 0 },
  )[1]
  expect(last).toEqual({ request: request ? ['please'] : null, fields: results ? ['r0'] : null })
})

test('a request that nobody recorded is not an empty one', () => {
  expect(seen([[0, 1]])[0]?.request).toBeNull()
})
