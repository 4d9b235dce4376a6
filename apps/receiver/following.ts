/**
 * Files of this machine that sensors write → the store, beside what is sent. Who may name them is who starts the receiver: they need no token. Where
 * the store cannot write, files wait: following begins again from where the store says that it was.
 */
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SourceOptions } from '../../core/model/source.ts'
import { decodeRecord, UNRECOGNIZED } from '../../core/pipeline.ts'
import type { Batch, EvidenceStore } from '../../io/store/evidence-store.ts'
import { followInto } from '../../io/store/follow-into-store.ts'
import type { Appender } from './appender.ts'

/** Milliseconds until a store that could not write is asked again. */
const AGAIN = 5_000

export interface Following {
  /** What was read is stored, or is read again by the next one. */
  end(): Promise<void>
}

export const startFollowing = (
  files: readonly string[],
  store: EvidenceStore,
  appender: Appender,
  options: SourceOptions,
  received: (batch: Batch) => void,
  failed: (error: unknown) => void,
): Following => {
  const ending = new AbortController()
  const { signal } = ending
  const append = async (batch: Batch): Promise<void> => {
    const { isWritten } = await appender.append(batch)
    if (!isWritten) throw new Error('what was read of files could not be stored')
    received(batch)
  }
  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await followInto(store, {
          files,
          reader: hostname(),
          decode: record => decodeRecord(record, { ...options, source: null }),
          unread: UNRECOGNIZED,
          append,
          signal,
        })
      } catch (error) {
        failed(error)
        await sleep(AGAIN, undefined, { signal }).catch(() => undefined)
      }
    }
  }
  const followed = follow()
  return {
    end: async () => {
      ending.abort()
      await followed
    },
  }
}
