/**
 * Texts and scalars → JSON as `canonicalJson` has it, in as few pieces as can be: what a record costs is putting pieces together. Texts
 * that come again in every record (names, codes, sentences of a policy) are kept as JSON with the constant text around them, in
 * bounds: whoever sends ever new ones costs time, not memory.
 */
import type { Scalar } from '../../core/model/scalar.ts'

/** Text that stands in JSON as it is: asking is cheaper than having it written. */
const PLAIN = /^[ !#-[\]-\uD7FF]*$/
const SHORT = 256
const KEPT = 512

/** What stands between the quotes. */
export const inner = (text: string): string =>
  text.length <= SHORT && PLAIN.test(text) ? text : JSON.stringify(text).slice(1, -1)

/** Of a text that comes again: its JSON between two constant texts. */
export const framed = (before: string, after: string): ((text: string | null) => string) => {
  const kept = new Map<string, string>()
  const none = `${before}null${after}`
  return text => {
    if (text === null) return none
    const known = kept.get(text)
    if (known !== undefined) return known
    const written = `${before}"${inner(text)}"${after}`
    if (text.length > SHORT) return written
    if (kept.size >= KEPT) kept.clear()
    kept.set(text, written)
    return written
  }
}

export const scalarText = (value: Scalar): string => {
  if (typeof value === 'string') return `"${inner(value)}"`
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null'
  return String(value)
}

/** Each entry's text begins with the comma that stands before it, or for the first one with the bracket. */
export const listText = <T>(entries: readonly T[], textOf: (entry: T, isFirst: boolean) => string): string => {
  if (entries.length === 0) return '[]'
  let text = ''
  let isFirst = true
  for (const entry of entries) {
    text += textOf(entry, isFirst)
    isFirst = false
  }
  return `${text}]`
}
