/** Confidence: more than N times, by more than M distinct witnesses, each witness adding at most a cap to N. */
import type { Decisions, Distinct } from '../model/decisions.ts'
import type { Thresholds } from '../model/policy.ts'
import type { Sighting } from '../model/profile.ts'
import type { Substrate } from '../model/substrate.ts'
import { type Clusters, passes } from './witnesses.ts'

export interface Tally {
  /** Whether what was added so far passes; what passes once passes for good. `leaveOut`: witnesses that do not count. */
  add(sightings: ReadonlyMap<string, Sighting>, leaveOut: ReadonlySet<string> | null): boolean
}

export interface Gate {
  readonly moreThan: number
  readonly witnesses: number
  readonly perWitness: number
  /** Kinds of task, for what is counted by them. */
  readonly clusters: Clusters
  admits(sightings: ReadonlyMap<string, Sighting>): boolean
  /** For sightings that come one after the other. */
  tally(): Tally
  /** The gate for this share of the evidence: what is asked of the whole is asked of a part in proportion. */
  scaled(share: number): Gate
}

const gateOf = (moreThan: number, limit: number, perWitness: number, distinct: Distinct, clusters: Clusters): Gate => {
  const tally = (): Tally => {
    let count = 0
    let passed = false
    const counts = new Map<string, number>()
    const kinds = new Set<string>()
    return {
      add: (sightings, leaveOut) => {
        if (passed) return true
        for (const [witness, sighting] of sightings) {
          if (leaveOut?.has(witness) === true) continue
          const before = counts.get(witness) ?? 0
          counts.set(witness, before + sighting.count)
          count += Math.min(perWitness, before + sighting.count) - Math.min(perWitness, before)
          if (distinct !== 'sessions') kinds.add(clusters.get(witness) ?? witness)
          if (count <= moreThan) continue
          passed = passes({ witnesses: counts.size, clusters: kinds.size }, limit, distinct)
          // Counting on cannot unmake it.
          if (passed) return true
        }
        return false
      },
    }
  }
  return {
    moreThan,
    witnesses: limit,
    perWitness,
    clusters,
    admits: sightings => tally().add(sightings, null),
    tally,
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
  admits: sightings => sightings.size > 1,
  tally: () => {
    const names = new Set<string>()
    return {
      add: (sightings, leaveOut) => {
        for (const name of sightings.keys()) if (leaveOut?.has(name) !== true) names.add(name)
        return names.size > 1
      },
    }
  },
  scaled: () => opened(gate),
})
