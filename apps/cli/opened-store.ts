/** The store that `--store` names, for as long as it is used; what it cannot do is a problem, never a stack trace. */
import { Worker } from 'node:worker_threads'
import { FOLDING } from '../../core/pipeline.ts'
import { failed, type Outcome } from '../../io/problem.ts'
import type { EvidenceStore } from '../../io/store/evidence-store.ts'
import { openStore } from '../../io/store/open-store.ts'
import { StoreError } from '../../io/store/store-error.ts'

/** Megabytes for what is new: a fold makes much of it, and little that stays. */
const YOUNG = 48

const startThread = (): Worker =>
  new Worker(new URL('./fold-thread.js', import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: YOUNG } })

/** Errors: those of opening it, and `store-failed`. */
export const withStore = async <T>(
  name: string,
  use: (store: EvidenceStore) => Promise<Outcome<T>>,
): Promise<Outcome<T>> => {
  const opened = await openStore(name, { folding: FOLDING, now: Date.now, startThread })
  if (!opened.ok) return opened
  const { store } = opened.value
  try {
    return await use(store)
  } catch (error) {
    if (error instanceof StoreError) return failed(error.problem)
    throw error
  } finally {
    await store.close()
  }
}
