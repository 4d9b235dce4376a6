/**
 * Folding in a thread of its own, while this one reads and decodes. What fails there, or a thread that ends, costs only speed: what was
 * not folded is folded when the store is read.
 */
import type { MessagePort, Worker } from 'node:worker_threads'
import type { Folding } from '../../../core/model/folding.ts'
import { type FoldWork, foldedFrom } from './fold-work.ts'
import type { FoldedRows } from './folded-rows.ts'

export type Fold = (work: FoldWork) => Promise<FoldedRows>

interface Asked {
  readonly number: number
  readonly work: FoldWork
}

interface Answered {
  readonly number: number
  /** Null: it could not be folded. */
  readonly rows: FoldedRows | null
}

/** In the thread. */
export const serveFolds = (port: MessagePort, folding: Folding): void => {
  const folded = (work: FoldWork): FoldedRows | null => {
    try {
      return foldedFrom(folding, work)
    } catch {
      return null
    }
  }
  port.on('message', ({ number, work }: Asked) => {
    const answer: Answered = { number, rows: folded(work) }
    port.postMessage(answer)
  })
}

interface Waiting {
  readonly resolve: (rows: FoldedRows) => void
  readonly reject: (error: Error) => void
}

export interface FoldThread {
  /** Rejects where the thread could not, or ends. */
  readonly fold: Fold
  readonly isOpen: () => boolean
  close(): Promise<void>
}

export const openFoldThread = (worker: Worker): FoldThread => {
  const waiting = new Map<number, Waiting>()
  let [asked, isOpen] = [0, true]
  const end = (): void => {
    isOpen = false
    for (const { reject } of waiting.values()) reject(new Error('the thread that folds has ended'))
    waiting.clear()
  }
  worker.on('message', ({ number, rows }: Answered) => {
    const own = waiting.get(number)
    waiting.delete(number)
    if (rows === null) own?.reject(new Error('the thread could not fold'))
    else own?.resolve(rows)
    if (waiting.size === 0) worker.unref()
  })
  worker.on('error', end)
  worker.on('exit', end)
  worker.unref()
  return {
    fold: work =>
      new Promise((resolve, reject) => {
        if (!isOpen) {
          reject(new Error('the thread that folds has ended'))
          return
        }
        asked += 1
        waiting.set(asked, { resolve, reject })
        // A process does not end while something of it is folded.
        worker.ref()
        const question: Asked = { number: asked, work }
        worker.postMessage(question)
      }),
    isOpen: () => isOpen,
    close: async () => {
      await worker.terminate()
    },
  }
}
