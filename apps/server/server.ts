/**
 * The decision API as an HTTP server: OpenID AuthZEN Authorization API 1.0, and beside it context, held calls, reload, health.
 * What comes in is bounded in size, number and time; what goes wrong is an answer with a status, never a decision of `true`.
 */
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Enforcer } from '../../io/enforce/enforcer.ts'
import { jsonText } from '../../io/json-text.ts'
import type { Authenticate } from '../../io/tokens/authenticate.ts'
import type { Grant } from '../../io/tokens/grant.ts'
import type { Deciding } from './evaluate.ts'
import { METADATA_PATH, metadata } from './metadata.ts'
import { type RateLimit, rateLimiter } from './rate-limit.ts'
import { readBody } from './read-body.ts'
import { got, type Refusal, type Result, refuse } from './refusal.ts'
import { createReviews } from './reviews.ts'
import { findRoute } from './routes.ts'

export interface Tls {
  readonly cert: string
  readonly key: string
  /** Certificates of those that may sign clients’; null: clients need none. */
  readonly clientCa: string | null
}

export interface ServerLimits {
  /** Bytes of one body. */
  readonly body: number
  /** Milliseconds until a request must have arrived whole, and until open ones are cut off at the end. */
  readonly request: number
  readonly grace: number
  readonly connections: number
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

const TOKEN_ERRORS = {
  missing: 'a bearer token is needed',
  invalid: 'the token is not accepted',
  expired: 'the token has expired',
} as const

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
    if (checked.refused === 'unavailable')
      return errorReply({ status: 503, message: 'the keys of the token’s issuer cannot be had now' })
    const challenge = checked.refused === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"'
    return {
      ...errorReply({ status: 401, message: TOKEN_ERRORS[checked.refused] }),
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
  const bounds = {
    headersTimeout: limits.request,
    requestTimeout: limits.request,
    // Time is only up when somebody looks.
    connectionsCheckingInterval: Math.ceil(limits.request / 4),
  }
  const server: Server =
    tls === null
      ? createHttpServer(bounds, listener)
      : createHttpsServer(
          {
            ...bounds,
            cert: tls.cert,
            key: tls.key,
            minVersion: 'TLSv1.2',
            ...(tls.clientCa === null ? {} : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true }),
          },
          listener,
        )
  server.maxConnections = limits.connections
  server.maxHeadersCount = 64

  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => {
          server.removeListener('error', reject)
          const { port: bound } = server.address() as AddressInfo // a string only for pipes, which `listen(port)` makes none of
          const here = `${tls === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${bound}`
          if (url === '') url = here
          resolve(here)
        })
      }),
    close: async () => {
      isClosing = true
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      enforcer.approvals.close()
      server.closeIdleConnections()
      const cut = setTimeout(() => server.closeAllConnections(), limits.grace)
      await closed
      clearTimeout(cut)
    },
  }
}
