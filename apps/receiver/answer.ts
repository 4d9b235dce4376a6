/** A request → its answer: which path it is, who asks, and whether they may. What they sent is taken in, or refused and remembered. */
import type { IncomingMessage } from 'node:http'
import type { Decisions } from '../../core/model/decisions.ts'
import { SOURCES, UNRECOGNIZED } from '../../core/pipeline.ts'
import type { EvidenceStore } from '../../io/store/evidence-store.ts'
import type { Authenticate } from '../../io/tokens/authenticate.ts'
import { type Grant, REFUSALS } from '../../io/tokens/grant.ts'
import { concernedBy } from './in-scope.ts'
import { type IntakeParts, intake } from './intake.ts'
import { otlpFormatOf } from './media.ts'
import { READS } from './reads.ts'
import type { Refusals } from './refusals.ts'
import { refused, type Taken } from './refused.ts'
import { errorReply, jsonReply, type Reply, refusedReply, type Speech, takenReply, textReply } from './replies.ts'
import type { Tally } from './tally.ts'

export interface AnswerParts {
  readonly store: EvidenceStore
  readonly intake: IntakeParts
  readonly refusals: Refusals
  readonly authenticate: Authenticate
  readonly decisions: Decisions
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** A bug, or something broken: the caller is told that it failed, and no more. */
  readonly failed: (error: unknown) => void
}

/** `caller`: where it is known. */
export type Answered = Reply & { readonly caller?: string }

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
export const KNOWN_PATHS: ReadonlySet<string> = new Set([
  OTLP_PATH,
  RECORDS_PATH,
  ...OTHER_SIGNALS.keys(),
  ...READS.keys(),
  '/healthz',
  '/readyz',
  '/metrics',
])

const scopeMissing = (speech: Speech): Reply => errorReply(speech, 403, 'the token lacks the scope for this')

export const createAnswer = (parts: AnswerParts): ((request: IncomingMessage) => Promise<Answered>) => {
  const { store, refusals, authenticate, decisions, now } = parts
  const { metrics, appender, isClosing } = parts.intake

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
          ? await intake(parts.intake, { grant, request, isOtlp, source })
          : refused(400, 'malformed', 'there is no evidence source of this name')
    } catch (error) {
      parts.failed(error)
      result = refused(500, 'failed', 'internal error')
    }
    if (!result.ok) {
      const stream = isOtlp ? 'otlp' : (source ?? UNRECOGNIZED)
      refusals.remember(stream, grant.subject, concernedBy(grant), result.refused.code)
      metrics.refused(stream, result.refused.code)
    }
    return result
  }

  return async request => {
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
}
