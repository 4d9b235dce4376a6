/** One JSON-RPC message as it travels: only its frame is looked at, what is inside passes unchanged. */

export type MessageId = string | number
export type Json = Readonly<Record<string, unknown>>

export interface RequestMessage extends Json {
  readonly id: MessageId
  readonly method: string
}
export interface NotificationMessage extends Json {
  readonly method: string
}
export interface ResponseMessage extends Json {
  /** Null: the other side could not read the id. */
  readonly id: MessageId | null
}
export type Message =
  | { readonly kind: 'request'; readonly message: RequestMessage }
  | { readonly kind: 'notification'; readonly message: NotificationMessage }
  | { readonly kind: 'response'; readonly message: ResponseMessage }

/** JSON-RPC's own codes, and those that MCP servers use beside them. */
export const CODES = {
  parse: -32700,
  invalid: -32600,
  method: -32601,
  params: -32602,
  internal: -32603,
  /** The server behind is not there. */
  unavailable: -32000,
  /** What nobody waits for any more. */
  cancelled: -32800,
  /** The protocol's own, since 2026-07-28. */
  headers: -32020,
  capability: -32021,
  version: -32022,
} as const

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Own properties only. */
export const own = (value: unknown, key: string): unknown =>
  isJson(value) && Object.hasOwn(value, key) ? value[key] : undefined

export const isId = (value: unknown): value is MessageId =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))

/** `1` and `"1"` are different ids. */
export const idKey = (id: MessageId): string => `${typeof id} ${id}`

const isRequest = (value: Json): value is RequestMessage =>
  typeof own(value, 'method') === 'string' && isId(own(value, 'id'))
const isNotification = (value: Json): value is NotificationMessage =>
  typeof own(value, 'method') === 'string' && !Object.hasOwn(value, 'id')
const isResponse = (value: Json): value is ResponseMessage =>
  own(value, 'method') === undefined &&
  (isId(own(value, 'id')) || own(value, 'id') === null) &&
  Object.hasOwn(value, 'result') !== Object.hasOwn(value, 'error')

/** Deeper than anything that is meant; far from where writing it down would end this process's stack. */
const DEPTH = 500

const isDeep = (value: unknown, left: number): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (left === 0) return true
  for (const inner of Array.isArray(value) ? value : Object.values(value)) if (isDeep(inner, left - 1)) return true
  return false
}

/**
 * Null: no JSON-RPC message of the protocol versions that are spoken here, which know no batches. INVARIANT: what is one can be written
 * again: parsing knows no limit of depth, writing does.
 */
export const classify = (value: unknown): Message | null => {
  if (!isJson(value) || own(value, 'jsonrpc') !== '2.0' || isDeep(value, DEPTH)) return null
  if (isRequest(value)) return { kind: 'request', message: value }
  if (isNotification(value)) return { kind: 'notification', message: value }
  return isResponse(value) ? { kind: 'response', message: value } : null
}

/** The id that an unreadable message seems to have, so that its sender gets an answer; never used for anything else. */
export const idOf = (value: unknown): MessageId | null => {
  const id = own(value, 'id')
  return isId(id) ? id : null
}

export const errorMessage = (id: MessageId | null, code: number, message: string, data?: unknown): ResponseMessage => ({
  jsonrpc: '2.0',
  id,
  error: { code, message, ...(data === undefined ? {} : { data }) },
})

export const resultMessage = (id: MessageId, result: unknown): ResponseMessage => ({ jsonrpc: '2.0', id, result })

export const notification = (method: string, params?: Json): NotificationMessage => ({
  jsonrpc: '2.0',
  method,
  ...(params === undefined ? {} : { params }),
})
