/**
 * Text of a JSON or Python literal (`{"k": 1}`, `{'k': [1.0, None]}`) → its leaves. One pass without backtracking. A text
 * that ends in the middle gives the leaves before its end; a text that is anything else gives null, never a part.
 */
import type { ResultLeaf } from '../model/observation.ts'
import { isDataKey, isNumber, numberText, type ReadLeaves } from './leaf.ts'
import { below } from './path-segment.ts'

const DEPTH = 64

/** `cut`: the text ended. `no`: it is no literal. */
type Progress = 'ok' | 'cut' | 'no'

interface Cursor {
  readonly text: string
  at: number
  /** Where the token began that was being read. */
  token: number
  readonly leaves: ResultLeaf[]
  readonly limit: number
}

const WORD = /[\w.+-]*/y
const SPACE = /\s*/y

const skipSpace = (cursor: Cursor): void => {
  SPACE.lastIndex = cursor.at
  SPACE.test(cursor.text)
  cursor.at = SPACE.lastIndex
  cursor.token = cursor.at
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['0', '\0'],
  ['\\', '\\'],
  ['/', '/'],
  ["'", "'"],
  ['"', '"'],
])
const CODE_LENGTH: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
])

/** The escape whose backslash stands at `at`, and where it ends; null where it is none. */
const readEscape = (text: string, at: number): readonly [string, number] | null => {
  const letter = text.charAt(at + 1)
  const plain = ESCAPES.get(letter)
  if (plain !== undefined) return [plain, at + 2]
  const length = CODE_LENGTH.get(letter)
  // Python keeps a backslash that escapes nothing.
  if (length === undefined) return [`\\${letter}`, at + 2]
  const digits = text.slice(at + 2, at + 2 + length)
  const code = Number.parseInt(digits, 16)
  if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < length || code > 0x10ffff) return null
  return [length === 8 ? String.fromCodePoint(code) : String.fromCharCode(code), at + 2 + length]
}

/** The string whose quote stands at the cursor; `cut` where it does not end, `no` where it is none. */
const readString = (cursor: Cursor): { readonly string: string } | 'cut' | 'no' => {
  const { text } = cursor
  const quote = text.charAt(cursor.at)
  const stop = quote === '"' ? /["\\\n]/g : /['\\\n]/g
  let string = ''
  let from = cursor.at + 1
  for (;;) {
    stop.lastIndex = from
    const match = stop.exec(text)
    if (match === null) return 'cut'
    string += text.slice(from, match.index)
    if (match[0] === '\n') return 'no'
    if (match[0] === quote) {
      cursor.at = match.index + 1
      return { string }
    }
    const escaped = readEscape(text, match.index)
    if (escaped === null) return match.index + 10 > text.length ? 'cut' : 'no'
    string += escaped[0]
    from = escaped[1]
  }
}

const push = (cursor: Cursor, path: string, text: string): Progress => {
  if (text !== '') cursor.leaves.push({ path, text })
  return cursor.leaves.length > cursor.limit ? 'no' : 'ok'
}

const readWord = (cursor: Cursor): string => {
  WORD.lastIndex = cursor.at
  const word = WORD.exec(cursor.text)?.[0] ?? ''
  cursor.at += word.length
  return word
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ['true', 'true'],
  ['True', 'true'],
  ['false', 'false'],
  ['False', 'false'],
  ['null', ''],
  ['None', ''],
])

const readScalarWord = (cursor: Cursor, path: string): Progress => {
  const word = readWord(cursor)
  if (cursor.at >= cursor.text.length) return 'cut'
  const known = WORDS.get(word)
  if (known !== undefined) return push(cursor, path, known)
  return isNumber(word) ? push(cursor, path, numberText(word)) : 'no'
}

const readKey = (cursor: Cursor): { readonly string: string } | 'cut' | 'no' => {
  const first = cursor.text.charAt(cursor.at)
  if (first === '"' || first === "'") return readString(cursor)
  const word = readWord(cursor)
  if (cursor.at >= cursor.text.length) return 'cut'
  return isNumber(word) || WORDS.has(word) ? { string: word } : 'no'
}

const readEntry = (cursor: Cursor, path: string, depth: number): Progress => {
  const key = readKey(cursor)
  if (typeof key === 'string') return key
  skipSpace(cursor)
  if (cursor.at >= cursor.text.length) return 'cut'
  if (cursor.text.charAt(cursor.at) !== ':') return 'no'
  cursor.at += 1
  if (isDataKey(key.string) && push(cursor, path, key.string) === 'no') return 'no'
  return readValue(cursor, below(path, key.string), depth)
}

const CLOSING: ReadonlyMap<string, string> = new Map([
  ['{', '}'],
  ['[', ']'],
  ['(', ')'],
])

const readContainer = (cursor: Cursor, path: string, depth: number, closing: string): Progress => {
  cursor.at += 1
  for (;;) {
    skipSpace(cursor)
    if (cursor.at >= cursor.text.length) return 'cut'
    if (cursor.text.charAt(cursor.at) === closing) break
    const progress = closing === '}' ? readEntry(cursor, path, depth + 1) : readValue(cursor, `${path}[]`, depth + 1)
    if (progress !== 'ok') return progress
    skipSpace(cursor)
    if (cursor.at >= cursor.text.length) return 'cut'
    const next = cursor.text.charAt(cursor.at)
    if (next === closing) break
    if (next !== ',') return 'no'
    cursor.at += 1
  }
  cursor.at += 1
  return 'ok'
}

const readValue = (cursor: Cursor, path: string, depth: number): Progress => {
  if (depth > DEPTH) return 'no'
  skipSpace(cursor)
  if (cursor.at >= cursor.text.length) return 'cut'
  const first = cursor.text.charAt(cursor.at)
  const closing = CLOSING.get(first)
  if (closing !== undefined) return readContainer(cursor, path, depth, closing)
  if (first !== '"' && first !== "'") return readScalarWord(cursor, path)
  const read = readString(cursor)
  return typeof read === 'string' ? read : push(cursor, path, read.string)
}

/** Null where the text is no JSON object or array and no Python dict or list, or has more than `limit` leaves. */
export const literalLeaves = (text: string, limit: number): ReadLeaves | null => {
  if (!/^\s*[{[]/.test(text)) return null
  const cursor: Cursor = { text, at: 0, token: 0, leaves: [], limit }
  const progress = readValue(cursor, '', 0)
  if (progress === 'no') return null
  if (progress === 'cut') return { leaves: cursor.leaves, rest: cursor.token }
  skipSpace(cursor)
  return cursor.at >= text.length ? { leaves: cursor.leaves, rest: null } : null
}
