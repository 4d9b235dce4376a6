/** Where batches are sealed: here, or, once there are large ones, in a thread that is started for them. */
import type { Worker } from 'node:worker_threads'
import { createBatchBytes } from './batch-bytes.ts'
import { type Gathered, newMemory } from './gathered.ts'
import { type Sealed, type SealKeys, sealBatch } from './seal-batch.ts'
import { openSealing, type Sealing } from './sealing.ts'
import type { Place } from './tail.ts'

export interface Sealer {
  here(parts: readonly Gathered[], place: Place | null): Sealed
  /** Null where there is none that takes batches. */
  thread(): Sealing | null
  /** Has one started, the first time. One that ended is not started again: what ended it may end the next. */
  want(): void
  /** Memory to gather in. */
  memory(): Uint8Array<ArrayBuffer>
  /** What was gathered in it is sealed. */
  giveBack(memory: Uint8Array<ArrayBuffer>): void
  close(): Promise<void>
}

/** Bytes of memory that wait for the next batch at the most. */
const KEPT_BYTES = 16 * 2 ** 20

export const createSealer = (keys: SealKeys, startThread: (() => Worker) | null): Sealer => {
  const memory = createBatchBytes()
  let spare: Uint8Array<ArrayBuffer> | null = null
  let thread: Sealing | null = null
  return {
    here: (parts, place) => sealBatch(parts, place, keys, memory),
    thread: () => (thread?.isReady() === true ? thread : null),
    want: () => {
      if (thread === null && startThread !== null) thread = openSealing(startThread(), keys)
    },
    memory: () => {
      const found = thread?.emptied() ?? spare
      if (found === spare) spare = null
      return found ?? newMemory()
    },
    giveBack: used => {
      if (used.length <= KEPT_BYTES) spare = used
    },
    close: async () => {
      await thread?.close()
    },
  }
}
