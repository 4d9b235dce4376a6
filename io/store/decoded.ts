import type { EvidenceItem } from '../../core/model/evidence.ts'

/** What one source made of one record. */
export interface Decoded {
  readonly source: string
  readonly items: readonly EvidenceItem[]
  /** Names the record among all that ever come, for what has no id of its own. Without it, its batch and its place there do. */
  readonly name?: string
}
