/** Records one after the other → batches that are appended. */
import { createBatches } from './batches.ts'
import type { Decoded } from './decoded.ts'
import type { Batch } from './evidence-store.ts'

/** Batches that may wait for their acknowledgement while the next one is read: the engine writes them together. */
const WAITING = 100

export interface Feed {
  /** `place`: where it stood, to name a batch that holds what was rejected. */
  add(record: Decoded, place: string): Promise<void>
  /** Resolves when all that was added is appended. */
  flush(): Promise<void>
}

/** What could not be stored is told of by whatever is asked next. */
export const createFeed = (append: (batch: Batch) => Promise<void>): Feed => {
  const batches = createBatches()
  const waiting: Promise<void>[] = []
  const send = async (batch: Batch | null): Promise<void> => {
    if (batch === null) return
    const appended = append(batch)
    // It is awaited below, or in `flush`, and not everything may come to that.
    appended.catch(() => undefined)
    waiting.push(appended)
    if (waiting.length > WAITING) await waiting.shift()
  }
  return {
    add: (record, place) => send(batches.add(record, place)),
    flush: async () => {
      await send(batches.take())
      await Promise.all(waiting.splice(0))
    },
  }
}
