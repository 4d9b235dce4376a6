/** What a seal says: which records of which log it covers, what they end in, and which seal came before. */
import { canonicalJson } from '../../core/model/canonical.ts'

export const SEAL_FORMAT = 'ambit.receipts/v1'

export interface Statement {
  readonly format: typeof SEAL_FORMAT
  readonly log: string
  /** Sequence numbers of the first and the last record. */
  readonly first: number
  readonly last: number
  /** Digest of the last record, and through the chain of all before it. */
  readonly head: string
  /** Digest of the seal before, of its line's bytes; null for the first. */
  readonly previous: string | null
  /** Tells the digest key apart that the records' values were digested with. */
  readonly digestKey: string
}

export const statementText = (statement: Statement): string => canonicalJson(statement)
