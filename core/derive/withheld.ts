/**
 * What was seen under the threshold, sorted by two tests: frequency (how often, by how many) and pattern continuity (spread
 * over the window, at its end, or all at once).
 */
import type { EvidenceCount, WithheldClass } from '../model/policy.ts'
import type { Profile, Sighting } from '../model/profile.ts'

const HOUR = 3_600_000
/** Share of the window at its end in which a first sighting is late. */
const LATE = 0.2

export const classOf = (
  sightings: ReadonlyMap<string, Sighting>,
  evidence: EvidenceCount,
  profile: Profile,
  moreThan: number,
): WithheldClass => {
  const [first, last] = [Date.parse(evidence.firstSeen), Date.parse(evidence.lastSeen)]
  const start = (profile.first ?? 0) / 1000
  const window = (profile.last ?? 0) / 1000 - start
  if (evidence.witnesses === 1) {
    // Uncapped: how often one witness repeated itself is what makes it a burst.
    const times = [...sightings.values()].reduce((sum, { count }) => sum + count, 0)
    return times > moreThan ? 'burst' : 'one-time'
  }
  if (last - first <= HOUR && window > 24 * HOUR) return 'burst'
  return window > 0 && first >= start + window * (1 - LATE) ? 'late-onset' : 'rare-recurring'
}
