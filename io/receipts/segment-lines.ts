/** A file → its lines as bytes. Bounded: a line that no writer writes comes in pieces, none of which is a record. */
import { createReadStream } from 'node:fs'

export interface SegmentLine {
  readonly bytes: Buffer
  /** From 1. */
  readonly number: number
  /** Ends in a line feed. */
  readonly isWhole: boolean
}

const LINE_FEED = 10
const LINE_LIMIT = 64 * 2 ** 20

export async function* segmentLines(path: string): AsyncGenerator<SegmentLine> {
  let rest: Buffer[] = []
  let size = 0
  let number = 1
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    const bytes: Buffer = chunk
    let start = 0
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      const piece = bytes.subarray(start, end)
      yield { bytes: rest.length === 0 ? piece : Buffer.concat([...rest, piece]), number: number++, isWhole: true }
      ;[rest, size, start] = [[], 0, end + 1]
    }
    if (start === bytes.length) continue
    rest.push(bytes.subarray(start))
    size += bytes.length - start
    if (size <= LINE_LIMIT) continue
    yield { bytes: Buffer.concat(rest), number: number++, isWhole: true }
    ;[rest, size] = [[], 0]
  }
  if (rest.length > 0) yield { bytes: Buffer.concat(rest), number, isWhole: false }
}
