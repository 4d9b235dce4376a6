/** Confidence: more than N times, by more than M distinct witnesses, each witness adding at most a cap to N. */
import type { Decisions, Distinct } from '../model/decisions.ts'
import type { Thresholds } from '../model/policy.ts'
import type { Sighting } from '../model/profile.ts'
import type { Substrate } from '../model/substrate.ts'
import { type Clusters, passes } from './witnesses.ts'

/** What was counted of some sightings: times (each witness up to its cap), distinct witnesses, distinct clusters of them. */
export interface Counted {
  readonly times: number
  readonly witnesses: number
  readonly clusters: number
}

export interface Gate {
  readonly moreThan: number
  readonly witnesses: number
  readonly perWitness: number
  /** Kinds of task, for what is counted by them. */
  readonly clusters: Clusters
  /** Whether clusters are asked about at all: counting them costs. */
  readonly asksClusters: boolean
  /** More of anything never fails what less passed. */
  passes(counted: Counted): boolean
  admits(sightings: ReadonlyMap<string, Sighting>): boolean
  /** The gate for this share of the evidence: what is asked of the whole is asked of a part in proportion. */
  scaled(share: number): Gate
}

const gateOf = (moreThan: number, limit: number, perWitness: number, distinct: Distinct, clusters: Clusters): Gate => {
  const asksClusters = distinct !== 'sessions'
  const enough = (counted: Counted): boolean => counted.times > moreThan && passes(counted, limit, distinct)
  return {
    moreThan,
    witnesses: limit,
    perWitness,
    clusters,
    asksClusters,
    passes: enough,
    admits: sightings => {
      let [times, witnesses] = [0, 0]
      const kinds = new Set<string>()
      for (const [witness, { count }] of sightings) {
        times += Math.min(perWitness, count)
        witnesses++
        if (asksClusters) kinds.add(clusters.get(witness) ?? witness)
        // Counting on cannot unmake it.
        if (enough({ times, witnesses, clusters: kinds.size })) return true
      }
      return false
    },
    scaled: share => gateOf(moreThan * share, limit * share, perWitness, distinct, clusters),
  }
}

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
  asksClusters: false,
  passes: ({ witnesses }) => witnesses > 1,
  admits: sightings => sightings.size > 1,
  scaled: () => opened(gate),
})
