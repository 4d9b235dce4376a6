/**
 * How long until coverage-stop, if the window goes on as it was: unseen mass extrapolated to more witnesses (Chao and Jost 2012:
 * each further witness leaves the same share of it, which singletons and doubletons tell), and new things a day with it. A lower
 * bound: the rarest things are rarer than what was seen tells.
 */
export interface Seen {
  /** Chance that the next witness shows something new, and new things on the last day. */
  readonly mass: number
  readonly newPerDay: number
  /** Things that one witness showed, and two. */
  readonly once: number
  readonly twice: number
  readonly witnesses: number
  /** Length of the window in days. */
  readonly days: number
}

export interface ToStop {
  /** Further witnesses, and days at the window's rate. 0 where both limits hold. */
  readonly witnesses: number
  readonly days: number
}

/** Beyond so many times the window an extrapolation says nothing. */
const FARTHEST = 10

/**
 * Null where it cannot be said: too few witnesses, nothing seen by exactly two (then nothing is known of how fast what is new
 * becomes old), or farther away than the window can say.
 */
export const toStopOf = (seen: Seen, massLimit: number, newLimit: number): ToStop | null => {
  const { mass, newPerDay, once, twice, witnesses, days } = seen
  if (mass < massLimit && newPerDay < newLimit) return { witnesses: 0, days: 0 }
  if (witnesses < 2 || twice === 0 || once === 0 || days <= 0) return null
  const kept = ((witnesses - 1) * once) / ((witnesses - 1) * once + 2 * twice)
  // A day has no less than nothing new, so the limit is met where the expected number is under it by half.
  const needed = Math.max(mass / massLimit, newPerDay / (newLimit / 2))
  const more = Math.ceil(Math.log(needed) / -Math.log(kept))
  if (!Number.isFinite(more) || more > FARTHEST * witnesses) return null
  return { witnesses: Math.max(1, more), days: Math.round(((Math.max(1, more) * days) / witnesses) * 10) / 10 }
}
