/**
 * Which sightings of a value are evidence of need. One whose value was named by a text that the session had read may be an
 * injection's, and one that neither the request nor any result explains may be anybody's: either counts only where the kind of
 * task it belongs to usually does so. Counting more of them does not help.
 */
import type { Profile, Sighting, ValueProfile } from '../model/profile.ts'
import { originOf } from './origin.ts'
import type { Clusters } from './witnesses.ts'

/** A cluster speaks for a value from this many of its sessions on, and from the decided share of them. */
const QUORUM_SESSIONS = 3

/** Whether every session that showed the value had read a text that names it: nobody has seen it but after such a text. */
export const isOnlySuggested = ({ value, witnesses }: ValueProfile, profile: Profile): boolean =>
  [...witnesses].every(([witness, { first }]) => originOf(value, profile.witnesses.get(witness), first) === 'prose')

/** Witnesses per cluster. */
export const clusterSizes = (clusters: Clusters): ReadonlyMap<string, number> => {
  const sizes = new Map<string, number>()
  for (const cluster of clusters.values()) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1)
  return sizes
}

export const trustedSightings = (
  { value, witnesses }: ValueProfile,
  profile: Profile,
  clusters: Clusters,
  sizes: ReadonlyMap<string, number>,
  quorum: number,
  /** Whether the session may bring the value itself: then one that came from nowhere needs no place in the set. */
  mayBeOwn: boolean,
): ReadonlyMap<string, Sighting> => {
  const doubtful = [...witnesses].filter(([witness, { first }]) => {
    const shown = profile.witnesses.get(witness)
    const origin = originOf(value, shown, first)
    // Where no request was recorded, what came from nowhere may have come from there.
    return origin === 'prose' || (mayBeOwn && origin === 'own' && shown !== undefined && shown.asked.size > 0)
  })
  if (doubtful.length === 0) return witnesses
  const byCluster = new Map<string, number>()
  for (const [witness] of doubtful) {
    const cluster = clusters.get(witness) ?? witness
    byCluster.set(cluster, (byCluster.get(cluster) ?? 0) + 1)
  }
  const trusted = new Map(witnesses)
  for (const [witness] of doubtful) {
    const cluster = clusters.get(witness) ?? witness
    const count = byCluster.get(cluster) ?? 0
    if (count < QUORUM_SESSIONS || count < quorum * (sizes.get(cluster) ?? 1)) trusted.delete(witness)
  }
  return trusted
}
