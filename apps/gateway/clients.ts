/** Who comes in, by token or from this machine → the party of a conversation: whose calls these are, and what it may say. */
import type { IncomingMessage } from 'node:http'
import { covers } from '../../core/model/workload-pattern.ts'
import { done, type Outcome } from '../../io/problem.ts'
import { type Authenticate, readTokens } from '../../io/tokens/authenticate.ts'
import type { Grant } from '../../io/tokens/grant.ts'

export interface Client {
  /** Null: nobody authenticated it; only this machine can be that. */
  readonly subject: string | null
  readonly workload: string
  readonly assertsRequest: boolean
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
  return { subject: grant.subject, workload, assertsRequest: covers(grant.assertContext, workload) }
}

/** Percent-encoded UTF-8, as a header has to be; null: there is none that can be read. */
export const requestInHeader = (request: IncomingMessage): string | null => {
  const value = request.headers['ambit-request']
  if (typeof value !== 'string' || value === '') return null
  try {
    return decodeURIComponent(value)
  } catch {
    return null
  }
}
