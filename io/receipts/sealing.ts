/**
 * Sealing in a thread of its own, while this one makes texts of records and writes what is sealed. A thread that ends takes with it only
 * what it had: whoever waits for that is refused, and the log goes on without the thread.
 */
import type { Worker } from 'node:worker_threads'
import type { Gathered } from './gathered.ts'
import type { Sealed, SealKeys } from './seal-batch.ts'
import type { Answered, Asked } from './serve-sealing.ts'
import type { Place } from './tail.ts'

/** The thread that had the batch is gone. */
export class SealingEnded extends Error {}

export interface ThreadSealed extends Sealed {
  /** Once the bytes are written, or never will be. */
  release(): void
}

export interface Sealing {
  /** Started, and not ended. */
  readonly isReady: () => boolean
  /** In the order of calls; `from` where the log is, or `behind` the batch of the call before. Rejects with {@link SealingEnded}. */
  seal(parts: readonly Gathered[], from: Place | null | 'behind'): Promise<ThreadSealed>
  /** Memory to gather in, where there is some. */
  emptied(): Uint8Array<ArrayBuffer> | null
  close(): Promise<void>
}

interface Waiting {
  readonly resolve: (sealed: ThreadSealed) => void
  readonly reject: (error: SealingEnded) => void
}

/** Buffers that are kept for use, of either kind, and their bytes at most. */
const KEPT = 4
const KEPT_BYTES = 16 * 2 ** 20

const createStock = () => {
  const kept: Uint8Array<ArrayBuffer>[] = []
  return {
    take: (): Uint8Array<ArrayBuffer> | null => kept.pop() ?? null,
    give: (memory: Uint8Array<ArrayBuffer>): void => {
      if (kept.length < KEPT && memory.length <= KEPT_BYTES) kept.push(memory)
    },
  }
}

export const openSealing = (worker: Worker, keys: SealKeys): Sealing => {
  const waiting: Waiting[] = []
  const [gathering, sealing] = [createStock(), createStock()]
  let [isReady, hasEnded] = [false, false]
  const end = (): void => {
    ;[isReady, hasEnded] = [false, true]
    for (const { reject } of waiting.splice(0)) reject(new SealingEnded('the thread that seals has ended'))
  }
  const ask = (asked: Asked, moved: readonly ArrayBuffer[]): void => worker.postMessage(asked, [...moved])
  worker.on('message', (answered: Answered) => {
    if (answered.kind === 'ready') {
      isReady = !hasEnded
      return
    }
    const { memory, length, next, emptied } = answered
    // The last part is the batch; what comes before it is a note of the log, and small.
    const large = emptied.at(-1)
    if (large !== undefined) gathering.give(large)
    waiting.shift()?.resolve({ bytes: memory.subarray(0, length), next, release: () => sealing.give(memory) })
    if (waiting.length === 0) worker.unref()
  })
  worker.on('error', end)
  worker.on('messageerror', end)
  worker.on('exit', end)
  worker.unref()
  ask({ kind: 'keys', keys }, [])
  return {
    isReady: () => isReady,
    seal: (parts, from) =>
      new Promise((resolve, reject) => {
        if (hasEnded) {
          reject(new SealingEnded('the thread that seals has ended'))
          return
        }
        waiting.push({ resolve, reject })
        // A process does not end while something of it is sealed.
        worker.ref()
        const spare = sealing.take()
        const moved = parts.flatMap(({ bytes, cuts }) => [bytes.buffer, cuts.buffer])
        ask({ kind: 'batch', parts, from, spare }, spare === null ? moved : [...moved, spare.buffer])
      }),
    emptied: gathering.take,
    close: async () => {
      await worker.terminate()
    },
  }
}
