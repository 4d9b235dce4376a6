/**
 * Lines one after the other → the bytes of a batch, each line's digest on the way: the chain goes over the bytes that are
 * written. The memory is used again for the next batch.
 */
import { sha256 } from './sha256.ts'

export interface BatchBytes {
  /** Forgets the batch before. */
  begin(): void
  /** Adds a line with its line feed; its digest, without. */
  add(line: string): string
  /** All that was added; until the next `begin`. */
  bytes(): Buffer
}

const LINE_FEED = 10
/** Bytes that one UTF-16 unit takes at most. */
const WIDEST = 3
const FIRST_SIZE = 2 ** 20

export const createBatchBytes = (): BatchBytes => {
  let memory = Buffer.allocUnsafe(FIRST_SIZE)
  let length = 0
  const ensure = (more: number): void => {
    if (length + more <= memory.length) return
    const larger = Buffer.allocUnsafe(Math.max(length + more, 2 * memory.length))
    memory.copy(larger, 0, 0, length)
    memory = larger
  }
  return {
    begin: () => {
      length = 0
    },
    add: line => {
      ensure(WIDEST * line.length + 1)
      const start = length
      length += memory.write(line, start)
      const digest = sha256(memory.subarray(start, length))
      memory[length++] = LINE_FEED
      return digest
    },
    bytes: () => memory.subarray(0, length),
  }
}
