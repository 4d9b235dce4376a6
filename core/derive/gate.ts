/** Confidence: more than N times, by more than M distinct witnesses, each witness adding at most a cap to N. */
import type { Decisions, Distinct } from '../model/decisions.ts'
import type { Thresholds } from '../model/policy.ts'
import type { Sighting } from '../model/profile.ts'
import type { Substrate } from '../model/substrate.ts'
import { type Clusters, distinctOf, passes } from './witnesses.ts'

export interface Gate {
  readonly moreThan: number
  readonly witnesses: number
  readonly perWitness: number
  admits(sightings: ReadonlyMap<string, Sighting>): boolean
  /** The gate for this share of the evidence: what is asked of the whole is asked of a part in proportion. */
  scaled(share: number): Gate
}

const gateOf = (moreThan: number, limit: number, perWitness: number, distinct: Distinct, clusters: Clusters): Gate => ({
  moreThan,
  witnesses: limit,
  perWitness,
  admits: sightings => {
    let count = 0
    for (const sighting of sightings.values()) count += Math.min(perWitness, sighting.count)
    return count > moreThan && passes(distinctOf(sightings.keys(), clusters), limit, distinct)
  },
  scaled: share => gateOf(moreThan * share, limit * share, perWitness, distinct, clusters),
})

export const gateFor = (
  substrate: Substrate,
  { confidence }: Decisions,
  thresholds: Thresholds,
  clusters: Clusters,
): Gate => {
  const own = confidence.perSubstrate[substrate]
  return gateOf(
    own?.moreThan ?? thresholds.moreThan,
    own?.witnesses ?? thresholds.witnesses,
    confidence.perWitness.value,
    confidence.distinct.value,
    clusters,
  )
}

/** What a runtime needs to start is never gated by count; that one witness alone cannot open a destination stays. */
export const opened = (gate: Gate): Gate => ({
  ...gate,
  moreThan: 0,
  witnesses: 1,
  admits: sightings => sightings.size > 1,
  scaled: () => opened(gate),
})
