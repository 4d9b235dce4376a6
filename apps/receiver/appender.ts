/**
 * Batches → the store, each acknowledged only once it is written; and with them the losses of what was refused, first. A store that
 * hangs is one that could not write: nobody is told otherwise, whatever becomes of it later.
 */
import type { Batch, EvidenceStore } from '../../io/store/evidence-store.ts'
import type { Refusals } from './refusals.ts'

export interface AppendTimes {
  /** Milliseconds that an append may take. */
  readonly timeout: number
  /** Milliseconds between attempts to write losses while nothing else comes. */
  readonly every: number
}

export interface Appending {
  readonly isWritten: boolean
  /** Resolves when the store is done with the batch, in time or not. Never rejects. */
  readonly over: Promise<unknown>
}

export interface Appender {
  append(batch: Batch): Promise<Appending>
  /** Whether the last attempt to write succeeded. */
  writes(): boolean
  /** Waits for what is being written, and tries once more to write what was refused; false: that is forgotten. */
  end(): Promise<boolean>
}

export const createAppender = (
  store: EvidenceStore,
  refusals: Refusals,
  { timeout, every }: AppendTimes,
  told: (seconds: number, isWritten: boolean, error: unknown) => void,
  /** Losses that are in the ledger now. */
  recorded: (losses: Batch) => void,
): Appender => {
  const open = new Set<Promise<unknown>>()
  let writes = true
  let flushing: Promise<boolean> | null = null

  const write = async (batch: Batch): Promise<Appending> => {
    const started = performance.now()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>(resolve => {
      timer = setTimeout(() => resolve('late'), timeout)
    })
    const result = (async () => store.append(batch))().then(
      () => ({ error: null }),
      (error: unknown) => ({ error: error ?? 'it failed' }),
    )
    open.add(result)
    void result.then(() => open.delete(result))
    const first = await Promise.race([result, late])
    clearTimeout(timer)
    const error = first === 'late' ? 'it takes too long' : first.error
    writes = error === null
    told((performance.now() - started) / 1_000, writes, error)
    return { isWritten: error === null, over: result }
  }

  const writeLosses = async (): Promise<boolean> => {
    // One that failed before, and what was refused since.
    for (let batch = refusals.pending(); batch !== null; batch = refusals.pending()) {
      const { isWritten } = await write(batch)
      if (!isWritten) return false
      refusals.written(batch)
      recorded(batch)
    }
    return true
  }

  /** One at a time, so that a loss is written once. */
  const flush = (): Promise<boolean> => {
    if (flushing !== null) return flushing
    const current = writeLosses().finally(() => {
      flushing = null
    })
    flushing = current
    return current
  }
  const ticking = setInterval(() => void flush(), every)
  ticking.unref()

  return {
    append: async batch => ((await flush()) ? write(batch) : { isWritten: false, over: Promise.resolve() }),
    writes: () => writes,
    end: async () => {
      clearInterval(ticking)
      // A store is not closed while it writes, unless it never comes back.
      let timer: NodeJS.Timeout | undefined
      await Promise.race([
        Promise.all(open),
        new Promise(resolve => {
          timer = setTimeout(resolve, timeout)
        }),
      ])
      clearTimeout(timer)
      await flushing
      return flush()
    },
  }
}
