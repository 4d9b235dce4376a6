/** What something costs: processor time over many, and by the clock the slowest hundredth of single ones. Microseconds. */

export interface Timing {
  readonly mean: number
  readonly p99: number
  readonly calls: number
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

/** Microseconds of processor time of this process so far: what others do on the machine does not count. */
export const processorTime = (): number => {
  const { user, system } = process.cpuUsage()
  return user + system
}

const PASSES = 9
const BATCH = 1_000

/**
 * `fresh` makes the arguments of a batch anew before each pass, outside of the time: a call never comes twice as the same text, so
 * no text may be known to the engine already. The mean is that of the pass that took
 * least, collecting garbage included; single calls include what the clock itself takes.
 */
export const timed = <Entry, Ready>(
  entries: readonly Entry[],
  fresh: (entry: Entry) => Ready,
  run: (ready: Ready) => unknown,
): Timing => {
  let kept = 0
  const pass = (each: ((microseconds: number) => void) | null): number => {
    let total = 0
    for (let from = 0; from < entries.length; from += BATCH) {
      const batch = entries.slice(from, from + BATCH).map(fresh)
      const start = processorTime()
      for (const ready of batch) {
        const begin = each === null ? 0 : performance.now()
        // Something must come of the result, or nothing needs to be computed.
        if (run(ready) === null) kept++
        each?.((performance.now() - begin) * 1_000)
      }
      total += processorTime() - start
    }
    return total / entries.length
  }
  pass(null)
  pass(null)
  const means = Array.from({ length: PASSES }, () => pass(null))
  const singles: number[] = []
  pass(microseconds => singles.push(microseconds))
  if (kept > 0) throw new Error('a decision is null')
  return {
    mean: Math.min(...means),
    p99: at(
      singles.sort((a, b) => a - b),
      0.99,
    ),
    calls: entries.length,
  }
}

/** Slope of the logarithms: 0 costs nothing more, 1 is linear. */
export const exponent = (points: readonly (readonly [number, number])[]): number => {
  const logs = points.map(([size, cost]) => [Math.log(size), Math.log(cost)] as const)
  const mean = (part: 0 | 1): number => logs.reduce((sum, log) => sum + log[part], 0) / logs.length
  const [x, y] = [mean(0), mean(1)]
  const over = logs.reduce((sum, log) => sum + (log[0] - x) * (log[1] - y), 0)
  return over / logs.reduce((sum, log) => sum + (log[0] - x) ** 2, 0)
}
