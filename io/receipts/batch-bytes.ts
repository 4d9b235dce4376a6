/**
 * Lines one after the other → the bytes of a batch, each line's digest on the way: the chain goes over the bytes that are
 * written. The memory is used again for the next batch.
 */
import { placeText, type Unplaced } from './record-line.ts'
import { sha256 } from './sha256.ts'

export interface BatchBytes {
  /** Forgets the batch before. */
  begin(): void
  /** Adds a record's line behind the record with the digest; its own digest. */
  record(record: Unplaced, previous: string | null, sequence: number): string
  /** Adds any other line; its digest. */
  line(text: string): string
  /** All that was added; until the next `begin`. */
  bytes(): Buffer
}

const LINE_FEED = 10
const COMMA = 44
/** Bytes of a place at the most, with the line feed. */
const PLACE = 256
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
  const end = (start: number): string => {
    const digest = sha256(memory.subarray(start, length))
    memory[length++] = LINE_FEED
    return digest
  }
  return {
    begin: () => {
      length = 0
    },
    record: ({ head, tail }, previous, sequence) => {
      ensure(WIDEST * (head.length + tail.length) + PLACE)
      const start = length
      // The brace that ends the head, and the one that begins the tail, are where the place goes.
      length += memory.write(head, start) - 1
      const digest = previous === null ? 'null' : `"${previous}"`
      length += memory.write(placeText(digest, sequence), length, 'latin1') - 1
      const comma = length
      length += memory.write(tail, comma)
      memory[comma] = COMMA
      return end(start)
    },
    line: text => {
      ensure(WIDEST * text.length + 1)
      const start = length
      length += memory.write(text, start)
      return end(start)
    },
    bytes: () => memory.subarray(0, length),
  }
}
