/** OTLP/JSON attribute values (AnyValue, camelCase or snake_case) → plain JSON. */
import { field, isObject, list, text } from './json.ts'

const DEPTH = 64

const integer = (value: unknown): number | string | null => {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !/^-?\d{1,20}$/.test(value)) return null
  const number = Number(value)
  // An int64 that a double cannot hold keeps its digits as text.
  return Number.isSafeInteger(number) ? number : value
}

const double = (value: unknown): number | string | null =>
  typeof value === 'number' ? value : typeof value === 'string' ? Number(value) || value : null

/** Null for what is no AnyValue, or is nested deeper than any attribute is. */
export const plainValue = (value: unknown, depth = 0): unknown => {
  if (!isObject(value) || depth > DEPTH) return null
  const string = field(value, 'stringValue', 'string_value')
  if (string !== undefined) return typeof string === 'string' ? string : null
  const boolean = field(value, 'boolValue', 'bool_value')
  if (boolean !== undefined) return typeof boolean === 'boolean' ? boolean : null
  const int = field(value, 'intValue', 'int_value')
  if (int !== undefined) return integer(int)
  const float = field(value, 'doubleValue', 'double_value')
  if (float !== undefined) return double(float)
  const array = field(value, 'arrayValue', 'array_value')
  if (array !== undefined) return list(field(array, 'values')).map(element => plainValue(element, depth + 1))
  const kvlist = field(value, 'kvlistValue', 'kvlist_value')
  if (kvlist === undefined) return text(field(value, 'bytesValue', 'bytes_value'))
  const entries: [string, unknown][] = []
  for (const entry of list(field(kvlist, 'values'))) {
    const key = field(entry, 'key')
    if (typeof key === 'string') entries.push([key, plainValue(field(entry, 'value'), depth + 1)])
  }
  // `fromEntries` defines own properties: a key `__proto__` stays a key.
  return Object.fromEntries(entries)
}

/** Attributes by key, their values still encoded: most are never read. The first of two equal keys counts. */
export type AttributeMap = ReadonlyMap<string, unknown>

export const attributeMap = (raw: unknown): AttributeMap => {
  const map = new Map<string, unknown>()
  for (const entry of list(raw)) {
    const key = field(entry, 'key')
    if (typeof key === 'string' && !map.has(key)) map.set(key, field(entry, 'value'))
  }
  return map
}
