/** The scalars of the YAML subset that tools print: quoted, plain and block ones, each over as many lines as it takes. */

/** One line without the blanks around it; `tail` are those after it. `start`: where `content` begins in the text. */
export interface YamlLine {
  indent: number
  content: string
  readonly tail: string
  start: number
}

export interface YamlCursor {
  readonly lines: readonly YamlLine[]
  line: number
}

/** `cut` says where the scalar begins that the end of the text broke off. */
export type YamlScalar = { readonly text: string; readonly plain: boolean } | { readonly cut: number } | null

/** YAML's line folding: one break is a blank, n+1 breaks are n line feeds. The last line counts even when it is empty. */
const fold = (lines: readonly string[]): string => {
  let folded = lines[0] ?? ''
  let breaks = 0
  for (const [index, line] of lines.slice(1).entries()) {
    if (line === '' && index < lines.length - 2) {
      breaks += 1
      continue
    }
    folded += breaks === 0 ? ` ${line}` : '\n'.repeat(breaks) + line
    breaks = 0
  }
  return folded
}

const singleEnd = (content: string, from: number): number => {
  for (let at = content.indexOf("'", from); at >= 0; at = content.indexOf("'", at + 2)) {
    if (content.charAt(at + 1) !== "'") return at
  }
  return -1
}

const doubleEnd = (content: string, from: number): number => {
  for (let at = from; at < content.length; at += 1) {
    const character = content.charAt(at)
    if (character === '"') return at
    if (character === '\\') at += 1
  }
  return -1
}

const ESCAPED = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['0', '\0'],
  ['a', '\x07'],
  ['v', '\v'],
  ['e', '\x1b'],
  ['N', '\x85'],
  ['_', '\xa0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
])

const unescaped = (text: string): string =>
  text.replace(ESCAPED, (_all, x?: string, u?: string, long?: string, letter?: string) => {
    if (letter !== undefined) return LETTERS.get(letter) ?? letter
    const code = Number.parseInt(x ?? u ?? long ?? '', 16)
    return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code)
  })

const endsInBackslash = (line: string): boolean => {
  let at = line.length
  while (at > 0 && line.charAt(at - 1) === '\\') at -= 1
  return (line.length - at) % 2 === 1
}

/** Folds the lines of a double-quoted scalar, where a final backslash joins without a blank. */
const foldDouble = (lines: readonly string[]): string => {
  const joined: string[] = []
  let open = ''
  for (const [index, line] of lines.entries()) {
    if (index < lines.length - 1 && endsInBackslash(line)) {
      open += line.slice(0, -1)
      continue
    }
    joined.push(open + line)
    open = ''
  }
  return unescaped(fold(joined))
}

const quoted = (cursor: YamlCursor, parent: number): YamlScalar => {
  const first = cursor.lines[cursor.line]
  if (first === undefined) return null
  const single = first.content.startsWith("'")
  const end = single ? singleEnd : doubleEnd
  const parts: string[] = []
  for (let from = 1; cursor.line < cursor.lines.length; from = 0, cursor.line += 1) {
    const line = cursor.lines[cursor.line]
    if (line === undefined) break
    if (from === 0 && line.content !== '' && line.indent <= parent) return null
    const at = end(line.content, from)
    if (at < 0) {
      parts.push(line.content.slice(from))
      continue
    }
    if (at + 1 < line.content.length) return null
    parts.push(line.content.slice(from, at))
    cursor.line += 1
    return { text: single ? fold(parts).replaceAll("''", "'") : foldDouble(parts), plain: false }
  }
  return { cut: first.start }
}

const block = (cursor: YamlCursor, parent: number): YamlScalar => {
  // Not `+`, which keeps the blank lines after it: what belongs to it would depend on what follows.
  const header = /^([|>])(-?)$/.exec(cursor.lines[cursor.line]?.content ?? '')
  if (header === null) return null
  cursor.line += 1
  const lines: string[] = []
  let indent = -1
  for (; cursor.line < cursor.lines.length; cursor.line += 1) {
    const line = cursor.lines[cursor.line]
    if (line === undefined) break
    if (line.content === '') {
      // Blanks on a line of their own may be content or indentation.
      if (line.tail !== '') return null
      lines.push('')
      continue
    }
    if (indent < 0) indent = line.indent
    if (line.indent <= parent || line.indent < indent) break
    // Lines that are indented further are kept as they are, which folding would not do.
    if (header[1] === '>' && (line.indent > indent || line.tail !== '')) return null
    lines.push(' '.repeat(line.indent - indent) + line.content + line.tail)
  }
  while (lines.at(-1) === '') lines.pop()
  const text = header[1] === '|' ? lines.join('\n') : fold(lines)
  return { text: text === '' || header[2] === '-' ? text : `${text}\n`, plain: false }
}

/** What a plain scalar may not hold: it would be a key, a comment, or something this subset does not read. */
const NOT_PLAIN = /: |:$| #|^[[\]{},#&*!|>%@`"']|^[-?:](?: |$)/

const plain = (cursor: YamlCursor, parent: number): YamlScalar => {
  const parts: string[] = []
  let blanks = 0
  for (let index = cursor.line; index < cursor.lines.length; index += 1) {
    const line = cursor.lines[index]
    if (line === undefined) break
    if (line.content === '') {
      blanks += 1
      continue
    }
    if (parts.length > 0 && line.indent <= parent) break
    if (parts.length === 0 ? NOT_PLAIN.test(line.content) : /: |:$| #|^#/.test(line.content)) return null
    for (; blanks > 0; blanks -= 1) parts.push('')
    parts.push(line.content)
    cursor.line = index + 1
  }
  return { text: fold(parts), plain: parts.length === 1 }
}

/** The scalar at the cursor, in a collection indented by `parent`; the cursor moves past it. Null: not of this subset. */
export const yamlScalar = (cursor: YamlCursor, parent: number): YamlScalar => {
  const content = cursor.lines[cursor.line]?.content ?? ''
  if (content === '[]' || content === '{}') {
    cursor.line += 1
    return { text: '', plain: false }
  }
  const first = content.charAt(0)
  if (first === "'" || first === '"') return quoted(cursor, parent)
  if (first === '|' || first === '>') return block(cursor, parent)
  return plain(cursor, parent)
}
