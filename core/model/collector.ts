/** Where decoded items become evidence: duplicates count once, every item is in the ledger. */
import type { EvidenceItem, OwnItem } from './evidence.ts'
import type { Ledger } from './ledger.ts'
import type { Evidence, SettledEvidence } from './workload-evidence.ts'

export interface Collector {
  /**
   * `place` names where the items stood, for those that have no id of their own: what was rejected there counts once, however
   * often it comes. Without it each rejection is another one.
   */
  add(source: string, items: readonly EvidenceItem[], place?: string): void
  /** An item that came so many times, at the cost of one. */
  addCopies(source: string, item: OwnItem, count: number): void
  /** What was added so far, a piece for each workload, before what happened in pods is joined; more may follow. */
  settle(): { readonly evidence: readonly SettledEvidence[]; readonly ledger: Ledger }
  /** The same, joined. */
  finish(): Evidence
}
