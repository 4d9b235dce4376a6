/** What an enforcement point writes receipts to, and how it is told that it cannot. */
import type { ReceiptBody } from '../../core/model/receipt.ts'
import type { Problem } from '../problem.ts'
import type { Place } from './tail.ts'

export interface ReceiptSink {
  /** Resolves when the record is durable. Rejects with {@link ReceiptRefused} where it cannot be, and then it is not in the log. */
  append(body: ReceiptBody): Promise<void>
}

export type LogState =
  | { readonly kind: 'open' }
  /** The last batch was refused; the next record tries again. */
  | { readonly kind: 'failed'; readonly problem: Problem }
  | { readonly kind: 'closed' }

export interface ReceiptLog extends ReceiptSink {
  readonly state: () => LogState
  /** Behind the last durable record; null before the first. */
  readonly place: () => Place | null
  /** Keyed digest for what records must not hold in the clear. */
  readonly digest: (text: string) => string
  /** Waits for what is being written. */
  close(): Promise<void>
}

/** The one error that `append` rejects with. */
export class ReceiptRefused extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.what}`)
    this.problem = problem
  }
}
