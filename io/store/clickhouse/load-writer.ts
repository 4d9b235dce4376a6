/**
 * What was loaded → the engine, in few large inserts: it merges what was inserted in small ones for longer than it took to insert. Folds are
 * written when the evidence that they may be of is on disk.
 */
import type { Engine } from './engine.ts'
import { joined, writeFolded } from './folded-rows.ts'
import type { LoadedFolds } from './loader.ts'
import { hasBelow } from './settle.ts'

/** Bytes that are written at once, or a part more. */
const INSERT = 6_291_456

export interface LoadWriter {
  evidence(rows: Uint8Array): void
  /** `before`: resolves when all evidence that they may be of was handed to `evidence`. */
  folds(folds: LoadedFolds, before: Promise<unknown>): void
  /** Resolves when there is room for more. Rejects with `StoreError` where something could not be stored. */
  room(): Promise<void>
  /** Resolves when all rows are on disk. Rejects as `room` does. */
  flush(): Promise<void>
}

const sizeOf = ({ apart, inPods }: LoadedFolds): number =>
  [apart, inPods].reduce((sum, rows) => sum + rows.witnesses.length + rows.sightings.length + rows.folds.length, 0)

export const createLoadWriter = (engine: Engine): LoadWriter => {
  let [evidence, size]: [Uint8Array[], number] = [[], 0]
  let [folds, foldSize]: [LoadedFolds[], number] = [[], 0]
  let before: Promise<unknown> = Promise.resolve()
  /** One after the other, and one ahead: while it is written, the next one gathers. */
  let [last, previous] = [Promise.resolve(), Promise.resolve()]

  const next = (work: () => Promise<void>): void => {
    previous = last
    last = last.then(work)
    // It is awaited below, and not everything may come to that.
    last.catch(() => undefined)
  }

  const insertEvidence = async (): Promise<void> => {
    const rows = evidence
    ;[evidence, size] = [[], 0]
    await engine.insertWritten('evidence', Buffer.concat(rows))
  }

  const insertFolds = async (): Promise<void> => {
    const gathered = folds
    ;[folds, foldSize] = [[], 0]
    await before
    await insertEvidence()
    try {
      const inPods = joined(gathered.map(each => each.inPods))
      // Asked after these are on disk: whatever a kernel saw and is written later finds them there.
      const areJoined = inPods.folds.length > 0 && (await hasBelow(engine))
      await writeFolded(engine, joined([...gathered.map(({ apart }) => apart), ...(areJoined ? [] : [inPods])]))
    } catch {
      // What could not be folded is folded when the store is read.
    }
  }

  return {
    evidence: rows => {
      const wasFull = size >= INSERT
      evidence.push(rows)
      size += rows.length
      if (size >= INSERT && !wasFull) next(insertEvidence)
    },
    folds: (more, all) => {
      const wasFull = foldSize >= INSERT
      folds.push(more)
      foldSize += sizeOf(more)
      before = Promise.all([before, all])
      if (foldSize >= INSERT && !wasFull) next(insertFolds)
    },
    room: () => previous,
    flush: () => {
      next(insertFolds)
      return last
    },
  }
}
