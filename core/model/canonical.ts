/**
 * Canonical JSON (RFC 8785 for the values that the model uses): object keys in code-unit order, no white space. Equal
 * documents give equal bytes, so that a digest names content and nothing else.
 */

/** Short text that stands in JSON as it is. Most names and values are: asking is cheaper than having them written. */
const PLAIN = /^[ !#-[\]-\uD7FF]*$/
const SHORT = 64

const quoted = (text: string): string => (text.length <= SHORT && PLAIN.test(text) ? `"${text}"` : JSON.stringify(text))

/** Names of fields as they stand in JSON: there are few, and they come again in every document. */
const FIELDS = new Map<string, string>()
const FIELDS_KEPT = 10_000

const fieldName = (name: string): string => {
  const known = FIELDS.get(name)
  if (known !== undefined) return known
  const written = `${quoted(name)}:`
  if (name.length > SHORT) return written
  if (FIELDS.size >= FIELDS_KEPT) FIELDS.clear()
  FIELDS.set(name, written)
  return written
}

const areSorted = (keys: readonly string[]): boolean => {
  for (let at = 1; at < keys.length; at++) if ((keys[at - 1] ?? '') > (keys[at] ?? '')) return false
  return true
}

const objectJson = (fields: Readonly<Record<string, unknown>>): string => {
  const keys = Object.keys(fields)
  if (!areSorted(keys)) keys.sort()
  let json = ''
  for (const key of keys) {
    const field = fields[key]
    if (field !== undefined) json += `${json === '' ? '{' : ','}${fieldName(key)}${canonicalJson(field)}`
  }
  return json === '' ? '{}' : `${json}}`
}

const arrayJson = (value: readonly unknown[]): string => {
  let json = ''
  for (const entry of value) json += `${json === '' ? '[' : ','}${canonicalJson(entry)}`
  return json === '' ? '[]' : `${json}]`
}

const isList = (value: object): value is readonly unknown[] => Array.isArray(value)
const fieldsOf = (value: object): Readonly<Record<string, unknown>> => value as Readonly<Record<string, unknown>>

export const canonicalJson = (value: unknown): string => {
  if (typeof value === 'string') return quoted(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  return isList(value) ? arrayJson(value) : objectJson(fieldsOf(value))
}
