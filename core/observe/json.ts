/** Untrusted parsed JSON → narrowed values. Own properties only, so that no prototype ever answers for a record. */
export type JsonObject = { readonly [key: string]: unknown }

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The first own property among `keys` that is there and not null, else undefined. */
export const field = (object: unknown, ...keys: readonly string[]): unknown => {
  if (!isObject(object)) return undefined
  for (const key of keys) {
    if (Object.hasOwn(object, key)) {
      const value = object[key]
      if (value !== undefined && value !== null) return value
    }
  }
  return undefined
}

/** {@link field} through nested objects. */
export const at = (value: unknown, ...path: readonly string[]): unknown => {
  let current = value
  for (const key of path) current = field(current, key)
  return current
}

export const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
