/**
 * What was seen under the threshold, sorted by two tests: frequency (how often, by how many) and pattern continuity (spread
 * over days and kinds of task, at the end of the window, all at once, or only after text from outside was read).
 */
import { CONTINUITY_CODES, type ContinuityFinding, type EvidenceCount, type Withheld } from '../model/policy.ts'
import type { Profile, Sighting, WitnessProfile } from '../model/profile.ts'
import { countOf } from './evidence-count.ts'
import type { Gate } from './gate.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Share of the window at its end in which a first sighting is late. */
const LATE = 0.2

/** Earliest running text that each witness read. INVARIANT: a profile that something was derived from changes no more. */
const firstRead = new WeakMap<WitnessProfile, number>()

const readFrom = (witness: WitnessProfile): number => {
  const known = firstRead.get(witness)
  if (known !== undefined) return known
  let first = Number.POSITIVE_INFINITY
  for (const at of witness.read.values()) first = Math.min(first, at)
  firstRead.set(witness, first)
  return first
}

/** Whether it had read text that a tool returned before it showed this; null: what it had read is not known. */
const wasToldBefore = (witness: WitnessProfile | undefined, { first }: Sighting): boolean | null => {
  if (witness === undefined) return null
  if (readFrom(witness) <= first) return true
  return witness.unknown !== null && witness.unknown <= first ? null : false
}

interface Pattern {
  readonly isBurst: boolean
  readonly holds: Readonly<Record<ContinuityFinding, boolean>>
}

const patternOf = (evidence: EvidenceCount, sightings: ReadonlyMap<string, Sighting>, profile: Profile): Pattern => {
  const [first, last] = [Date.parse(evidence.firstSeen), Date.parse(evidence.lastSeen)]
  const start = (profile.first ?? 0) / 1000
  const window = (profile.last ?? 0) / 1000 - start
  const told = [...sightings].map(([name, sighting]) => wasToldBefore(profile.witnesses.get(name), sighting))
  return {
    isBurst: last - first <= HOUR && window > DAY,
    holds: {
      'one-day': evidence.witnesses > 1 && evidence.days === 1 && window > DAY,
      'one-task': evidence.witnesses > 1 && evidence.clusters === 1,
      late: window > 0 && first >= start + window * (1 - LATE),
      'after-outside-only': told.every(each => each === true),
      'outside-unknown': told.includes(null),
    },
  }
}

/** Under the threshold, with what speaks against it. `isSuggested`: only sessions that had read a text that names it count for it. */
export const classify = (
  sightings: ReadonlyMap<string, Sighting>,
  profile: Profile,
  gate: Gate,
  sources: ReadonlySet<string>,
  isSuggested: boolean,
): Pick<Withheld, 'class' | 'findings' | 'evidence'> => {
  const evidence = countOf(sightings, profile, gate, sources)
  const { isBurst, holds } = patternOf(evidence, sightings, profile)
  const classOf = (): Withheld['class'] => {
    if (isSuggested) return 'suggested'
    // As often as one witness can count, or more: how much more must change nothing.
    if (evidence.witnesses === 1) return evidence.count >= gate.perWitness ? 'burst' : 'one-time'
    if (isBurst) return 'burst'
    if (holds.late) return 'late-onset'
    return holds['one-task'] ? 'one-task' : 'rare-recurring'
  }
  return { class: classOf(), findings: CONTINUITY_CODES.filter(code => holds[code]), evidence }
}
