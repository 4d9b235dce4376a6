/** A promised share of sessions → the order statistic of their scores that keeps it. */

/** Share of a normal distribution beyond `sigma` standard deviations on both sides (Abramowitz and Stegun 7.1.26). */
export const normalTail = (sigma: number): number => {
  const x = sigma / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
  return series * Math.exp(-x * x)
}

/**
 * The score that a share of sessions is beyond: the order statistic that keeps the promise for the next session (conformal:
 * rank (n + 1)(1 − share)). Null where that would rest on the worst sessions alone: as few as could not open a value, an
 * attacker's perhaps, must not decide how much is usual.
 */
export const calibrated = (scores: readonly number[], share: number, fewest: number): number | null => {
  const rank = Math.ceil((scores.length + 1) * (1 - share))
  if (rank > scores.length - fewest || rank < 1) return null
  return [...scores].sort((a, b) => a - b)[rank - 1] ?? null
}
