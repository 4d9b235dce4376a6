/** A part of a text that begins and ends with whole records → its records. Lines are parsed one at a time. */
import { isAscii } from 'node:buffer'
import type { TextPart } from './cut-text.ts'
import { lineEnd } from './open-record.ts'
import { createSplitter, RECORD_LENGTH, type Split } from './split-records.ts'

/** Bytes that are not UTF-8 become U+FFFD, and a mark of order before the text nothing. Most lines have a byte for each character. */
const createDecode = (): ((bytes: Buffer, isFirst: boolean) => string) => {
  const [first, others] = [new TextDecoder(), new TextDecoder('utf-8', { ignoreBOM: true })]
  return (bytes, isFirst) => (isAscii(bytes) ? bytes.toString('latin1') : (isFirst ? first : others).decode(bytes))
}

export function* recordsInPart({ line, bytes, isTooLong, end }: TextPart): Generator<Split> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const decode = createDecode()
  const splitter = createSplitter(line - 1)
  let from = 0
  const lineTo = (to: number): string | null => {
    const decoded = decode(text.subarray(from, to), line === 1 && from === 0)
    return decoded.length > RECORD_LENGTH ? null : decoded
  }
  for (let to = lineEnd(text, from); to >= 0; to = lineEnd(text, from)) {
    yield* splitter.add(lineTo(to))
    from = to + 1
  }
  const rest = lineTo(text.length)
  if (isTooLong) yield* splitter.add(null)
  if (rest === null) yield* splitter.add(null)
  // Nothing is open behind a part that is not the last one.
  yield* splitter.end(rest ?? '', end?.broken ?? null)
}
