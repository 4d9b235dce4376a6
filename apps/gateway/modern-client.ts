/**
 * A client of the modern era → one with a session, as the conversation knows it. The first request begins it, with what it says of its
 * client; what servers ask becomes an answer that input is required; what they tell goes where the client listens.
 */
import { type Envelope, isHeardAt, metaOf, withMeta } from '../../io/mcp/eras.ts'
import type { Link, LinkEvents } from '../../io/mcp/link.ts'
import {
  CODES,
  errorMessage,
  isJson,
  type Json,
  type MessageId,
  type NotificationMessage,
  notification,
  own,
  type RequestMessage,
  type ResponseMessage,
  resultMessage,
} from '../../io/mcp/message.ts'
import { ANSWERED, type Carried, type Reply } from '../../io/mcp/reply.ts'
import { type Exchange, inputRequests, missingFor, saidIn, substance } from './exchanges.ts'
import { createOpening, OPENING } from './modern-opening.ts'
import { discovery, forModernClient } from './modern-results.ts'
import { createSubscriptions } from './subscriptions.ts'

export interface ModernClient {
  /** What the conversation speaks with. */
  readonly link: Link
  /** Once, before the first request. */
  bind(events: LinkEvents): void
  /** `reply` hears of it until it was answered. */
  request(message: RequestMessage, envelope: Envelope, reply: Reply): Carried
  notified(message: NotificationMessage): void
  /** Whether nobody waits for anything. */
  isIdle(): boolean
  end(): void
}

/** The client is asked about these; in others nobody could ask it anything. */
const GONE: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
])

