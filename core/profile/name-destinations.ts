/**
 * Connections to addresses × the names that their pod had looked up → connections to names. A name is what a person can judge and
 * what an address is only for a while. Where several names gave the address, nobody knows which was meant: it stays.
 */
import type { NameLookup } from '../model/evidence.ts'
import { MINUTE, type Micros, type Observation } from '../model/observation.ts'

/** How long an answer speaks for its address: programs keep answers longer than their time to live, rarely for hours. */
export const LOOKUP_KEPT: Micros = 60 * MINUTE
const DESTINATION = 'network.destination'

interface Answered {
  readonly at: Micros
  readonly name: string
  /** When another name was last answered with the address, before this one. */
  readonly otherAt: Micros | null
}

const keyOf = (pod: string, address: string): string => `${pod} ${address}`

/** By pod and address, in order of time. */
const indexOf = (lookups: readonly NameLookup[]): ReadonlyMap<string, readonly Answered[]> => {
  const index = new Map<string, Answered[]>()
  for (const { pod, name, addresses, start } of [...lookups].sort((a, b) => a.start - b.start)) {
    for (const address of addresses) {
      const key = keyOf(pod, address)
      const known = index.get(key) ?? []
      index.set(key, known)
      const before = known.at(-1)
      const otherAt = before === undefined || before.name === name ? (before?.otherAt ?? null) : before.at
      known.push({ at: start, name, otherAt })
    }
  }
  return index
}

/** How many answers begin at or before the time. */
const upTo = (answers: readonly Answered[], time: Micros): number => {
  let [low, high] = [0, answers.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((answers[middle]?.at ?? 0) <= time) low = middle + 1
    else high = middle
  }
  return low
}

/** The one name of the hour before; null where there is none, or several. */
const nameAt = (answers: readonly Answered[], time: Micros): string | null => {
  const last = answers[upTo(answers, time) - 1]
  const since = time - LOOKUP_KEPT
  if (last === undefined || last.at < since) return null
  return last.otherAt !== null && last.otherAt >= since ? null : last.name
}

export const nameDestinations = (
  observations: readonly Observation[],
  lookups: readonly NameLookup[],
): readonly Observation[] => {
  if (lookups.length === 0) return observations
  const index = indexOf(lookups)
  return observations.map(observation => {
    const { pod, substrate, values, start } = observation
    const [first] = values
    if (substrate !== 'network' || pod === undefined || first?.dimension !== DESTINATION) return observation
    const answers = index.get(keyOf(pod, String(first.value)))
    const name = answers === undefined ? null : nameAt(answers, start)
    return name === null ? observation : { ...observation, values: [{ dimension: DESTINATION, value: name }] }
  })
}
