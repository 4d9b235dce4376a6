/** The parts of `npm run bench coverage` that decide what a figure says, on sessions made by hand. */
import { describe, expect, test } from 'vitest'
import { lies, within } from '../../bench/coverage/held.ts'
import { newcomers, newThings, singleSightings } from '../../bench/coverage/novelty.ts'
import { windowsOf } from '../../bench/coverage/split.ts'
import type { Session } from '../../bench/quality/sessions.ts'
import { unseenOf } from '../../core/derive/unseen.ts'
import { NO_FACTS } from '../../core/model/observation.ts'
import { policyOf } from './policy-of.ts'

const session = (id: string, task: string, action: string, start = 0): Session => ({
  suite: 'banking',
  label: {
    session: id,
    baseModel: 'm',
    defended: false,
    task,
    attack: false,
    goal: null,
    succeeded: null,
    calls: 1,
    maliciousCalls: [],
  },
  source: 'otlp',
  items: [],
  calls: [
    {
      id,
      source: 'otlp',
      workload: { namespace: 'n', name: 'w' },
      session: id,
      witness: id,
      substrate: 'tool',
      action,
      values: [],
      visibility: 'seen',
      start,
      end: null,
      outcome: 'ok',
      result: null,
      facts: NO_FACTS,
    },
  ],
})

describe('unseen mass', () => {
  const things = (...units: string[]) => units.map(letters => new Set(letters))

  test('is the share of units that showed something alone, however much of it', () => {
    expect(unseenOf(things('a', 'a', 'a', 'bcd', 'abcd'), 4)?.mass).toBe(0.25)
    expect(unseenOf(things('a', 'b', 'abcd'), 4)?.mass).toBe(0.5)
  })

  test('cannot be said of one unit, and never claims certainty', () => {
    expect(unseenOf(things('a'), 1)).toBeNull()
    expect(unseenOf(things('ab'), 2)?.interval[1]).toBeGreaterThan(0.5)
    expect(unseenOf(things('a', 'b'), 2)?.interval[0]).toBeLessThan(1)
  })

  test('is less sure where pairs alone showed something', () => {
    const many = Array.from({ length: 20 }, (_, index) => String.fromCharCode(97 + index)).join('')
    const width = (interval: readonly [number, number] | undefined) =>
      interval === undefined ? Number.NaN : interval[1] - interval[0]
    const sure = unseenOf(things(many), 20)
    const unsure = unseenOf(things(many, 'ab', 'cd', 'ef'), 20)
    expect(unsure?.mass).toBe(sure?.mass)
    expect(width(unsure?.interval)).toBeGreaterThan(width(sure?.interval))
  })
})

describe('windows', () => {
  const sessions = Array.from({ length: 20 }, (_, index) => session(`s${index}`, `t${index % 4}`, 'read', 100 - index))

  test('by time hold what came first', () => {
    const [window] = windowsOf('time', 0.25, sessions)
    expect(window?.seen.map(({ label }) => label.session)).toEqual(['s19', 's18', 's17', 's16', 's15'])
  })

  test('by task never split a task, and lose no session', () => {
    for (const { seen, later } of windowsOf('new tasks', 0.5, sessions)) {
      const tasks = new Set(seen.map(({ label }) => label.task))
      expect(later.some(({ label }) => tasks.has(label.task))).toBe(false)
      expect(seen.length + later.length).toBe(sessions.length)
    }
  })

  test('with nothing after them are none', () => {
    expect(windowsOf('random', 1, sessions)).toEqual([])
  })
})

describe('new things', () => {
  const policy = policyOf([])

  test('are surfaces that the window does not hold', () => {
    const seen = [session('a', 't', 'read'), session('b', 't', 'read'), session('c', 't', 'list')]
    const later = [session('d', 't', 'read'), session('e', 't', 'send')]
    expect(newcomers(seen, later, policy).map(({ label }) => label.session)).toEqual(['e'])
    expect(singleSightings(seen, policy)).toBeCloseTo(1 / 3)
    expect(newThings(seen, [...later, session('f', 't', 'send')], policy)).toBe(1)
  })
})

test('an observed share lies in an interval, or in it but for chance', () => {
  const stated = { mass: 0.1, interval: [0.05, 0.15] as const }
  expect(within(0.15, stated)).toBe(true)
  expect(within(0.2, stated)).toBe(false)
  expect(lies(0.2, 20, stated)).toBe(true)
  expect(lies(0.2, 20_000, stated)).toBe(false)
})
