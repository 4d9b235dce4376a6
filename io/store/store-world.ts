/** What a store needs of whoever opens it. */
import type { Worker } from 'node:worker_threads'
import type { Folding } from '../../core/model/folding.ts'

export interface StoreWorld {
  readonly folding: Folding
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Starts a thread that serves folds with the same folding (`serveFolds`); without it everything is folded in this thread. */
  readonly startThread?: () => Worker
}
