/** When units that came whole are folded, and where: by and by once there are many, one lot ahead of what is written; and all before a reading. */
import type { Worker } from 'node:worker_threads'
import type { Folding } from '../../../core/model/folding.ts'
import { openThread, type Thread } from '../../threads/thread.ts'
import type { Engine } from './engine.ts'
import { foldFresh } from './fold-fresh.ts'
import { type Fold, type FoldWork, foldedFrom } from './fold-work.ts'
import type { FoldedRows } from './folded-rows.ts'
import { createFreshUnits, type Kept } from './fresh-units.ts'
import type { EvidenceRow } from './item-rows.ts'
import type { SettleClock } from './settle.ts'

export interface WholeUnits {
  /** Rows that are on disk. What it waits for is the fold before, so that memory is bounded. Never rejects. */
  add(rows: readonly EvidenceRow[]): Promise<void>
  /** Folds what is left. Never rejects: what fails is folded when the store is read. */
  foldAll(): Promise<void>
  /** Leaves everything to the store. */
  forget(): void
  close(): Promise<void>
}

export interface WholeUnitsOptions {
  readonly kept?: Kept
  /** Starts a thread that folds; it is not asked before there is much to fold. */
  readonly startThread?: () => Worker
}

export const createWholeUnits = (
  engine: Engine,
  folding: Folding,
  clock: SettleClock,
  { kept, startThread }: WholeUnitsOptions,
): WholeUnits => {
  const fresh = createFreshUnits(kept)
  let thread: Thread<FoldWork, FoldedRows> | null = null
  const here: Fold = async work => foldedFrom(folding, work)
  let folded: Promise<void> = Promise.resolve()

  const foldNext = (which: 'oldest' | 'all'): void => {
    const units = fresh.take(which)
    const fold = thread?.isOpen() === true ? thread.ask : here
    folded = folded.then(() => foldFresh(engine, fold, clock, units)).catch(() => undefined)
  }

  return {
    add: async rows => {
      fresh.add(rows)
      if (!fresh.isFull()) return
      if (thread === null && startThread !== undefined) thread = openThread(startThread())
      const before = folded
      foldNext('oldest')
      await before
    },
    foldAll: async () => {
      foldNext('all')
      await folded
    },
    forget: fresh.forget,
    close: async () => {
      await folded
      await thread?.close()
    },
  }
}
