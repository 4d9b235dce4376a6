/**
 * What a modern message repeats of itself in its HTTP headers, so that who stands between need not read the body. INVARIANT: a
 * message whose headers say something else than its body is refused: whoever decided by the one would run the other.
 */
import { META, MODERN_VERSION, metaOf } from './eras.ts'
import { type Json, own } from './message.ts'

/** The parameter that names what the method is about. */
const NAMED: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
}

/** Named so by an extension: repeated for a server, not demanded of a client. */
const NAMED_BY_EXTENSIONS: Readonly<Record<string, string>> = {
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
}

const [BEFORE, AFTER] = ['=?base64?', '?=']
const PLAIN = /^[\t\x20-\x7e]*$/

/** A value as a header can carry it. */
export const headerValue = (text: string): string => {
  const isPlain = PLAIN.test(text) && text === text.trim() && text !== ''
  return isPlain && !(text.startsWith(BEFORE) && text.endsWith(AFTER))
    ? text
    : `${BEFORE}${Buffer.from(text, 'utf8').toString('base64')}${AFTER}`
}

/** Null: it is no value that a client may send. */
export const valueOfHeader = (header: string): string | null => {
  if (!PLAIN.test(header)) return null
  if (!header.startsWith(BEFORE) || !header.endsWith(AFTER)) return header
  const encoded = header.slice(BEFORE.length, -AFTER.length)
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.length % 4 !== 0) return null
  const bytes = Buffer.from(encoded, 'base64')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

const nameOf = (message: Json): unknown => {
  const method = String(message.method)
  const parameter = NAMED[method] ?? NAMED_BY_EXTENSIONS[method]
  return parameter === undefined ? undefined : own(message.params, parameter)
}

export const headersOf = (message: Json): Readonly<Record<string, string>> => {
  const name = nameOf(message)
  return {
    'mcp-protocol-version': String(own(metaOf(message), META.version) ?? MODERN_VERSION),
    'mcp-method': headerValue(String(message.method)),
    ...(typeof name === 'string' ? { 'mcp-name': headerValue(name) } : {}),
  }
}

export type Header = (name: string) => string | null

/** What is wrong with them; null: they say what the body says. Of a request all are needed, of a notification none is. */
export const headerMismatch = (header: Header, message: Json): string | null => {
  const isRequest = Object.hasOwn(message, 'id')
  const [version, method, name] = ['mcp-protocol-version', 'mcp-method', 'mcp-name'].map(header)
  const claimed = own(metaOf(message), META.version)
  if (version == null ? isRequest : claimed !== undefined && version !== claimed)
    return version == null
      ? 'the header `MCP-Protocol-Version` is missing'
      : 'the header `MCP-Protocol-Version` is not what the body says'
  if (method == null ? isRequest : method !== message.method)
    return method == null ? 'the header `Mcp-Method` is missing' : 'the header `Mcp-Method` is not the method'
  const about = nameOf(message)
  if (about === undefined || !isRequest) return null
  if (name == null) return NAMED[String(message.method)] === undefined ? null : 'the header `Mcp-Name` is missing'
  return valueOfHeader(name) === about ? null : 'the header `Mcp-Name` is not what the body names'
}
