/** What a store of evidence is handed of the stages: what items mean together, and what they add up to. A store decides neither. */
import type { Collector } from './collector.ts'
import type { Ledger } from './ledger.ts'
import type { Profile } from './profile.ts'
import type { WorkloadEvidence } from './workload-evidence.ts'

export interface Folding {
  createCollector(): Collector
  /** With the part of the ledger that concerns the workload. */
  profileOf(evidence: WorkloadEvidence, ledger: Ledger): Profile
}
