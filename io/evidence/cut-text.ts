/**
 * A text that arrives in pieces → parts of some size that begin and end with whole records, so that each can be read by itself, by anybody.
 * Where it is cut depends on the text alone, and not on how it arrived.
 */
import type { Piece } from './decompress.ts'
import { createOpenRecord, lineEnd } from './open-record.ts'
import { RECORD_LENGTH } from './split-records.ts'

/** Bytes of a part, or one record more. */
const PART = 1_048_576

/** Bytes that are certainly more than a record may have: UTF-8 has three at most for what is one unit in UTF-16. */
const MOST = 3 * RECORD_LENGTH

export interface TextPart {
  /** The number of its first line, from 1. */
  readonly line: number
  readonly bytes: Uint8Array
  /** Whether a line follows it that was too long to be kept. */
  readonly isTooLong: boolean
  /** What is said of the text where this is its end; `broken`: of its archive. */
  readonly end: { readonly broken: string | null } | null
}

export async function* cutText(pieces: AsyncIterable<Piece>, size = PART, most = MOST): AsyncGenerator<TextPart> {
  const open = createOpenRecord(most)
  let [arrived, length]: [Uint8Array[], number] = [[], 0]
  let held: Buffer = Buffer.alloc(0)
  /** Where the line begins in `held` that was not looked at yet, and from where on it has no end. */
  let [at, searched] = [0, 0]
  let [line, lines] = [1, 0]
  let isDropping = false
  let broken: string | null = null

  /** What was held up to there, as a part; what follows is held. */
  const take = (to: number, isTooLong: boolean): TextPart => {
    // Its own bytes: a thread that is sent a view is sent all that is behind it.
    const part = { line, bytes: Uint8Array.from(held.subarray(0, to)), isTooLong, end: null }
    line += lines + (isTooLong ? 1 : 0)
    held = held.subarray(to)
    ;[at, searched, lines] = [0, 0, 0]
    return part
  }

  /** Goes through the lines that have arrived. */
  const cut = function* (): Generator<TextPart> {
    for (;;) {
      const end = lineEnd(held, searched)
      if (isDropping) {
        held = end < 0 ? Buffer.alloc(0) : held.subarray(end + 1)
        if (end < 0) return
        isDropping = false
        continue
      }
      if (end < 0) {
        searched = held.length
        if (held.length - at <= most) return
        open.forget()
        yield take(at, true)
        isDropping = true
        continue
      }
      const isClosed = open.line(held, at, end)
      lines += 1
      ;[at, searched] = [end + 1, end + 1]
      if (isClosed && at >= size) yield take(at, false)
    }
  }

  const join = (): void => {
    held = Buffer.concat([held, ...arrived])
    ;[arrived, length] = [[], 0]
  }

  for await (const piece of pieces) {
    if ('broken' in piece) {
      broken = piece.broken
      continue
    }
    arrived.push(piece.bytes)
    length += piece.bytes.length
    // Joined when there is as much again: no byte is copied more than a few times.
    if (length < Math.max(size, held.length)) continue
    join()
    yield* cut()
  }
  join()
  yield* cut()
  yield { line, bytes: Uint8Array.from(held), isTooLong: false, end: { broken } }
}
