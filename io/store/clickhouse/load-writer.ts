/** What was loaded → the engine, in few large inserts. Folds are written when the evidence that they may be of is on disk. */
import type { Engine } from './engine.ts'
import { joined, writeFolded } from './folded-rows.ts'
import type { Loaded, LoadedFolds } from './loader.ts'
import { hasBelow } from './settle.ts'

/** Bytes that are written at once. */
const INSERT = 16_777_216

export interface LoadWriter {
  /** Resolves when the rows are on disk. */
  evidence(loaded: Loaded): Promise<void>
  /** INVARIANT: to be called when all evidence that they may be of is on disk. */
  folds(folds: LoadedFolds): Promise<void>
}

export const createLoadWriter = (engine: Engine): LoadWriter => {
  let waiting: { readonly bytes: Uint8Array; readonly done: () => void; readonly failed: (error: unknown) => void }[] =
    []
  let isWriting = false

  /** As many as one insert takes, and at least one. */
  const next = (): typeof waiting => {
    let [bytes, taken] = [0, 0]
    for (const each of waiting) {
      bytes += each.bytes.length
      if (taken > 0 && bytes > INSERT) break
      taken += 1
    }
    const together = waiting.slice(0, taken)
    waiting = waiting.slice(taken)
    return together
  }

  const work = async (): Promise<void> => {
    isWriting = true
    while (waiting.length > 0) {
      const together = next()
      const [first] = together
      try {
        const bytes =
          together.length === 1 && first !== undefined ? first.bytes : Buffer.concat(together.map(each => each.bytes))
        await engine.insertWritten('evidence', bytes)
        for (const { done } of together) done()
      } catch (error) {
        for (const { failed } of together) failed(error)
      }
    }
    isWriting = false
  }

  return {
    evidence: ({ evidence }) =>
      new Promise((done, failed) => {
        waiting.push({ bytes: evidence, done, failed })
        if (!isWriting) void work()
      }),
    folds: async ({ apart, inPods }) => {
      // Asked after these are on disk: whatever a kernel saw and is written later finds them there.
      const areJoined = inPods.folds.length > 0 && (await hasBelow(engine))
      await writeFolded(engine, areJoined ? apart : joined([apart, inPods]))
    },
  }
}
