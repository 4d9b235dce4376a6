/**
 * The values of one dimension, bounded two ways. A witness with too many distinct values counts for none of them, so that
 * flooding changes nothing; a dimension with too many keeps those with the smallest digests, which is the same set in
 * whatever order they came.
 */
import { digestText } from '../model/digest.ts'
import type { Micros } from '../model/observation.ts'
import { DIMENSION_VALUE_CAP, type DimensionProfile, WITNESS_VALUE_CAP } from '../model/profile.ts'
import { type Scalar, scalarKey } from '../model/scalar.ts'
import { sight } from './sighting.ts'

export const emptyDimension = (dimension: string): DimensionProfile => ({
  dimension,
  values: new Map(),
  perWitness: new Map(),
  flooded: new Set(),
  present: new Map(),
  overflow: null,
})

/** The witness showed too much: takes back what it had shown, and remembers that it did. */
export const flood = (profile: DimensionProfile, witness: string): void => {
  for (const key of profile.perWitness.get(witness) ?? []) {
    const entry = profile.values.get(key)
    if (entry?.witnesses.delete(witness) && entry.witnesses.size === 0) profile.values.delete(key)
  }
  profile.perWitness.delete(witness)
  profile.flooded.add(witness)
}

/** Notes that the witness showed this value; false once the witness has shown too many. */
export const claim = (profile: DimensionProfile, witness: string, key: string): boolean => {
  if (profile.flooded.has(witness)) return false
  let shown = profile.perWitness.get(witness)
  if (shown === undefined) {
    shown = new Set()
    profile.perWitness.set(witness, shown)
  }
  shown.add(key)
  if (shown.size <= WITNESS_VALUE_CAP) return true
  flood(profile, witness)
  return false
}

/** Keeps the values with the smallest digests. Trimming late keeps the cost linear; what stays is the same. */
export const trim = (profile: DimensionProfile, slack: number): void => {
  if (profile.values.size <= DIMENSION_VALUE_CAP + slack) return
  const ranked = [...profile.values.keys()]
    .map(key => [digestText(key), key] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [, key] of ranked.slice(DIMENSION_VALUE_CAP)) profile.values.delete(key)
  profile.overflow = ranked[DIMENSION_VALUE_CAP - 1]?.[0] ?? null
}

const isBeyond = (profile: DimensionProfile, key: string): boolean =>
  profile.overflow !== null && !profile.values.has(key) && digestText(key) > profile.overflow

export const addValue = (
  profile: DimensionProfile,
  value: Scalar,
  witness: string,
  count: number,
  first: Micros,
  last: Micros,
): void => {
  const key = scalarKey(value)
  if (!claim(profile, witness, key) || isBeyond(profile, key)) return
  let entry = profile.values.get(key)
  if (entry === undefined) {
    entry = { value, witnesses: new Map() }
    profile.values.set(key, entry)
    trim(profile, DIMENSION_VALUE_CAP)
  }
  sight(entry.witnesses, witness, count, first, last)
}
