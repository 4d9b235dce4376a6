/**
 * Which unit (witness or cluster) showed which thing → the chance that the next unit shows something that none has shown.
 * Good–Turing by leaving one out: the share of units that showed a thing which no other did. Not the share of sightings
 * that are single: a session has many, and one new one among them is enough to stop it.
 */
export interface Unseen {
  readonly mass: number
  /** Middle 95 %, within 0..1. */
  readonly interval: readonly [number, number]
}

const round = (value: number): number => Math.round(value * 10_000) / 10_000

/** Two standard errors, and the two successes and two failures that keep a share of 0 or 1 from claiming certainty. */
const Z = 1.96
const ADDED = 2

/**
 * Units that showed something alone, and ordered pairs of units of which each would have, but for the other. The pairs are
 * the doubletons of Good–Turing's variance (Esty 1983: singletons + 2 doubletons), counted by unit.
 */
const countAlone = (things: Iterable<ReadonlySet<string>>): { readonly alone: number; readonly paired: number } => {
  const alone = new Set<string>()
  const pairs = new Map<string, readonly [string, string]>()
  for (const units of things) {
    const [a, b] = [...units].sort()
    if (units.size === 1 && a !== undefined) alone.add(a)
    if (units.size === 2 && a !== undefined && b !== undefined) pairs.set(JSON.stringify([a, b]), [a, b])
  }
  return {
    alone: alone.size,
    paired: 2 * [...pairs.values()].filter(([a, b]) => !alone.has(a) && !alone.has(b)).length,
  }
}

/** `things`: the units that showed each; `units`: how many there are. Null with fewer than two. */
export const unseenOf = (things: Iterable<ReadonlySet<string>>, units: number): Unseen | null => {
  if (units < 2) return null
  const { alone, paired } = countAlone(things)
  const size = units + 2 * ADDED
  const middle = (alone + ADDED) / size
  const error = (Z * Math.sqrt(middle * (1 - middle) * size + paired)) / size
  return {
    mass: round(alone / units),
    interval: [round(Math.max(0, middle - error)), round(Math.min(1, middle + error))],
  }
}
