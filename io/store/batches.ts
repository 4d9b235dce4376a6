/** Records one after the other → batches: what is acknowledged together. */
import { createHash } from 'node:crypto'
import type { Decoded } from './decoded.ts'
import type { Batch } from './evidence-store.ts'

/** Records that are acknowledged together, and the items that they may hold. */
const BATCH = { records: 100, items: 5_000 }

export interface Batches {
  /** `place`: where it stood, to name a batch that holds what was rejected. Gives back the batch that is full with it. */
  add(record: Decoded, place: string): Batch | null
  /** What is left of them. */
  take(): Batch | null
}

/** Only what was rejected has no id of its own: where it stood, and what is wrong with it, names the batch. */
export const createBatches = (): Batches => {
  let records: Decoded[] = []
  let items = 0
  let name = createHash('sha256')
  const take = (): Batch | null => {
    if (records.length === 0) return null
    const batch = { id: name.digest('hex'), records }
    ;[records, items, name] = [[], 0, createHash('sha256')]
    return batch
  }
  return {
    add: (record, place) => {
      for (const item of record.items)
        if (item.kind === 'rejected') name.update(`${place}\0${item.reason}\0${item.detail}\0`)
      records.push(record)
      items += record.items.length
      return records.length >= BATCH.records || items >= BATCH.items ? take() : null
    },
    take,
  }
}
