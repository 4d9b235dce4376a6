/**
 * Parameters that a tool's schema wants repeated in headers (`x-mcp-header`): which they are, what the headers of a call are, and
 * whether those of a call that came say what its arguments say.
 */

import { isJson, own } from './message.ts'
import { type Header, headerValue, valueOfHeader } from './mirrored-headers.ts'

export interface ParamHeader {
  /** From the arguments down to the value. */
  readonly path: readonly string[]
  /** In lower case, whole. */
  readonly header: string
}

const WANTED = 'x-mcp-header'
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const TYPES: readonly unknown[] = ['string', 'integer', 'boolean']

/** Whether anything below it wants a header: nobody could say from which value. */
const wantsAny = (schema: unknown): boolean =>
  Array.isArray(schema)
    ? schema.some(wantsAny)
    : isJson(schema) && (Object.hasOwn(schema, WANTED) || Object.values(schema).some(wantsAny))

const collect = (schema: unknown, path: readonly string[], into: ParamHeader[]): boolean => {
  if (!isJson(schema)) return true
  for (const [key, inner] of Object.entries(schema)) {
    if (key === WANTED) {
      const isFitting = typeof inner === 'string' && TOKEN.test(inner) && TYPES.includes(own(schema, 'type'))
      if (!isFitting || path.length === 0) return false
      into.push({ path, header: `mcp-param-${inner.toLowerCase()}` })
    } else if (key === 'properties') {
      if (!isJson(inner)) continue
      for (const [name, property] of Object.entries(inner)) if (!collect(property, [...path, name], into)) return false
    } else if (!['default', 'const', 'enum', 'examples'].includes(key) && wantsAny(inner)) return false
  }
  return true
}

/** Null: the schema asks for what cannot be done, and a client does not use the tool. */
export const paramHeadersOf = (inputSchema: unknown): readonly ParamHeader[] | null => {
  const found: ParamHeader[] = []
  if (!collect(inputSchema, [], found)) return null
  return new Set(found.map(({ header }) => header)).size === found.length ? found : null
}

/** Null: there is none that a header could carry. */
const textAt = (args: unknown, path: readonly string[]): string | null => {
  const value = path.reduce<unknown>((at, key) => own(at, key), args)
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null
}

export const headersOfParams = (wanted: readonly ParamHeader[], args: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    wanted.flatMap(({ path, header }) => {
      const text = textAt(args, path)
      return text === null ? [] : [[header, headerValue(text)]]
    }),
  )

const isSame = (said: string | null, text: string): boolean =>
  said === text ||
  (said !== null && /^-?\d+(\.0+)?$/.test(said) && /^-?\d+$/.test(text) && Number(said) === Number(text))

/** What is wrong with them; null: they say what the arguments say. */
export const paramMismatch = (wanted: readonly ParamHeader[], header: Header, args: unknown): string | null => {
  for (const { path, header: name } of wanted) {
    const text = textAt(args, path)
    if (text === null) continue
    const said = header(name)
    if (said === null) return `the header \`${name}\` is missing`
    if (!isSame(valueOfHeader(said), text)) return `the header \`${name}\` is not what the arguments say`
  }
  return null
}
