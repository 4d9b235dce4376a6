/** Plain text for a terminal: wrapped, aligned, colored only through the palette that is handed in. */

/** What color is used for; each returns the text unchanged where there is none. */
export interface Palette {
  readonly strong: (text: string) => string
  readonly faint: (text: string) => string
  readonly good: (text: string) => string
  readonly warn: (text: string) => string
  readonly bad: (text: string) => string
}

const same = (text: string): string => text
export const PLAIN: Palette = { strong: same, faint: same, good: same, warn: same, bad: same }

const WIDTH = 100

/** Where to cut a word that is longer than a line: never within a pair of surrogates. */
const cutAt = (word: string, limit: number): number => (/[\uDC00-\uDFFF]/.test(word.charAt(limit)) ? limit - 1 : limit)

/** Breaks at blanks, and within a word only where it is longer than a line. `indent` stands before each line but the first. */
export const wrap = (text: string, indent = '', width = WIDTH): string => {
  const lines: string[] = []
  const [start = ''] = /^ */.exec(text) ?? []
  let line = start
  let fresh = true
  for (const word of text.slice(start.length).split(' ')) {
    if (!fresh && line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent
      fresh = true
    }
    line += fresh ? word : ` ${word}`
    fresh = false
    while (line.length > width) {
      const at = cutAt(line, width)
      lines.push(line.slice(0, at))
      line = indent + line.slice(at)
    }
  }
  return [...lines, line].join('\n')
}

const NUMERIC = /^[\d,.%-]+$/

/** Aligned columns with a head; a column of numbers is aligned at the right. No trailing blanks. */
export const columns = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map(row => row[at]?.length ?? 0)))
  const right = head.map((_, at) => rows.length > 0 && rows.every(row => NUMERIC.test(row[at] ?? '')))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (right[at] === true ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)]
}

/** `name  value` lines, names aligned, values wrapped below each other; a name without a value is left out. */
export const fields = (
  indent: string,
  entries: readonly (readonly [name: string, values: readonly string[]])[],
): readonly string[] => {
  const present = entries.map(([name, values]) => [name, values.filter(value => value !== '')] as const)
  const width = Math.max(...entries.map(([name]) => name.length)) + 2
  const below = ' '.repeat(indent.length + width)
  return present.flatMap(([name, values]) =>
    values.map((value, at) => wrap(`${at === 0 ? indent + name.padEnd(width) : below}${value}`, below)),
  )
}
