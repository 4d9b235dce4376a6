/**
 * Rows → TabSeparated, as every release reads it: each column once, by its type, without its name. Of what engines read it is the cheapest
 * to write that also keeps JSON as it is: a quote needs no escape.
 */
import { TABLES } from './tables.ts'

const CONTROL = /[\t\n\r\0]/
const ALL_SPECIAL = /[\\\t\n\r\0]/g
const ALL_QUOTED = /[\\\t\n\r\0']/g
const SPELLED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
  "'": "\\'",
}
const spell = (special: string): string => SPELLED[special] ?? special

/** From so many characters on, looking for each of a few is cheaper than looking for any. */
const LONG = 64

const hasControl = (text: string): boolean =>
  text.length < LONG
    ? CONTROL.test(text)
    : text.includes('\n') || text.includes('\t') || text.includes('\r') || text.includes('\0')

/** JSON has backslashes and never a control character: most of what is written is JSON. */
const escaped = (text: string): string => {
  if (hasControl(text)) return text.replace(ALL_SPECIAL, spell)
  return text.includes('\\') ? text.replaceAll('\\', '\\\\') : text
}

const quoted = (text: string): string => `'${text.replace(ALL_QUOTED, spell)}'`

/** A field, by what the row holds: texts and numbers, or a list of either. */
const field = (value: unknown): string => {
  if (typeof value === 'string') return escaped(value)
  if (!Array.isArray(value)) return String(value)
  return `[${value.map(entry => (typeof entry === 'string' ? quoted(entry) : String(entry))).join(',')}]`
}

const COLUMNS: ReadonlyMap<string, readonly string[]> = new Map(
  TABLES.map(({ name, columns }) => [name, columns.map(([column]) => column)]),
)

/** Names of the columns of a table, in the order in which its rows are written. */
export const columnsOf = (table: string): readonly [string, ...string[]] => {
  const [first, ...others] = COLUMNS.get(table) ?? []
  if (first === undefined) throw new Error(`there is no table \`${table}\``)
  return [first, ...others]
}

const fieldsOf = (row: object): Readonly<Record<string, unknown>> => row as Readonly<Record<string, unknown>>

/** Each row is a line. */
export const tabSeparated = (table: string, rows: readonly object[]): Uint8Array => {
  const columns = columnsOf(table)
  let text = ''
  for (const row of rows) {
    const fields = fieldsOf(row)
    let separator = ''
    for (const column of columns) {
      text += separator + field(fields[column])
      separator = '\t'
    }
    text += '\n'
  }
  return Buffer.from(text)
}
