/**
 * What was seen under the threshold, sorted by two tests: frequency (how often, by how many) and pattern continuity (spread
 * over the window, at its end, or all at once).
 */
import type { EvidenceCount, WithheldClass } from '../model/policy.ts'
import type { Profile } from '../model/profile.ts'

const HOUR = 3_600_000
/** Share of the window at its end in which a first sighting is late. */
const LATE = 0.2

export const classOf = (evidence: EvidenceCount, profile: Profile, perWitness: number): WithheldClass => {
  const [first, last] = [Date.parse(evidence.firstSeen), Date.parse(evidence.lastSeen)]
  const start = (profile.first ?? 0) / 1000
  const window = (profile.last ?? 0) / 1000 - start
  // As often as one witness can count, or more: how much more must change nothing.
  if (evidence.witnesses === 1) return evidence.count >= perWitness ? 'burst' : 'one-time'
  if (last - first <= HOUR && window > 24 * HOUR) return 'burst'
  return window > 0 && first >= start + window * (1 - LATE) ? 'late-onset' : 'rare-recurring'
}
