/**
 * Which sightings of a value are evidence of need. One whose value was named by a text that the session had read may be an
 * injection's, and one that neither the request nor any result explains may be anybody's: either counts only where the kind of
 * task it belongs to usually does so. Counting more of them does not help.
 */
import type { Column } from './column.ts'
import type { Part } from './witness-numbers.ts'

/** A cluster speaks for a value from this many of its sessions on, and from the decided share of them. */
const QUORUM_SESSIONS = 3

/** Whether every session that showed the value had read a text that names it: nobody has seen it but after such a text. */
export const isOnlySuggested = (column: Column, value: number): boolean => {
  for (let at = column.from[value] ?? 0; at < (column.from[value + 1] ?? 0); at++)
    if (column.origin(at) !== 'prose') return false
  return true
}

const isDoubtful = ({ origin, witness, numbers }: Column, sighting: number, mayBeOwn: boolean): boolean => {
  const from = origin(sighting)
  if (from === 'prose') return true
  // Where no request was recorded, what came from nowhere may have come from there.
  return mayBeOwn && from === 'own' && (numbers.profiles[witness[sighting] ?? -1]?.asked.size ?? 0) > 0
}

/** By sighting, 1 for those that count; null: all do. */
export const trustedSightings = (
  column: Column,
  /** By value, 1 for those that are asked about. */
  entries: Uint8Array,
  { has }: Part,
  quorum: number,
  /** Whether the session may bring the value itself: then one that came from nowhere needs no place in the set. */
  mayBeOwn: boolean,
): Uint8Array | null => {
  const { from, witness, numbers } = column
  const clusterOf = (sighting: number): number => numbers.asked[witness[sighting] ?? -1] ?? -1
  let trusted: Uint8Array | null = null
  for (let value = 0; value < entries.length; value++) {
    if (entries[value] !== 1) continue
    const doubtful: number[] = []
    for (let at = from[value] ?? 0; at < (from[value + 1] ?? 0); at++)
      if (has[witness[at] ?? -1] === 1 && isDoubtful(column, at, mayBeOwn)) doubtful.push(at)
    if (doubtful.length === 0) continue
    const byCluster = new Map<number, number>()
    for (const at of doubtful) byCluster.set(clusterOf(at), (byCluster.get(clusterOf(at)) ?? 0) + 1)
    trusted ??= new Uint8Array(witness.length).fill(1)
    for (const at of doubtful) {
      const count = byCluster.get(clusterOf(at)) ?? 0
      const size = numbers.askedSizes[clusterOf(at)] ?? 1
      if (count < QUORUM_SESSIONS || count < quorum * size) trusted[at] = 0
    }
  }
  return trusted
}
