/** Sightings by witness → the numbers that go with everything observed. */
import { DAY, type Micros } from '../model/observation.ts'
import type { EvidenceCount } from '../model/policy.ts'
import type { Profile, Sighting } from '../model/profile.ts'
import type { Gate } from './gate.ts'

/** RFC 3339 UTC with milliseconds. */
export const rfc3339 = (micros: Micros): string => new Date(Math.floor(micros / 1000)).toISOString()

export const countOf = (
  sightings: ReadonlyMap<string, Sighting>,
  profile: Profile,
  { perWitness, clusters }: Pick<Gate, 'perWitness' | 'clusters'>,
  sources: ReadonlySet<string>,
): EvidenceCount => {
  let count = 0
  let sessions = 0
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  const days = new Set<number>()
  const kinds = new Set<string>()
  for (const [witness, sighting] of sightings) {
    kinds.add(clusters.get(witness) ?? witness)
    count += Math.min(perWitness, sighting.count)
    if (profile.witnesses.get(witness)?.session === true) sessions++
    first = Math.min(first, sighting.first)
    last = Math.max(last, sighting.last)
    days.add(Math.floor(sighting.first / DAY))
    days.add(Math.floor(sighting.last / DAY))
  }
  return {
    count,
    witnesses: sightings.size,
    sessions,
    clusters: kinds.size,
    days: days.size,
    firstSeen: rfc3339(first),
    lastSeen: rfc3339(last),
    sources: [...sources].sort(),
  }
}
