/**
 * Recorded events → lines appended to a file, never in the way of the traffic: a write only queues, the queue is bounded,
 * and what does not fit is counted and written as a loss. Whole lines in append mode, so several recorders can share a file.
 */
import { type FileHandle, open } from 'node:fs/promises'
import type { RecordedEvent } from './event.ts'

export interface Journal {
  write(event: RecordedEvent): void
  /** Writes what is queued, and the losses. Resolves to what went wrong, or null. */
  close(): Promise<string | null>
}

const QUEUE_LIMIT = 64 * 2 ** 20
/** What a reader certainly accepts as one line. */
export const LINE_LIMIT = 8 * 2 ** 20

/** Leaves out what makes a line too long: first the result, then the arguments. Says so in the event. */
const fitted = (event: RecordedEvent, encode: (event: RecordedEvent) => string, limit: number): string | null => {
  const whole = encode(event)
  if (whole.length <= limit) return whole
  if (event.kind !== 'call') return null
  const withoutResult = encode({ ...event, result: null, resultKept: false })
  if (withoutResult.length <= limit) return withoutResult
  return encode({ ...event, result: null, resultKept: false, arguments: null, argumentsKept: false })
}

/** Throws where the file cannot be opened. The file is readable by its owner only: it holds what the agent did. */
export const openJournal = async (
  path: string,
  encode: (event: RecordedEvent) => string,
  limits: { readonly queue: number; readonly line: number } = { queue: QUEUE_LIMIT, line: LINE_LIMIT },
): Promise<Journal> => {
  const file: FileHandle = await open(path, 'a', 0o600)
  let queue: string[] = []
  let queued = 0
  let lost = 0
  let problem: string | null = null
  let writing: Promise<void> | null = null

  const drain = async (): Promise<void> => {
    while (queue.length > 0 && problem === null) {
      const batch = queue.join('')
      queue = []
      try {
        await file.appendFile(batch)
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error)
      }
      queued -= batch.length
    }
    writing = null
  }
  const write = (event: RecordedEvent): void => {
    const line = fitted(event, encode, limits.line)
    if (line === null || queued + line.length > limits.queue || problem !== null) {
      lost++
      return
    }
    queue.push(`${line}\n`)
    queued += line.length + 1
    writing ??= drain()
  }
  return {
    write,
    close: async () => {
      await writing
      if (lost > 0 && problem === null) {
        const count = lost
        write({ kind: 'loss', count, detail: 'the recorder could not write as fast as the agent acted' })
        await writing
      }
      await file.close()
      return problem
    },
  }
}
