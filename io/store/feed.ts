/** Records one after the other → batches that are appended. */
import { createHash } from 'node:crypto'
import type { Batch, Decoded } from './evidence-store.ts'

/** Records that are acknowledged together, and the items that they may hold. */
const BATCH = { records: 100, items: 5_000 }

/** Batches that may wait for their acknowledgement while the next one is read: the engine writes them together. */
const WAITING = 100

export interface Feed {
  /** `place`: where it stood, to name a batch that holds what was rejected. */
  add(record: Decoded, place: string): Promise<void>
  /** Resolves when all that was added is appended. */
  flush(): Promise<void>
}

/**
 * Only what was rejected has no id of its own: where it stood, and what is wrong with it, names the batch. What could not be
 * stored is told of by whatever is asked next.
 */
export const createFeed = (append: (batch: Batch) => Promise<void>): Feed => {
  let records: Decoded[] = []
  let items = 0
  let name = createHash('sha256')
  const waiting: Promise<void>[] = []
  const send = async (): Promise<void> => {
    if (records.length === 0) return
    const batch = { id: name.digest('hex'), records }
    ;[records, items, name] = [[], 0, createHash('sha256')]
    const appended = append(batch)
    // It is awaited below, or in `flush`, and not everything may come to that.
    appended.catch(() => undefined)
    waiting.push(appended)
    if (waiting.length > WAITING) await waiting.shift()
  }
  return {
    add: async (record, place) => {
      for (const item of record.items)
        if (item.kind === 'rejected') name.update(`${place}\0${item.reason}\0${item.detail}\0`)
      records.push(record)
      items += record.items.length
      if (records.length >= BATCH.records || items >= BATCH.items) await send()
    },
    flush: async () => {
      await send()
      await Promise.all(waiting.splice(0))
    },
  }
}
