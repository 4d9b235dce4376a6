/** How many things are still unseen: the interval against populations whose size is known. */
import { describe, expect, test } from 'vitest'
import { remainingOf } from '../../core/derive/remaining.ts'

/** Reproducible numbers in [0, 1). */
const randomFrom = (seed: number) => {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

/** How many of the units showed each thing that any showed, where each shows a thing with its own chance. */
const drawn = (chances: readonly number[], units: number, random: () => number): readonly number[] =>
  chances
    .map(chance => Array.from({ length: units }, random).filter(number => number < chance).length)
    .filter(size => size > 0)

const TRIALS = 400

/** In how many trials the number of things left lies in the interval, and in how many it lies under it. */
const trials = (chances: readonly number[], units: number) => {
  const random = randomFrom(7)
  let [known, held, under] = [0, 0, 0]
  for (let trial = 0; trial < TRIALS; trial++) {
    const shown = drawn(chances, units, random)
    const interval = remainingOf(shown, units)?.interval ?? null
    if (interval === null) continue
    const left = chances.length - shown.length
    known++
    if (left >= interval[0] && left <= interval[1]) held++
    if (left < interval[0]) under++
  }
  return { known, held: held / known, under: under / known }
}

const even = (count: number, chance: number) => Array.from({ length: count }, () => chance)
const zipf = (count: number) => Array.from({ length: count }, (_, rank) => 0.5 / (rank + 1))

describe('what is still unseen', () => {
  test.each([
    ['few units', 60, 0.05, 30],
    ['many units', 200, 0.01, 150],
  ])('%s: nine times in ten in the interval where all are as rare', (_, count, chance, units) => {
    const { known, held } = trials(even(count, chance), units)
    expect(known).toBeGreaterThan(TRIALS * 0.9)
    expect(held).toBeGreaterThanOrEqual(0.9)
  })

  test.each([30, 100, 300])('hardly ever less than the interval says, however unlike the things: %i units', units => {
    expect(trials(zipf(300), units).under).toBeLessThanOrEqual(0.05)
  })

  test('is unsaid of one unit, and has no spread where nothing was seen once', () => {
    expect(remainingOf([1, 1], 1)).toBeNull()
    expect(remainingOf([4, 5], 6)).toEqual({ count: 0, interval: null })
    expect(remainingOf([], 2)).toEqual({ count: 0, interval: null })
  })

  test('is never fewer for more that one unit alone showed', () => {
    const counts = [2, 3, 5, 9].map(once => remainingOf([...even(once, 1), 2, 2, 4], 12)?.count ?? 0)
    expect([...counts].sort((a, b) => a - b)).toEqual(counts)
  })
})
