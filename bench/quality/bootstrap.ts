/** A ratio with its interval: tasks are drawn with replacement, because sessions of one task are copies of each other. */
export interface Ratio {
  readonly value: number
  readonly low: number
  readonly high: number
}

export interface Share {
  readonly task: string
  readonly part: number
  readonly whole: number
}

const DRAWS = 1_000

/** Reproducible numbers in [0, 1): mulberry32 from a fixed seed, so that two runs print the same interval. */
const createRandom = (): (() => number) => {
  let state = 0x9e3779b9
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Sum of parts over sum of wholes with the middle 95 % of 1,000 draws of tasks; null where there is nothing to divide by. */
export const ratio = (shares: readonly Share[]): Ratio | null => {
  const tasks = new Map<string, { part: number; whole: number }>()
  for (const { task, part, whole } of shares) {
    const sum = tasks.get(task) ?? { part: 0, whole: 0 }
    tasks.set(task, { part: sum.part + part, whole: sum.whole + whole })
  }
  const list = [...tasks.values()].filter(({ whole }) => whole > 0)
  const total = (sums: readonly { part: number; whole: number }[]) =>
    sums.reduce((sum, { part }) => sum + part, 0) / sums.reduce((sum, { whole }) => sum + whole, 0)
  if (list.length === 0) return null
  const random = createRandom()
  const draws = Array.from({ length: DRAWS }, () =>
    total(list.map(first => list[Math.floor(random() * list.length)] ?? first)),
  ).sort((a, b) => a - b)
  const at = (quantile: number) => draws[Math.floor(quantile * (DRAWS - 1))] ?? 0
  return { value: total(list), low: at(0.025), high: at(0.975) }
}
