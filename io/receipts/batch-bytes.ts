/**
 * Lines one after the other → the bytes of a batch, each line's digest on the way: the chain goes over the bytes that are
 * written. The memory is used again for the next batch.
 */
import { type Gathered, newMemory } from './gathered.ts'
import { placeText } from './record-line.ts'
import { sha256 } from './sha256.ts'

export interface BatchBytes {
  /** Forgets the batch before, and makes room for the records of this one. */
  begin(parts: readonly Gathered[]): void
  /**
   * Adds a record's line behind the record with the digest; its own digest. Its head is `from` from `start` to `cut`, its tail from
   * there to `end`.
   */
  record(from: Uint8Array, start: number, cut: number, end: number, previous: string | null, sequence: number): string
  /** Adds any other line; its digest. */
  line(text: string): string
  /** All that was added; until the next `begin`. */
  bytes(): Uint8Array
  /** The memory itself, for good: the next batch gets the one that is handed in, or new one. */
  exchange(memory: Uint8Array<ArrayBuffer> | null): Uint8Array<ArrayBuffer>
}

const LINE_FEED = 10
const COMMA = 44
/** Bytes of a place at the most, with the line feed. */
const PLACE = 256
/** Bytes that one UTF-16 unit takes at most. */
const WIDEST = 3
const FIRST_SIZE = 2 ** 16
/** Of a seal, with much to spare. */
const SEAL = 2 ** 14

export const createBatchBytes = (): BatchBytes => {
  let memory = Buffer.from(newMemory(FIRST_SIZE).buffer)
  let length = 0
  const ensure = (more: number): void => {
    if (length + more <= memory.length) return
    const larger = Buffer.from(newMemory(Math.max(length + more, 2 * memory.length)).buffer)
    memory.copy(larger, 0, 0, length)
    memory = larger
  }
  const end = (start: number): string => {
    const digest = sha256(memory.subarray(start, length))
    memory[length++] = LINE_FEED
    return digest
  }
  return {
    begin: parts => {
      length = 0
      const needed = parts.reduce(
        (all, { cuts, records }) => all + (cuts[2 * records - 1] ?? 0) + records * PLACE,
        SEAL,
      )
      ensure(needed)
    },
    record: (from, start, cut, tail, previous, sequence) => {
      const first = length
      memory.set(from.subarray(start, cut), length)
      // The brace that ends the head, and the one that begins the tail, are where the place goes.
      length += cut - start - 1
      const digest = previous === null ? 'null' : `"${previous}"`
      length += memory.write(placeText(digest, sequence), length, 'latin1') - 1
      const comma = length
      memory.set(from.subarray(cut, tail), comma)
      memory[comma] = COMMA
      length += tail - cut
      return end(first)
    },
    line: text => {
      ensure(WIDEST * text.length + 1)
      const start = length
      length += memory.write(text, start)
      return end(start)
    },
    bytes: () => memory.subarray(0, length),
    exchange: next => {
      const before = memory
      memory = Buffer.from((next ?? newMemory(before.length)).buffer)
      length = 0
      return before
    },
  }
}
