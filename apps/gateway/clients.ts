/** Who comes in, by token or from this machine → the party of a conversation: whose calls these are, and what it may say. */
import type { IncomingMessage } from 'node:http'
import { covers } from '../../core/model/workload-pattern.ts'
import { metaOf } from '../../io/mcp/eras.ts'
import { isJson, type Json, own } from '../../io/mcp/message.ts'
import { done, type Outcome } from '../../io/problem.ts'
import { type Authenticate, readTokens } from '../../io/tokens/authenticate.ts'
import type { Grant } from '../../io/tokens/grant.ts'
import { SESSION_META } from './site.ts'

export interface Client {
  /** Null: nobody authenticated it; only this machine can be that. */
  readonly subject: string | null
  readonly workload: string
  /** Whether what it says of the context is believed: what the user asked for, and which task a call belongs to. */
  readonly assertsContext: boolean
}

export const isSameClient = (a: Client, b: Client): boolean => a.subject === b.subject && a.workload === b.workload

/** Null where there is no tokens file. Errors: those of reading it. */
export const openTokens = async (file: string | undefined): Promise<Outcome<Authenticate | null>> =>
  file === undefined ? done(null) : readTokens(file)

export const grantOf = async (
  authenticate: Authenticate,
  request: IncomingMessage,
  now: () => number,
): Promise<Grant | null> => {
  const checked = await authenticate(request.headers.authorization, now())
  return checked.ok ? checked.grant : null
}

/** Null: it may not call. A token calls for its own workload, or for the gateway's, where its scopes say so. */
export const clientOf = (grant: Grant, fallback: string | null): Client | null => {
  const workload = grant.workload ?? fallback
  if (workload === null || !covers(grant.decide, workload)) return null
  return { subject: grant.subject, workload, assertsContext: covers(grant.assertContext, workload) }
}

const decoded = (value: unknown): string | null => {
  if (typeof value !== 'string' || value === '') return null
  try {
    return decodeURIComponent(value)
  } catch {
    return null
  }
}

/** Percent-encoded UTF-8, as a header has to be; null: there is none that can be read. */
export const requestInHeader = (request: IncomingMessage): string | null => decoded(request.headers['ambit-request'])

/** A task, by the name that a party gives it which may. */
export interface SaidSession {
  readonly name: string
  /** Its first call is this one, or has been seen here: otherwise nobody knows what it has read before. */
  readonly begins: boolean
}

const NAME = 256

/** `Ambit-Session: NAME` or, with its first request, `NAME;begins`; in `_meta` a text, or `{ "name": …, "begins": true }`. */
export const sessionSaid = (
  how: 'none' | 'header' | 'meta',
  request: IncomingMessage,
  message: Json,
): SaidSession | null => {
  if (how === 'none') return null
  const header = request.headers['ambit-session']
  const [, before = '', begins] = /^([^;]*)(;\s*begins)?$/.exec(typeof header === 'string' ? header.trim() : '') ?? []
  const meta = own(metaOf(message), SESSION_META)
  const said =
    how === 'header'
      ? { name: decoded(before), begins: begins !== undefined }
      : { name: isJson(meta) ? own(meta, 'name') : meta, begins: own(meta, 'begins') === true }
  const { name } = said
  return typeof name === 'string' && name !== '' && name.length <= NAME ? { name, begins: said.begins } : null
}