/** `within`: milliseconds until a client that was asked something has to be back. */
export const createModernClient = (newId: () => string, within: number): ModernClient => {
  const exchanges = new Map<number, Exchange>()
  const away = new Map<string, Exchange>()
  let bound: LinkEvents | null = null
  let count = 0
  let slow = 0
  let paused: (() => void)[] | null = null

  const tell = (message: NotificationMessage): void => bound?.message({ kind: 'notification', message })
  const ask = (message: RequestMessage): void => bound?.message({ kind: 'request', message })
  const opening = createOpening(ask, tell)
  const subscriptions = createSubscriptions((uri, isWatched) => {
    ask({
      jsonrpc: '2.0',
      id: ++count,
      method: isWatched ? 'resources/subscribe' : 'resources/unsubscribe',
      params: { uri },
    })
  })

  /** It is not waited for any more. */
  const back = ({ timer, state }: Exchange): void => {
    if (timer !== null) clearTimeout(timer)
    if (state !== null) away.delete(state)
  }
  const settle = (exchange: Exchange, response: ResponseMessage): void => {
    exchanges.delete(exchange.id)
    back(exchange)
    const shown = forModernClient(exchange.method, response, opening.hello())
    exchange.reply?.send({ ...shown, id: exchange.theirs })
    exchange.reply = null
  }
  const cancel = (exchange: Exchange): void => {
    if (!exchanges.delete(exchange.id)) return
    back(exchange)
    tell(notification('notifications/cancelled', { requestId: exchange.id, reason: 'the client gave it up' }))
  }
  /** Answers with what is asked, and waits for the client to come back with what it says. */
  const pose = (exchange: Exchange): void => {
    const { reply, questions } = exchange
    if (reply === null || questions.size === 0 || !exchanges.has(exchange.id)) return
    const state = newId()
    exchange.state = state
    exchange.reply = null
    away.set(state, exchange)
    exchange.timer = setTimeout(() => cancel(exchange), within)
    exchange.timer.unref()
    const result = { resultType: 'input_required', inputRequests: inputRequests(questions), requestState: state }
    reply.send(resultMessage(exchange.theirs, result))
  }
  const onlyOne = (): Exchange | undefined => (exchanges.size === 1 ? [...exchanges.values()][0] : undefined)
  const about = (id: MessageId | null): Exchange | undefined => (typeof id === 'number' ? exchanges.get(id) : undefined)

  const asked = (question: RequestMessage, id: MessageId | null, key: string | null): void => {
    const exchange = about(id) ?? onlyOne()
    const missing = exchange === undefined ? null : missingFor(question, exchange.envelope.capabilities)
    if (exchange === undefined || missing !== null) {
      const text =
        exchange === undefined
          ? 'a client of this version is asked about one of its requests, and nobody can tell about which'
          : `the client does not say that it can be asked \`${question.method}\``
      bound?.message({ kind: 'response', message: errorMessage(question.id, CODES.method, text) })
      return
    }
    const { method, params } = question
    // Two servers may call theirs the same.
    const name = key === null || exchange.questions.has(key) ? String(question.id) : key
    const asks = { method, ...(params === undefined ? {} : { params }) }
    exchange.questions.set(name, { id: String(question.id), asks })
    // Whatever else is asked at once goes with it.
    setImmediate(() => pose(exchange))
  }
  const withdrawn = (id: unknown): void => {
    for (const { questions } of exchanges.values())
      for (const [key, question] of questions) if (question.id === id) questions.delete(key)
  }
  const heard = (message: Json, id: MessageId | null): void => {
    if (message.method === 'notifications/cancelled') withdrawn(own(message.params, 'requestId'))
    else if (message.method === 'notifications/progress') {
      const exchange = about(Number(own(message.params, 'progressToken')))
      if (exchange !== undefined && isJson(message.params))
        exchange.reply?.send({ ...message, params: { ...message.params, progressToken: exchange.token } })
    } else if (message.method === 'notifications/message') {
      const exchange = about(id) ?? onlyOne()
      const isHeard = exchange !== undefined && isHeardAt(exchange.envelope.logLevel, own(message.params, 'level'))
      if (isHeard) exchange.reply?.send(message)
    } else if (/^notifications\/(tools|prompts|resources)\//.test(String(message.method))) subscriptions.told(message)
    else about(id)?.reply?.send(message)
  }
  const answered = (response: ResponseMessage): void => {
    const exchange = about(response.id)
    if (response.id === OPENING) opening.answered(response)
    else if (exchange === undefined) return
    else if (exchange.reply === null) {
      exchange.questions.clear()
      exchange.answer = response
    } else settle(exchange, response)
  }
  const carried = (exchange: Exchange): Carried => ({
    gone: () => {
      // It was answered with questions, and its response has ended: it is away, and may come back.
      if (exchange.reply !== null) cancel(exchange)
    },
    ready: isReady => {
      const before = slow
      slow = Math.max(0, slow + (isReady ? -1 : 1))
      if ((before === 0) !== (slow === 0)) bound?.ready(slow === 0)
    },
  })
  const send = (message: RequestMessage, envelope: Envelope, reply: Reply): Exchange => {
    const { method } = message
    const meta = metaOf(message)
    const token = own(meta, 'progressToken')
    const exchange: Exchange = {
      id: ++count,
      method,
      digest: substance(message),
      theirs: message.id,
      token,
      envelope,
      reply,
      questions: new Map(),
      state: null,
      answer: null,
      timer: null,
    }
    exchanges.set(exchange.id, exchange)
    const inside = { ...(isJson(meta) ? meta : {}), ...(token === undefined ? {} : { progressToken: exchange.id }) }
    ask({ ...withMeta(message, inside), id: exchange.id })
    return exchange
  }
  /** The same request again, with what the client says to what it was asked. */
  const again = (message: RequestMessage, envelope: Envelope, reply: Reply): Exchange | string => {
    const state = own(message.params, 'requestState')
    const exchange = typeof state === 'string' ? away.get(state) : undefined
    if (exchange === undefined) return 'nobody waits for this `requestState` here: send the request without it'
    if (exchange.digest !== substance(message)) return 'this `requestState` belongs to another request'
    const said = saidIn(message, exchange.questions)
    if (typeof said === 'string') return said
    back(exchange)
    Object.assign(exchange, { theirs: message.id, token: own(metaOf(message), 'progressToken'), envelope, reply })
    exchange.state = null
    if (exchange.answer !== null) {
      settle(exchange, exchange.answer)
      return exchange
    }
    for (const [key, result] of said) {
      const question = exchange.questions.get(key)
      exchange.questions.delete(key)
      if (question !== undefined) bound?.message({ kind: 'response', message: resultMessage(question.id, result) })
    }
    // What it did not answer is asked again.
    setImmediate(() => pose(exchange))
    return exchange
  }
  const handle = (message: RequestMessage, envelope: Envelope, reply: Reply): Carried => {
    const { id, method } = message
    const refuse = (code: number, text: string): Carried => {
      reply.send(errorMessage(id, code, text))
      return ANSWERED
    }
    if (GONE.has(method)) return refuse(CODES.method, `there is no \`${method}\` in this version`)
    if (method === 'server/discover') {
      reply.send(resultMessage(id, discovery(opening.hello())))
      return ANSWERED
    }
    if (method === 'subscriptions/listen') {
      const opened = subscriptions.open(id, message.params, own(opening.hello(), 'capabilities'), reply)
      return (
        opened ?? refuse(CODES.params, '`notifications` says what to listen to, and not on too many streams at once')
      )
    }
    const isAgain = own(message.params, 'requestState') !== undefined
    const exchange = isAgain ? again(message, envelope, reply) : send(message, envelope, reply)
    return typeof exchange === 'string' ? refuse(CODES.params, exchange) : carried(exchange)
  }
  return {
    bind: events => {
      bound = events
    },
    link: {
      send: (message, id = null, key = null) => {
        if (message.method === undefined) answered({ ...message, id: (message.id ?? null) as MessageId | null })
        else if (message.id === undefined) heard(message, id)
        else asked({ ...message, method: String(message.method), id: String(message.id) }, id, key)
      },
      pause: () => {
        paused ??= []
      },
      resume: () => {
        const held = paused ?? []
        paused = null
        for (const go of held) go()
      },
      close: async () => undefined,
    },
    request: (message, envelope, reply) => {
      let isGone = false
      let inner: Carried | null = null
      const go = (): void => {
        if (isGone) return
        if (paused !== null) paused.push(go)
        else {
          const isWaiting = opening.wait(envelope, failed => {
            if (failed === null) go()
            else reply.send({ ...failed, id: message.id })
          })
          if (isWaiting === null) inner = handle(message, envelope, reply)
          else if (!isWaiting)
            reply.send(errorMessage(message.id, CODES.unavailable, 'too many requests wait for the servers'))
        }
      }
      go()
      return {
        gone: () => {
          isGone = true
          inner?.gone()
        },
        ready: isReady => inner?.ready(isReady),
      }
    },
    notified: message => tell(message),
    isIdle: () => exchanges.size === 0 && subscriptions.count() === 0 && opening.waiting() === 0,
    end: () => {
      subscriptions.end()
      for (const exchange of [...exchanges.values()])
        settle(exchange, errorMessage(null, CODES.unavailable, 'the gateway ends'))
    },
  }
}
