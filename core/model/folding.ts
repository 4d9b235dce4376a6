/** What a store of evidence is handed of the stages: what items mean together, and what they add up to. A store decides neither. */
import type { Collector } from './collector.ts'
import type { OwnItem } from './evidence.ts'
import type { Ledger, StreamLedger, StreamsLedger } from './ledger.ts'
import type { Mark, Marking } from './mark.ts'
import type { Micros } from './observation.ts'
import type { Profile, WitnessProfile } from './profile.ts'
import type { ShownSurface } from './shown.ts'
import type { Substrate } from './substrate.ts'
import type { Workload } from './workload.ts'
import type { SettledEvidence, WorkloadEvidence } from './workload-evidence.ts'

/** Where in the pods an item is: a call that is open there, a name that was looked up there, or what a kernel or a network saw there. */
export interface InPod {
  /** `namespace/name`. */
  readonly pod: string
  readonly part: 'call' | 'lookup' | 'below'
  readonly start: Micros
  /** Null: not recorded. */
  readonly end: Micros | null
}

/** A pod for a while, both ends included. */
export interface PodSpan {
  readonly pod: string
  readonly from: Micros
  readonly to: Micros
}

export interface Folding {
  createCollector(): Collector
  /** With the part of the ledger that concerns the workload. */
  profileOf(evidence: WorkloadEvidence, ledger: Ledger): Profile
  /** The unit of an item: what must be read together to be understood. */
  unitOf(item: OwnItem): string
  /** The unit of what is only of a session. */
  unitOfSession(session: string): string
  /** The item without values that are secret: those are never kept. */
  withoutSecrets(item: OwnItem): OwnItem
  inPod(item: OwnItem): InPod | null
  /** For how long before `below` a call or a lookup may matter to it. */
  readonly reach: { readonly call: Micros; readonly lookup: Micros }
  /** Joins what the calls and lookups around it tell of what happened in pods; gives back its own evidence only. */
  join(own: SettledEvidence, around: readonly SettledEvidence[]): WorkloadEvidence
  /** The same evidence, with what is marked as no evidence of need. */
  mark(evidence: WorkloadEvidence, marking: Marking): WorkloadEvidence
  /** The marks that may be of a workload, `namespace/name`. */
  marksOf(marks: readonly Mark[], workload: string): readonly Mark[]
  emptyProfile(workload: Workload): Profile
  /** Adds a part to a profile of the same workload; the ledger stays. To be closed by `finish`. */
  absorb(into: Profile, part: Profile): void
  /** The same of parts in which nothing else is. What is read of one unit comes once, and who flooded it before all else of it. */
  absorbFlooded(into: Profile, substrate: Substrate, witness: string): void
  absorbShown(into: Profile, shown: ShownSurface): void
  absorbWitness(into: Profile, name: string, witness: WitnessProfile): void
  finish(profile: Profile): Profile
  /** Streams of one source as its ledger has them. */
  streamsOf(streams: readonly StreamLedger[]): StreamsLedger
  /** The part of a ledger that concerns the profile. */
  ledgerOf(profile: Profile, ledger: Ledger): Ledger
}
