/**
 * Lines of a text → JSON records, whatever the text is: JSON lines, one document, or several pretty-printed ones after
 * each other. A line that is JSON is a record; a line that opens a bracket and does not close it begins a document that
 * the next lines continue. One broken record costs itself alone: a new `{` at the start of a line ends a broken document.
 * An array is a list of records.
 */
import type { Rejection } from '../../core/model/evidence.ts'
import { type Depth, measure } from './json-depth.ts'

/** UTF-16 units of one record: a line, or a document over several. */
export const RECORD_LENGTH = 64 * 1024 * 1024

export type Split =
  | { readonly line: number; readonly record: unknown }
  | { readonly line: number; readonly problem: Rejection; readonly detail: string }

interface Document {
  readonly lines: string[]
  readonly line: number
  readonly depth: Depth
  length: number
}

export interface Splitter {
  /** The next line without its end; null: it is longer than {@link RECORD_LENGTH}. */
  add(line: string | null): readonly Split[]
  /** The text ends with `rest`, a line without an end. `broken`: so does the archive, and why. */
  end(rest: string, broken: string | null): readonly Split[]
}

/** How a document begins. */
const OPENS = /^\s*[{[]/

const parse = (text: string): { readonly value: unknown } | null => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return null
  }
}

const recordsOf = (value: unknown, line: number): readonly Split[] =>
  Array.isArray(value) ? value.map(record => ({ line, record })) : [{ line, record: value }]

const tooLarge = (line: number): Split => ({
  line,
  problem: 'too-large',
  detail: `the record is longer than ${RECORD_LENGTH} characters`,
})
const notJson = (line: number): Split => ({ line, problem: 'not-json', detail: 'the line or document is not JSON' })
const truncated = (line: number, detail: string): Split => ({ line, problem: 'truncated', detail })

/** `before`: lines of the text that somebody else splits. */
export const createSplitter = (before = 0): Splitter => {
  let number = before
  let document: Document | null = null

  const begin = (line: string): readonly Split[] => {
    const splits: Split[] = []
    for (let text = line; text.trim() !== ''; ) {
      const parsed = parse(text)
      if (parsed !== null) return [...splits, ...recordsOf(parsed.value, number)]
      const depth: Depth = { open: 0, broken: !OPENS.test(text) }
      const close = depth.broken ? -1 : measure(depth, text)
      if (close < 0) {
        if (depth.broken) return [...splits, notJson(number)]
        document = { lines: [text], line: number, depth, length: text.length }
        return splits
      }
      // One document after the other on a line, as `cat` leaves files without a final line feed.
      const first = parse(text.slice(0, close))
      text = text.slice(close)
      if (first === null || !OPENS.test(text)) return [...splits, notJson(number)]
      splits.push(...recordsOf(first.value, number))
    }
    return splits
  }

  const proceed = (current: Document, line: string): readonly Split[] => {
    const isObject = current.lines[0]?.trimStart().startsWith('{') ?? false
    if (isObject && line.startsWith('{')) {
      document = null
      return [notJson(current.line), ...begin(line)]
    }
    const close = measure(current.depth, line)
    current.lines.push(close < 0 ? line : line.slice(0, close))
    current.length += line.length + 1
    if (current.depth.broken || current.length > RECORD_LENGTH) {
      document = null
      return [current.depth.broken ? notJson(current.line) : tooLarge(current.line)]
    }
    if (close < 0) return []
    document = null
    const parsed = parse(current.lines.join('\n'))
    const ended = parsed === null ? [notJson(current.line)] : recordsOf(parsed.value, current.line)
    return [...ended, ...begin(line.slice(close))]
  }

  const add = (line: string | null): readonly Split[] => {
    number += 1
    if (line !== null) return document === null ? begin(line) : proceed(document, line)
    const lost = document === null ? [] : [notJson(document.line)]
    document = null
    return [...lost, tooLarge(number)]
  }

  /** A last line that breaks off in a string is cut, not wrong; one that breaks off in a bracket is an open document. */
  const last = (rest: string): readonly Split[] => {
    const depth: Depth = { open: 0, broken: false }
    const isCut = document === null && OPENS.test(rest) && measure(depth, rest) < 0 && depth.broken
    if (!isCut) return add(rest)
    number += 1
    return [truncated(number, 'the input ends in the middle of a record')]
  }

  const end = (rest: string, broken: string | null): readonly Split[] => {
    const splits = rest.trim() === '' ? [] : last(rest)
    const open = document
    document = null
    if (broken !== null) {
      // What the archive broke off in is one loss with the archive, said once.
      const line = open?.line ?? Math.max(number, 1)
      return [...splits.filter(split => 'record' in split), truncated(line, `the archive is broken: ${broken}`)]
    }
    return open === null ? splits : [...splits, truncated(open.line, 'the input ends in the middle of a document')]
  }

  return { add, end }
}
