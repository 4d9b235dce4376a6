/** A JSON Schema and a path → the keys that a map there may have. For suggestions only: what is unknown gives none. */

type Json = Readonly<Record<string, unknown>>

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The schema below one step of a path; alternatives are tried in order. */
const below = (schema: unknown, part: PropertyKey): unknown => {
  if (!isJson(schema)) return undefined
  if (typeof part === 'number') return schema.items
  const own = isJson(schema.properties)
    ? Object.entries(schema.properties).find(([key]) => key === part)?.[1]
    : undefined
  return own ?? schema.additionalProperties
}

export const knownKeys = (schema: unknown, path: readonly PropertyKey[]): readonly string[] => {
  const found = path.reduce(below, schema)
  if (!isJson(found)) return []
  if (isJson(found.properties)) return Object.keys(found.properties)
  const names = isJson(found.propertyNames) ? found.propertyNames.enum : undefined
  return Array.isArray(names) ? names.filter(name => typeof name === 'string') : []
}
