/**
 * Text of the block YAML that tools print (`- amount: 50.0\n  date: …`) → its leaves. A strict subset: keys without
 * blanks, no anchors, tags, comments or documents. Whatever does not fit as a whole gives null, never a part, so that a
 * line of prose does not look like a field.
 */
import type { ResultLeaf } from '../model/observation.ts'
import { isDataKey, isNumber, numberText, type ReadLeaves } from './leaf.ts'
import { below } from './path-segment.ts'
import { type YamlCursor, type YamlLine, yamlScalar } from './yaml-scalar.ts'

const DEPTH = 32

/** `cut` is where the text breaks off. `no`: it is no such YAML. */
type Progress = 'ok' | 'no' | { readonly cut: number }

interface Reader extends YamlCursor {
  readonly lines: YamlLine[]
  readonly leaves: ResultLeaf[]
  readonly limit: number
  /** Entries and items seen: one `key: value` alone is as likely a sentence. */
  structure: number
}

const KEY = /^([\w.@+/-]{1,128}|'(?:[^']|''){0,256}'|"[^"\\]{0,256}") ?:(?: +(?=\S)| *$)/

const HALF_KEY = /^(?:- )?[\w.@+/-]{1,128}$/

/** Index of the first character from `at` on that YAML does not take for a blank (which `trim` takes more for). */
const pastBlanks = (text: string, at: number): number => {
  let index = at
  while (index < text.length && (text[index] === ' ' || text[index] === '\t' || text[index] === '\r')) index += 1
  return index
}

const beforeBlanks = (text: string): number => {
  let index = text.length
  while (index > 0 && (text[index - 1] === ' ' || text[index - 1] === '\t' || text[index - 1] === '\r')) index -= 1
  return index
}

const splitLines = (text: string): YamlLine[] | null => {
  const lines: YamlLine[] = []
  let start = 0
  for (const raw of text.split('\n')) {
    const end = beforeBlanks(raw)
    const indent = end === 0 ? 0 : pastBlanks(raw, 0)
    if (raw.slice(0, indent).includes('\t')) return null
    const tail = raw.slice(end)
    lines.push({
      indent,
      content: raw.slice(indent, end),
      tail: tail.endsWith('\r') ? tail.slice(0, -1) : tail,
      start: start + indent,
    })
    start += raw.length + 1
  }
  return lines
}

const current = (reader: Reader): YamlLine | null => {
  while (reader.lines[reader.line]?.content === '') reader.line += 1
  return reader.lines[reader.line] ?? null
}

/** Moves the beginning of a line to the right, past a dash or a key. */
const advance = (line: YamlLine, by: number): void => {
  const to = pastBlanks(line.content, by)
  line.content = line.content.slice(to)
  line.indent += to
  line.start += to
}

const isItem = (line: YamlLine): boolean => line.content === '-' || line.content.startsWith('- ')

const EMPTY = new Set(['null', '~', ''])

const readScalar = (reader: Reader, path: string, parent: number): Progress => {
  const scalar = yamlScalar(reader, parent)
  if (scalar === null) return 'no'
  if ('cut' in scalar) return scalar
  if (scalar.text === '' || (scalar.plain && EMPTY.has(scalar.text))) return 'ok'
  const text = scalar.plain && isNumber(scalar.text) ? numberText(scalar.text) : scalar.text
  reader.leaves.push({ path, text })
  return reader.leaves.length > reader.limit ? 'no' : 'ok'
}

const readNode = (reader: Reader, path: string, parent: number, depth: number): Progress => {
  const line = current(reader)
  if (line === null || depth > DEPTH) return line === null ? 'ok' : 'no'
  if (isItem(line)) return readSequence(reader, path, line.indent, depth)
  return KEY.test(line.content) ? readMapping(reader, path, line.indent, depth) : readScalar(reader, path, parent)
}

const readSequence = (reader: Reader, path: string, indent: number, depth: number): Progress => {
  for (;;) {
    const line = current(reader)
    if (line === null || line.indent < indent) return 'ok'
    if (line.indent !== indent || !isItem(line)) return line.indent === indent ? 'ok' : 'no'
    reader.structure += 2
    advance(line, 1)
    if (line.content === '') reader.line += 1
    const next = current(reader)
    if (next !== null && next.indent > indent) {
      const progress = readNode(reader, `${path}[]`, indent, depth + 1)
      if (progress !== 'ok') return progress
    }
  }
}

const unquoted = (key: string): string => {
  if (key.startsWith("'")) return key.slice(1, -1).replaceAll("''", "'")
  return key.startsWith('"') ? key.slice(1, -1) : key
}

const readMapping = (reader: Reader, path: string, indent: number, depth: number): Progress => {
  const seen = new Set<string>()
  for (;;) {
    const line = current(reader)
    if (line === null || line.indent < indent) return 'ok'
    const match = line.indent === indent ? KEY.exec(line.content) : null
    if (match === null) return line.indent === indent && isItem(line) ? 'ok' : 'no'
    const key = unquoted(match[1] ?? '')
    if (seen.has(key)) return 'no'
    seen.add(key)
    reader.structure += 1
    if (isDataKey(key)) reader.leaves.push({ path, text: key })
    const progress = readEntry(reader, line, match[0].length, below(path, key), indent, depth)
    if (progress !== 'ok') return progress
  }
}

const readEntry = (
  reader: Reader,
  line: YamlLine,
  keyLength: number,
  path: string,
  indent: number,
  depth: number,
): Progress => {
  advance(line, keyLength)
  if (line.content !== '') return isItem(line) ? 'no' : readScalar(reader, path, indent)
  reader.line += 1
  const next = current(reader)
  if (next === null || next.indent < indent) return 'ok'
  if (next.indent > indent) return readNode(reader, path, indent, depth + 1)
  return isItem(next) ? readSequence(reader, path, indent, depth + 1) : 'ok'
}

/** Null where the text is not wholly such YAML, apart from a last line that is cut off, or has more than `limit` leaves. */
export const yamlLeaves = (text: string, limit: number): ReadLeaves | null => {
  if (!/[:-](?:\s|$)/.test(text)) return null
  const lines = splitLines(text)
  if (lines === null) return null
  const reader: Reader = { lines, line: 0, leaves: [], limit, structure: 0 }
  const first = current(reader)
  if (first === null || first.indent > 0 || !(isItem(first) || KEY.test(first.content))) return null
  const progress = readNode(reader, '', -1, 0)
  if (reader.structure < 2 || reader.leaves.length > limit) return null
  if (typeof progress === 'object') return { leaves: reader.leaves, rest: progress.cut }
  const left = current(reader)
  if (left === null) return progress === 'ok' ? { leaves: reader.leaves, rest: null } : null
  // Half a key is forgiven on the last line alone: the recording ended there.
  const isCut = reader.line === lines.length - 1 && HALF_KEY.test(left.content)
  return isCut ? { leaves: reader.leaves, rest: left.start } : null
}
