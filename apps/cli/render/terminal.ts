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

export const WIDTH = 100

/** Breaks at blanks, and within a word only where it is longer than a line. `indent` is put before each line but the first. */
export const wrap = (text: string, indent = '', width = WIDTH): string => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const room = width - (lines.length > 0 ? indent.length : 0)
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line)
      line = ''
    }
    let rest = line === '' ? word : `${line} ${word}`
    for (
      let limit = width - (lines.length > 0 ? indent.length : 0);
      rest.length > limit;
      limit = width - indent.length
    ) {
      lines.push(rest.slice(0, limit))
      rest = rest.slice(limit)
    }
    line = rest
  }
  return [...lines, line].join(`\n${indent}`)
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
