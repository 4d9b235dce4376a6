/** Sightings by witness → the numbers that go with everything observed. */
import { DAY, type Micros } from '../model/observation.ts'
import type { EvidenceCount } from '../model/policy.ts'
import type { Profile, Sighting } from '../model/profile.ts'
import type { Gate } from './gate.ts'

const MILLISECONDS = 86_400_000

/** Days as they are written: what is counted of one workload is of few. */
const DAYS = new Map<number, string>()
const DAYS_KEPT = 1_000

const dayText = (day: number): string => {
  const known = DAYS.get(day)
  if (known !== undefined) return known
  const text = new Date(day * MILLISECONDS).toISOString().slice(0, -'00:00:00.000Z'.length)
  if (DAYS.size >= DAYS_KEPT) DAYS.clear()
  DAYS.set(day, text)
  return text
}

const two = (number: number): string => (number < 10 ? `0${number}` : String(number))
const three = (number: number): string => (number < 100 ? `0${two(number)}` : String(number))

/** RFC 3339 UTC with milliseconds. */
export const rfc3339 = (micros: Micros): string => {
  const time = Math.floor(micros / 1000)
  const day = Math.floor(time / MILLISECONDS)
  const rest = time - day * MILLISECONDS
  const seconds = Math.floor(rest / 1000)
  const minutes = Math.floor(seconds / 60)
  return `${dayText(day)}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}.${three(rest % 1000)}Z`
}

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
    const [begun, ended] = [Math.floor(sighting.first / DAY), Math.floor(sighting.last / DAY)]
    days.add(begun)
    if (ended !== begun) days.add(ended)
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
