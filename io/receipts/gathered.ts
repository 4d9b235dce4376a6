/**
 * Records as they come → their bytes, one behind the other, and where each is cut for its place in the chain. Bytes, because texts that
 * wait are moved about by the garbage collector, and because bytes change threads without being copied.
 */
import type { Unplaced } from './record-line.ts'

/** What is sealed, here or in a thread. */
export interface Gathered {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Of each record, where its head ends and where its tail ends. */
  readonly cuts: Uint32Array<ArrayBuffer>
  readonly records: number
  /** Milliseconds since the epoch, of the last record. */
  readonly time: number
}

export interface Gathering {
  add(record: Unplaced): void
  readonly records: () => number
  /** All that was added; nothing is added after it. */
  readonly gathered: () => Gathered
}

/** Bytes that one UTF-16 unit takes at most. */
const WIDEST = 3
const FIRST_SIZE = 2 ** 14
const FIRST_CUTS = 32

export const newMemory = (size = FIRST_SIZE): Uint8Array<ArrayBuffer> => new Uint8Array(new ArrayBuffer(size))

/** `memory`: of an earlier batch that is done with. */
export const gather = (memory: Uint8Array<ArrayBuffer>): Gathering => {
  let bytes = Buffer.from(memory.buffer)
  let cuts = new Uint32Array(FIRST_CUTS)
  let [length, records, time] = [0, 0, 0]
  const ensure = (more: number): void => {
    if (length + more > bytes.length) {
      const larger = Buffer.from(newMemory(Math.max(length + more, 2 * bytes.length)).buffer)
      bytes.copy(larger, 0, 0, length)
      bytes = larger
    }
    if (2 * records < cuts.length) return
    const more32 = new Uint32Array(2 * cuts.length)
    more32.set(cuts)
    cuts = more32
  }
  return {
    add: record => {
      const { head, tail } = record
      const text = head + tail
      ensure(WIDEST * text.length)
      const written = bytes.write(text, length)
      cuts[2 * records] = length + (written === text.length ? head.length : Buffer.byteLength(head))
      length += written
      cuts[2 * records + 1] = length
      records++
      time = record.time
    },
    records: () => records,
    gathered: () => ({ bytes, cuts, records, time }),
  }
}
