/**
 * Parts of text → rows of evidence as the engine is handed them, and the folds of units that came whole: everything about loading that is
 * of no engine, so any thread can. Items are folded as they were decoded. Units are shared out among the threads by their names: what a
 * thread reads of another one's unit it hands over, so that a unit is whole in one place, whoever reads which part of it.
 */
import type { OwnItem } from '../../../core/model/evidence.ts'
import type { Folding } from '../../../core/model/folding.ts'
import { recordsInPart } from '../../evidence/part-records.ts'
import type { FilePart } from '../../evidence/read-records.ts'
import { createBatches } from '../batches.ts'
import type { Decoded } from '../decoded.ts'
import type { Batch } from '../evidence-store.ts'
import type { LoadedPart, NotedRejection, Reader } from '../load.ts'
import { worksOf } from './fold-fresh.ts'
import { foldedFrom } from './fold-work.ts'
import { type FoldedRows, joined } from './folded-rows.ts'
import { createFreshUnits, type FreshItem, type FreshUnit, type Kept } from './fresh-units.ts'
import { type EvidenceRow, rowsOf } from './item-rows.ts'
import { tabSeparated } from './tab-separated.ts'

/** For what is written and folded now. `generation`: larger than that of any fold before. */
export interface LoadClock {
  readonly generation: number
  /** UTC, `YYYY-MM-DD`. */
  readonly day: string
}

/** Folds of units in pods apart: others may explain them. */
export interface LoadedFolds {
  readonly apart: FoldedRows
  readonly inPods: FoldedRows
}

export interface Loaded extends LoadedPart {
  /** Rows of evidence, written. */
  readonly evidence: Uint8Array
  /** Null where there was nothing to fold. Of this part and of others: all that was read by whoever handed something over. */
  readonly folds: LoadedFolds | null
}

export interface Loader {
  load(part: FilePart, clock: LoadClock): Loaded
  /** What other threads have read of units that are folded here. */
  keep(items: readonly FreshItem[]): void
  /** Folds what is left. */
  finish(clock: LoadClock): LoadedFolds | null
}

/** Who folds which units. Null: nobody, they are left to the store. */
export interface Share {
  readonly kept: Kept
  /** Index of the thread that folds the unit; 32 hexadecimal digits name one. */
  readonly isOwn: (unit: string) => boolean
  readonly handOver: (items: readonly FreshItem[]) => void
}

const freshOf = ({ workload, unit, source, pod, payload }: EvidenceRow, said: OwnItem | string): FreshItem => ({
  workload,
  unit,
  source,
  said,
  isInPod: pod !== '',
  weight: payload.length,
})

const decodedIn = function* ({ file, part }: FilePart, reader: Reader): Generator<readonly [Decoded, string]> {
  for (const split of recordsInPart(part)) {
    const place = `${file}:${split.line}`
    if ('problem' in split) {
      const { problem: reason, detail } = split
      yield [{ source: reader.unread, items: [{ kind: 'rejected', reason, detail }] }, place]
    } else yield [reader.decode(split.record), place]
  }
}

/** The first of each source and reason. */
const noteIn = (noted: Map<string, NotedRejection>, { source, items }: Decoded, place: string): void => {
  for (const item of items) {
    if (item.kind !== 'rejected') continue
    const { reason, detail } = item
    const key = `${source}: ${reason}`
    if (!noted.has(key)) noted.set(key, { source, reason, place, detail })
  }
}

export const createLoader = (reader: Reader, folding: Folding, share: Share | null): Loader => {
  const fresh = createFreshUnits(share?.kept)

  const fold = (units: readonly FreshUnit[], clock: LoadClock): FoldedRows =>
    joined(worksOf(units, () => clock).map(work => foldedFrom(folding, work)))

  const folded = (which: 'oldest' | 'all', clock: LoadClock): LoadedFolds | null => {
    const units = fresh.take(which)
    if (units.length === 0) return null
    return {
      apart: fold(
        units.filter(({ isInPod }) => !isInPod),
        clock,
      ),
      inPods: fold(
        units.filter(({ isInPod }) => isInPod),
        clock,
      ),
    }
  }

  return {
    load: (part, clock) => {
      const batches = createBatches()
      const noted = new Map<string, NotedRejection>()
      const written: Uint8Array[] = []
      let others: FreshItem[] = []
      let records = 0
      const keep = (row: EvidenceRow, item: OwnItem): void => {
        if (share === null) return
        if (share.isOwn(row.unit)) fresh.add(freshOf(row, item))
        else others.push(freshOf(row, row.payload))
      }
      const write = (batch: Batch | null): void => {
        if (batch === null) return
        // Written and handed over at once: what lives no longer than its batch costs the collector nothing.
        written.push(tabSeparated('evidence', rowsOf(batch, folding, clock.day, keep)))
        if (others.length > 0) share?.handOver(others)
        others = []
      }
      for (const [record, place] of decodedIn(part, reader)) {
        records += 1
        noteIn(noted, record, place)
        write(batches.add(record, place))
      }
      write(batches.take())
      return {
        file: part.file,
        records,
        noted: [...noted.values()],
        evidence: Buffer.concat(written),
        folds: fresh.isFull() ? folded('oldest', clock) : null,
      }
    },
    keep: items => {
      for (const item of items) fresh.add(item)
    },
    finish: clock => folded('all', clock),
  }
}
