/**
 * The decision API as an HTTP server: OpenID AuthZEN Authorization API 1.0, and beside it context, held calls, reload, health.
 * What comes in is bounded in size, number and time; what goes wrong is an answer with a status, never a decision of `true`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Enforcer } from '../../io/enforce/enforcer.ts'
import { boundedServer, type ServerBounds } from '../../io/http/bounded-server.ts'
import { type RateLimit, rateLimiter } from '../../io/http/rate-limit.ts'
import type { Tls } from '../../io/http/tls.ts'
import { jsonText } from '../../io/json-text.ts'
import type { Authenticate } from '../../io/tokens/authenticate.ts'
import { type Grant, REFUSALS } from '../../io/tokens/grant.ts'
import type { Deciding } from './evaluate.ts'
import { METADATA_PATH, metadata } from './metadata.ts'
import { readBody } from './read-body.ts'
import { got, type Refusal, type Result, refuse } from './refusal.ts'
import { createReviews } from './reviews.ts'
import { findRoute } from './routes.ts'

export interface ServerLimits extends ServerBounds {
  /** Bytes of one body. */
  readonly body: number
  /** Per caller. */
  readonly rate: RateLimit
  /** Settled reviews that can still be asked about. */
  readonly reviews: number
}

export const SERVER_LIMITS: ServerLimits = {
  body: 1_048_576,
  request: 10_000,
  grace: 5_000,
  connections: 1_024,
  rate: { burst: 2_000, perSecond: 1_000 },
  reviews: 10_000,
}

/** One line of the access log. No token, no body. */
export interface Access {
  readonly time: string
  readonly requestId: string | null
  readonly caller: string | null
  readonly method: string
  readonly path: string
  readonly status: number
  readonly milliseconds: number
}

export interface ServerOptions {
  readonly enforcer: Enforcer
  readonly authenticate: Authenticate
  /** Reads policies and exceptions again. `by`: who asked. */
  readonly reload: Deciding['reload']
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly tls: Tls | null
  /** How clients reach it, without a final slash; null: by the address it listens on. */
  readonly publicUrl: string | null
  readonly limits?: ServerLimits
  readonly log?: (access: Access) => void
  /** A bug, or something broken: the caller is told that it failed, and no more. */
  readonly failed?: (error: unknown) => void
}

export interface DecisionServer {
  /** Resolves with the URL it listens on. Rejects where it cannot. */
  listen(host: string, port: number): Promise<string>
  /** Takes no more, answers what is open, and cancels what is held. */
  close(): Promise<void>
}

interface Reply {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly caller?: string
}

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** Requests name a path; what stands before it does not matter here. */
const BASE = 'http://server.invalid'

/** The specification wants an error message string. */
const errorReply = ({ status, message, allow }: Refusal): Reply => ({
  status,
  body: message,
  ...(allow === undefined ? {} : { headers: { allow } }),
})

export const createDecisionServer = (options: ServerOptions): DecisionServer => {
  const { enforcer, authenticate, reload, now, tls, log } = options
  const limits = options.limits ?? SERVER_LIMITS
  const deciding: Deciding = { enforcer, reviews: createReviews(limits.reviews), reload, now }
  const take = rateLimiter(limits.rate)
  let url = options.publicUrl ?? ''
  let isClosing = false

  const ready = (): Reply => {
    const { policies } = enforcer
    const [count, problems] = [policies.workloads().length, policies.problems().length]
    const isReady = !isClosing && count > 0 && problems === 0
    return { status: isReady ? 200 : 503, body: { ready: isReady, closing: isClosing, policies: count, problems } }
  }

  const open = (method: string, path: string): Reply | null => {
    if (method !== 'GET') return null
    if (path === '/healthz') return { status: 200, body: { alive: true } }
    if (path === '/readyz') return ready()
    if (path !== METADATA_PATH) return null
    return { status: 200, body: metadata(url), headers: { 'cache-control': 'max-age=300' } }
  }

  const granted = async (request: IncomingMessage): Promise<Grant | Reply> => {
    const checked = await authenticate(request.headers.authorization, now())
    if (checked.ok) return checked.grant
    const message = REFUSALS[checked.refused]
    if (checked.refused === 'unavailable') return errorReply({ status: 503, message })
    const challenge = checked.refused === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"'
    return {
      ...errorReply({ status: 401, message }),
      headers: { 'www-authenticate': challenge },
    }
  }

  const answer = async (request: IncomingMessage): Promise<Reply> => {
    const method = request.method ?? 'GET'
    if (!URL.canParse(request.url ?? '/', BASE)) return errorReply({ status: 400, message: 'the path is none' })
    const target = new URL(request.url ?? '/', BASE)
    const known = open(method, target.pathname)
    if (known !== null) return known
    const grant = await granted(request)
    if ('status' in grant) return grant
    const caller = grant.subject
    const wait = take(caller, performance.now())
    if (wait > 0)
      return {
        ...errorReply({ status: 429, message: 'too many requests' }),
        headers: { 'retry-after': String(wait) },
        caller,
      }
    const result = await routed(request, method, target, grant)
    return result.ok ? { status: 200, body: result.value, caller } : { ...errorReply(result.refusal), caller }
  }

  const routed = async (
    request: IncomingMessage,
    method: string,
    target: URL,
    grant: Grant,
  ): Promise<Result<unknown>> => {
    const found = findRoute(method, target.pathname)
    if (!found.ok) return found
    const { route, id } = found.value
    if (!route.may(grant)) return refuse(403, 'the token lacks the scope for this')
    const body =
      route.method === 'POST' && route.path !== '/admin/v1/reload'
        ? await readBody(request, limits.body)
        : got(undefined)
    return body.ok ? route.answer(deciding, { grant, id, query: target.searchParams, body: body.value }) : body
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started = performance.now()
    const given = request.headers['x-request-id']
    const requestId = typeof given === 'string' ? given : null
    let reply: Reply
    try {
      reply = await answer(request)
    } catch (error) {
      // INVARIANT: whatever goes wrong is no decision.
      options.failed?.(error)
      reply = errorReply({ status: 500, message: 'internal error' })
    }
    for (const [name, value] of Object.entries({ ...HEADERS, ...reply.headers })) response.setHeader(name, value)
    if (requestId !== null) response.setHeader('x-request-id', requestId)
    // What was not read of a body is not waited for.
    if (!request.complete || isClosing) response.setHeader('connection', 'close')
    response.statusCode = reply.status
    response.end(jsonText(reply.body))
    log?.({
      time: new Date(now()).toISOString(),
      requestId: requestId?.slice(0, 256) ?? null,
      caller: reply.caller ?? null,
      method: request.method ?? '',
      path: (request.url ?? '').replace(/\?.*$/s, '').slice(0, 256),
      status: reply.status,
      milliseconds: Math.round((performance.now() - started) * 1_000) / 1_000,
    })
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch(() => response.destroy())
  }
  const server = boundedServer(tls, limits, listener)

  return {
    listen: async (host, port) => {
      const here = await server.listen(host, port)
      if (url === '') url = here
      return here
    },
    close: async () => {
      isClosing = true
      const closed = server.close()
      enforcer.approvals.close()
      await closed
    },
  }
}
