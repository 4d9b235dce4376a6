/**
 * A value of a running program → a copy of what JSON would show of it, or that JSON cannot. Stricter than `JSON.stringify`: what
 * it would leave out unseen (functions, symbols, the content of maps) is no JSON here, because a tool would still get it.
 */

/** Deeper is a cycle, or as good as one. */
const DEPTH = 256

export type Json = { readonly ok: true; readonly value: unknown } | { readonly ok: false }

const NOT_JSON: Json = { ok: false }

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

const copyOf = (value: unknown, depth: number): Json => {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean')
    return { ok: true, value }
  if (typeof value === 'number') return Number.isFinite(value) ? { ok: true, value } : NOT_JSON
  if (typeof value !== 'object' || depth > DEPTH) return NOT_JSON
  if (Array.isArray(value)) {
    const copies = Array.from(value, element => copyOf(element, depth + 1))
    const values = copies.flatMap(copy => (copy.ok ? [copy.value] : []))
    return values.length === copies.length ? { ok: true, value: values } : NOT_JSON
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') return copyOf(value.toJSON(), depth + 1)
  if (!isPlain(value)) return NOT_JSON
  const entries: [string, unknown][] = []
  for (const [key, entry] of Object.entries(value)) {
    const copy = copyOf(entry, depth + 1)
    if (!copy.ok) return NOT_JSON
    entries.push([key, copy.value])
  }
  // A key `__proto__` stays a key.
  return { ok: true, value: Object.fromEntries(entries) }
}

/** Total: a getter or `toJSON` that throws is no JSON. */
export const jsonOf = (value: unknown): Json => {
  try {
    return copyOf(value, 0)
  } catch {
    return NOT_JSON
  }
}
