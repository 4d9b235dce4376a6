/**
 * Recorded events → lines appended to a file, never in the way of the traffic: a write only queues, the queue is bounded,
 * and what does not fit is counted and written as a loss. Whole lines in append mode, so several recorders can share a file.
 * What is queued is numbered, and an end is written last: what is lost after that, in the file or on its way, is missed.
 */
import { type FileHandle, open } from 'node:fs/promises'
import type { RecordedEvent } from './event.ts'

export interface Journal {
  write(event: RecordedEvent): void
  /** Writes what is queued, the losses, and the end. Resolves to what went wrong, or null. */
  close(): Promise<string | null>
}

const QUEUE_LIMIT = 64 * 2 ** 20
/** What a reader certainly accepts as one line. */
const LINE_LIMIT = 8 * 2 ** 20

type Encode = (event: RecordedEvent, sequence: number) => string

/** Null: too long, or nested deeper than can be written. */
const encoded = (event: RecordedEvent, sequence: number, encode: Encode, limit: number): string | null => {
  try {
    const line = encode(event, sequence)
    return line.length <= limit ? line : null
  } catch {
    return null
  }
}

/** Leaves out what makes a line too long: first the result, then the arguments. Says so in the event. */
const fitted = (event: RecordedEvent, sequence: number, encode: Encode, limit: number): string | null => {
  const whole = encoded(event, sequence, encode, limit)
  if (whole !== null || event.kind !== 'call') return whole
  const withoutResult = { ...event, result: null, resultKept: false }
  const withoutBoth = { ...withoutResult, arguments: null, argumentsKept: false }
  return encoded(withoutResult, sequence, encode, limit) ?? encoded(withoutBoth, sequence, encode, limit)
}

/** In one piece: a write in parts could let another recorder's lines in between. */
const append = async (file: FileHandle, bytes: Buffer): Promise<void> => {
  const { bytesWritten } = await file.write(bytes)
  // Only a disk that is full writes less; then what follows fails, or goes on where it stopped.
  if (bytesWritten < bytes.length) await append(file, bytes.subarray(bytesWritten))
}

/** Throws where the file cannot be opened. The file is readable by its owner only: it holds what the agent did. */
export const openJournal = async (
  path: string,
  encode: Encode,
  limits: { readonly queue: number; readonly line: number } = { queue: QUEUE_LIMIT, line: LINE_LIMIT },
): Promise<Journal> => {
  const file: FileHandle = await open(path, 'a', 0o600)
  let queue: string[] = []
  let queued = 0
  let lost = 0
  let sequence = 0
  let problem: string | null = null
  let writing: Promise<void> | null = null

  const drain = async (): Promise<void> => {
    while (queue.length > 0 && problem === null) {
      const batch = queue.join('')
      queue = []
      try {
        await append(file, Buffer.from(batch))
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error)
      }
      queued -= batch.length
    }
    writing = null
  }
  const write = (event: RecordedEvent): void => {
    const line = fitted(event, sequence + 1, encode, limits.line)
    if (line === null || queued + line.length > limits.queue || problem !== null) {
      lost++
      return
    }
    sequence++
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
      write({ kind: 'end' })
      await writing
      await file.close()
      return problem
    },
  }
}
