/** Confidence: more than N times, by more than M distinct witnesses, each witness adding at most a cap to N. */
import type { Decisions } from '../model/decisions.ts'
import type { Sighting } from '../model/profile.ts'
import type { Substrate } from '../model/substrate.ts'
import { type Clusters, distinctOf, passes } from './witnesses.ts'

export interface Gate {
  readonly moreThan: number
  readonly witnesses: number
  readonly perWitness: number
  admits(sightings: ReadonlyMap<string, Sighting>): boolean
}

export const gateFor = (substrate: Substrate, decisions: Decisions, clusters: Clusters): Gate => {
  const { confidence } = decisions
  const own = confidence.perSubstrate[substrate]
  const moreThan = own?.moreThan ?? confidence.moreThan.value
  const limit = own?.witnesses ?? confidence.witnesses.value
  const perWitness = confidence.perWitness.value
  return {
    moreThan,
    witnesses: limit,
    perWitness,
    admits: sightings => {
      let count = 0
      for (const sighting of sightings.values()) count += Math.min(perWitness, sighting.count)
      return count > moreThan && passes(distinctOf(sightings.keys(), clusters), limit, confidence.distinct.value)
    },
  }
}

/** What a runtime needs to start is never gated by count. */
export const OPEN: Gate = { moreThan: 0, witnesses: 0, perWitness: Number.MAX_SAFE_INTEGER, admits: () => true }
