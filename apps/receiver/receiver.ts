/**
 * The receiver as an HTTP server: OTLP/HTTP traces, records of other sensors as JSON, and beside them health, metrics and what an
 * operator may read. What comes in is bounded; what goes wrong is an answer with a status, and in the ledger where evidence is lost.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Decisions } from '../../core/model/decisions.ts'
import { SOURCES, UNRECOGNIZED } from '../../core/pipeline.ts'
import { type BoundedServer, boundedServer, type ServerBounds } from '../../io/http/bounded-server.ts'
import { drain } from '../../io/http/drain.ts'
import type { Tls } from '../../io/http/tls.ts'
import type { EvidenceStore } from '../../io/store/evidence-store.ts'
import type { Authenticate } from '../../io/tokens/authenticate.ts'
import { type Grant, REFUSALS } from '../../io/tokens/grant.ts'
import { type IntakeParts, intake } from './intake.ts'
import { otlpFormatOf } from './media.ts'
import { READS } from './reads.ts'
import type { Refusals } from './refusals.ts'
import { refused, type Taken } from './refused.ts'
import { errorReply, jsonReply, type Reply, refusedReply, type Speech, takenReply, textReply } from './replies.ts'
import type { Tally } from './tally.ts'

/** One line of the access log. No token, no body. */
export interface Access {
  readonly caller: string | null
  readonly method: string
  readonly path: string
  readonly status: number
  readonly milliseconds: number
}

export interface ReceiverOptions {
  readonly store: EvidenceStore
  readonly intake: IntakeParts
  readonly refusals: Refusals
  readonly authenticate: Authenticate
  readonly decisions: Decisions
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly tls: Tls | null
  readonly bounds: ServerBounds
  /** Bytes of a refused request that are read and forgotten, so that its sender sees why. */
  readonly drained: number
  readonly log?: (access: Access) => void
  /** A bug, or something broken: the caller is told that it failed, and no more. */
  readonly failed: (error: unknown) => void
}

const OTLP_PATH = '/v1/traces'
const RECORDS_PATH = '/v1/evidence'
/** OTLP signals that no evidence source reads. */
const OTHER_SIGNALS: ReadonlyMap<string, string> = new Map([
  ['/v1/logs', 'log records'],
  ['/v1/metrics', 'metrics'],
  ['/v1development/profiles', 'profiles'],
])
const TOKEN_RETRY_AFTER = 5
/** Requests name a path; what stands before it does not matter here. */
const BASE = 'http://server.invalid'
const KNOWN_PATHS: ReadonlySet<string> = new Set([
  OTLP_PATH,
  RECORDS_PATH,
  ...OTHER_SIGNALS.keys(),
  ...READS.keys(),
  '/healthz',
  '/readyz',
  '/metrics',
])

const scopeMissing = (speech: Speech): Reply => errorReply(speech, 403, 'the token lacks the scope for this')

export const createReceiver = (options: ReceiverOptions): BoundedServer => {
  const { store, refusals, authenticate, decisions, now } = options
  const { metrics, appender, isClosing } = options.intake

  const open = async (path: string): Promise<Reply | null> => {
    if (path === '/healthz') return jsonReply(200, { alive: true })
    if (path === '/metrics') return textReply(200, metrics.contentType, await metrics.text())
    if (path !== '/readyz') return null
    const isReady = !isClosing() && appender.writes()
    return jsonReply(isReady ? 200 : 503, { ready: isReady, closing: isClosing(), writes: appender.writes() })
  }

  const granted = async (request: IncomingMessage, speech: Speech): Promise<Grant | Reply> => {
    const checked = await authenticate(request.headers.authorization, now())
    if (checked.ok) return checked.grant
    const message = REFUSALS[checked.refused]
    if (checked.refused === 'unavailable')
      return errorReply(speech, 503, message, { 'retry-after': String(TOKEN_RETRY_AFTER) })
    const challenge = checked.refused === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"'
    return errorReply(speech, 401, message, { 'www-authenticate': challenge })
  }

  const taken = async (request: IncomingMessage, grant: Grant, isOtlp: boolean, named: string | null) => {
    const source = isOtlp || SOURCES.some(({ id }) => id === named) ? named : null
    let result: Taken<Tally>
    try {
      result =
        named === source
          ? await intake(options.intake, { grant, request, isOtlp, source })
          : refused(400, 'malformed', 'there is no evidence source of this name')
    } catch (error) {
      options.failed(error)
      result = refused(500, 'failed', 'internal error')
    }
    if (!result.ok) {
      const stream = isOtlp ? 'otlp' : (source ?? UNRECOGNIZED)
      refusals.remember(stream, grant.subject, result.refused.code)
      metrics.refused(stream, result.refused.code)
    }
    return result
  }

  const answer = async (request: IncomingMessage): Promise<Reply & { readonly caller?: string }> => {
    const method = request.method ?? 'GET'
    if (!URL.canParse(request.url ?? '/', BASE)) return errorReply(null, 400, 'the path is none')
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', BASE)
    const known = method === 'GET' || method === 'HEAD' ? await open(path) : null
    if (known !== null) return known
    const signal = OTHER_SIGNALS.get(path)
    const isOtlp = path === OTLP_PATH || signal !== undefined
    const speech: Speech = isOtlp ? otlpFormatOf(request.headers) : null
    if (!KNOWN_PATHS.has(path)) return errorReply(speech, 404, 'there is nothing here')
    const read = READS.get(path)
    const allow = path === RECORDS_PATH || isOtlp ? 'POST' : 'GET'
    if (method !== allow) return errorReply(speech, 405, `ask with ${allow}`, { allow })
    if (signal !== undefined)
      return errorReply(speech, 404, `${signal} are no evidence here: export traces only, to ${OTLP_PATH}`)
    const grant = await granted(request, speech)
    if ('status' in grant) return grant
    const caller = grant.subject
    if (read !== undefined) {
      if (!grant.admin) return { ...scopeMissing(speech), caller }
      const { status, type, text } = await read(store, decisions, query)
      return { ...textReply(status, type, text), caller }
    }
    if (grant.record.length === 0) return { ...scopeMissing(speech), caller }
    const result = await taken(request, grant, isOtlp, isOtlp ? null : query.get('source'))
    return { ...(result.ok ? takenReply(speech, result.value) : refusedReply(speech, result.refused)), caller }
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started = performance.now()
    let reply: Reply & { readonly caller?: string }
    try {
      reply = await answer(request)
    } catch (error) {
      options.failed(error)
      reply = errorReply(null, 500, 'internal error')
    }
    await drain(request, options.drained)
    response.setHeader('cache-control', 'no-store')
    response.setHeader('x-content-type-options', 'nosniff')
    for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value)
    if (!request.complete || isClosing()) response.setHeader('connection', 'close')
    response.statusCode = reply.status
    response.end(request.method === 'HEAD' ? undefined : reply.body)
    const path = (request.url ?? '').replace(/\?.*$/s, '')
    metrics.answered(KNOWN_PATHS.has(path) ? path : 'other', reply.status)
    options.log?.({
      caller: reply.caller ?? null,
      method: request.method ?? '',
      path: path.slice(0, 256),
      status: reply.status,
      milliseconds: Math.round((performance.now() - started) * 1_000) / 1_000,
    })
  }

  return boundedServer(options.tls, options.bounds, (request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
}
