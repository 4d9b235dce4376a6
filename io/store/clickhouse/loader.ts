/**
 * Parts of text → rows of evidence as the engine is handed them, and the folds of units that came whole: everything about loading that is
 * of no engine, so any thread can. Units are shared out among the threads by their names: what a
 * thread reads of another one's unit it hands over, so that a unit is whole in one place, whoever reads which part of it.
 */
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
import { createFreshUnits, type FreshRow, type FreshUnit, type Kept } from './fresh-units.ts'
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
  keep(rows: readonly FreshRow[]): void
  /** Folds what is left. */
  finish(clock: LoadClock): LoadedFolds | null
}

/** Who folds which units. Null: nobody, they are left to the store. */
export interface Share {
  readonly kept: Kept
  /** Index of the thread that folds the unit; 32 hexadecimal digits name one. */
  readonly isOwn: (unit: string) => boolean
  readonly handOver: (rows: readonly FreshRow[]) => void
}

/** What is sent and kept, which is not the whole row. */
const freshOf = ({ workload, unit, source, pod, payload }: EvidenceRow): FreshRow => ({
  workload,
  unit,
  source,
  pod,
  payload,
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
      let records = 0
      /** Written and handed over at once: what lives no longer than its batch costs the collector little. */
      const write = (batch: Batch | null): void => {
        if (batch === null) return
        const rows = rowsOf(batch, folding, clock.day)
        written.push(tabSeparated('evidence', rows))
        if (share === null) return
        const ofUnits = rows.filter(({ workload }) => workload !== '').map(freshOf)
        fresh.add(ofUnits.filter(({ unit }) => share.isOwn(unit)))
        const others = ofUnits.filter(({ unit }) => !share.isOwn(unit))
        if (others.length > 0) share.handOver(others)
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
    keep: fresh.add,
    finish: clock => folded('all', clock),
  }
}
