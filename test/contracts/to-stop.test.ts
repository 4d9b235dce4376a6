/** How long until coverage-stop: against what then comes, on windows that grow as the extrapolation assumes. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toStopOf } from '../../core/derive/to-stop.ts'
import { unseenOf } from '../../core/derive/unseen.ts'

/** Session `seed` shows three of `things`, the earlier the more often: a few are usual, most are rare. */
const shownBy = (seed: number, things: number): readonly number[] =>
  [1, 2, 3].map(salt => {
    const uniform = (((Math.sin(seed * 12.9898 + salt * 78.233) * 43_758.5453) % 1) + 1) % 1
    return Math.floor(things * uniform ** 3)
  })

const windowOf = (sessions: number, things: number) => {
  const seen = new Map<number, Set<string>>()
  for (let session = 0; session < sessions; session++) {
    for (const thing of shownBy(session, things)) {
      const known = seen.get(thing) ?? new Set<string>()
      seen.set(thing, known)
      known.add(`s${session}`)
    }
  }
  const sizes = [...seen.values()].map(({ size }) => size)
  return {
    mass: unseenOf(seen.values(), sessions)?.mass ?? Number.NaN,
    once: sizes.filter(size => size === 1).length,
    twice: sizes.filter(size => size === 2).length,
  }
}

describe('days until coverage-stop', () => {
  test.each([100, 200, 400])(
    'after as many further sessions as it says, the unseen mass is well on its way, and a quarter of them is not enough: %d things',
    things => {
      const start = windowOf(60, things)
      const more = toStopOf({ ...start, newPerDay: 0, witnesses: 60, days: 6 }, 0.05, 1)
      if (more === null) throw new Error('no estimate')
      expect(start.mass).toBeGreaterThan(0.1)
      expect(more.days).toBeCloseTo(more.witnesses / 10, 0)
      const then = windowOf(60 + more.witnesses, things)
      // A lower bound: on windows of many rare things it takes longer still.
      expect(then.mass).toBeLessThan(start.mass * 0.6)
      expect(windowOf(60 + Math.floor(more.witnesses / 4), things).mass).toBeGreaterThan(0.05)
    },
  )

  test('is nothing where both limits hold, and unsaid where the window cannot tell', () => {
    const seen = { mass: 0.01, newPerDay: 0, once: 2, twice: 2, witnesses: 100, days: 10 }
    expect(toStopOf(seen, 0.05, 1)).toEqual({ witnesses: 0, days: 0 })
    expect(toStopOf({ ...seen, mass: 0.2, twice: 0 }, 0.05, 1)).toBeNull()
    expect(toStopOf({ ...seen, mass: 0.2, witnesses: 1 }, 0.05, 1)).toBeNull()
    expect(toStopOf({ ...seen, mass: 0.9, once: 90, twice: 1 }, 0.05, 1)).toBeNull()
  })

  test('a wider limit is never farther away, and the answer is a whole number of witnesses', () => {
    const shares = fc.double({ min: 0.01, max: 0.9, noNaN: true })
    fc.assert(
      fc.property(
        shares,
        fc.nat(20),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 2, max: 500 }),
        (mass, newPerDay, once, twice, witnesses) => {
          const seen = { mass, newPerDay, once, twice, witnesses, days: 7 }
          const [near, far] = [toStopOf(seen, 0.1, 1), toStopOf(seen, 0.05, 1)]
          if (near === null || far === null) return
          expect(Number.isInteger(far.witnesses)).toBe(true)
          expect(near.witnesses).toBeLessThanOrEqual(far.witnesses)
        },
      ),
    )
  })
})
