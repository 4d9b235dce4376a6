/** Where decoded items become evidence: duplicates count once, every item is in the ledger. */
import type { EvidenceItem, Rejection } from './evidence.ts'
import type { Ledger } from './ledger.ts'
import type { Evidence, SettledEvidence } from './workload-evidence.ts'

export interface Collector {
  /**
   * `place` names where the items stood, for those that have no id of their own: what was rejected there counts once, however
   * often it comes. Without it each rejection is another one. `copies`: how often the items came.
   */
  add(source: string, items: readonly EvidenceItem[], place?: string, copies?: number): void
  reject(source: string, reason: Rejection): void
  /** What was added so far, a piece for each workload, before what happened in pods is joined; more may follow. */
  settle(): { readonly evidence: readonly SettledEvidence[]; readonly ledger: Ledger }
  /** The same, joined. */
  finish(): Evidence
}
