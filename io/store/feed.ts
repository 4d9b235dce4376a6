/** Records one after the other → batches that are appended. */
import { createHash } from 'node:crypto'
import type { Batch, Decoded } from './evidence-store.ts'

/** Records that are acknowledged together, and the items that they may hold. */
const BATCH = { records: 1_000, items: 10_000 }

export interface Feed {
  /** `place`: where it stood, to name a batch that holds what was rejected. */
  add(record: Decoded, place: string): Promise<void>
  /** Resolves when all that was added is appended. */
  flush(): Promise<void>
}

/** Only what was rejected has no id of its own: where it stood, and what is wrong with it, names the batch. */
export const createFeed = (append: (batch: Batch) => Promise<void>): Feed => {
  let records: Decoded[] = []
  let items = 0
  let name = createHash('sha256')
  const flush = async (): Promise<void> => {
    if (records.length === 0) return
    const batch = { id: name.digest('hex'), records }
    ;[records, items, name] = [[], 0, createHash('sha256')]
    await append(batch)
  }
  return {
    add: async (record, place) => {
      for (const item of record.items)
        if (item.kind === 'rejected') name.update(`${place}\0${item.reason}\0${item.detail}\0`)
      records.push(record)
      items += record.items.length
      if (records.length >= BATCH.records || items >= BATCH.items) await flush()
    },
    flush,
  }
}
