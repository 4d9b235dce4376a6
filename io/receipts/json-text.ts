/**
 * Texts and scalars → JSON as `canonicalJson` has it. Texts that come again in every record (names, codes, sentences of a policy) are
 * written once and kept, in bounds: whoever sends ever new ones costs time, not memory.
 */
import type { Scalar } from '../../core/model/scalar.ts'

/** Text that stands in JSON as it is: asking is cheaper than having it written. */
const PLAIN = /^[ !#-[\]-\uD7FF]*$/
const SHORT = 256
const KEPT = 2_048

const written = new Map<string, string>()

/** Of a text that does not come again. */
export const quoted = (text: string): string =>
  text.length <= SHORT && PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)

/** Of a text that comes again. */
export const known = (text: string): string => {
  const before = written.get(text)
  if (before !== undefined) return before
  const json = quoted(text)
  if (text.length > SHORT) return json
  if (written.size >= KEPT) written.clear()
  written.set(text, json)
  return json
}

export const knownOrNull = (text: string | null): string => (text === null ? 'null' : known(text))

export const scalarText = (value: Scalar): string => {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null'
  return String(value)
}

export const listText = <T>(entries: readonly T[], textOf: (entry: T) => string): string => {
  if (entries.length === 0) return '[]'
  let text = ''
  for (const entry of entries) text += `${text === '' ? '[' : ','}${textOf(entry)}`
  return `${text}]`
}
