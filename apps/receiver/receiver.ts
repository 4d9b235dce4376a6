/**
 * The receiver as an HTTP server: OTLP/HTTP traces, records of other sensors as JSON, and beside them health, metrics and what an
 * operator may read. What comes in is bounded; what goes wrong is an answer with a status, and in the ledger where evidence is lost.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type BoundedServer, boundedServer, type ServerBounds } from '../../io/http/bounded-server.ts'
import { drain } from '../../io/http/drain.ts'
import type { Tls } from '../../io/http/tls.ts'
import { type Answered, type AnswerParts, createAnswer, KNOWN_PATHS } from './answer.ts'
import { errorReply } from './replies.ts'

/** One line of the access log. No token, no body. */
export interface Access {
  readonly caller: string | null
  readonly method: string
  readonly path: string
  readonly status: number
  readonly milliseconds: number
}

export interface ReceiverOptions {
  readonly answer: AnswerParts
  readonly tls: Tls | null
  readonly bounds: ServerBounds
  /** Bytes of a refused request that are read and forgotten, so that its sender sees why. */
  readonly drained: number
  readonly log?: (access: Access) => void
}

export const createReceiver = (options: ReceiverOptions): BoundedServer => {
  const { intake } = options.answer
  const answer = createAnswer(options.answer)

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started = performance.now()
    let reply: Answered
    try {
      reply = await answer(request)
    } catch (error) {
      options.answer.failed(error)
      reply = errorReply(null, 500, 'internal error')
    }
    await drain(request, options.drained)
    response.setHeader('cache-control', 'no-store')
    response.setHeader('x-content-type-options', 'nosniff')
    for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value)
    if (!request.complete || intake.isClosing()) response.setHeader('connection', 'close')
    response.statusCode = reply.status
    response.end(request.method === 'HEAD' ? undefined : reply.body)
    const path = (request.url ?? '').replace(/\?.*$/s, '')
    intake.metrics.answered(KNOWN_PATHS.has(path) ? path : 'other', reply.status)
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
