/**
 * What servers ask of the client (sampling, elicitation, roots) and tell it, and what the gateway itself asks of it. Ids and progress
 * tokens of several servers may be the same: each gets one of ours.
 */
import type { Link } from '../../io/mcp/link.ts'
import {
  idKey,
  isId,
  isJson,
  type Json,
  type MessageId,
  type NotificationMessage,
  own,
  type RequestMessage,
  type ResponseMessage,
} from '../../io/mcp/message.ts'
import { addressed, type Upstream } from './upstream.ts'

export interface Backward {
  /** `about`: the request of the client that it belongs to, by its id here. */
  request(upstream: Upstream, message: RequestMessage, about: MessageId | null, key: string | null): void
  notification(upstream: Upstream, message: NotificationMessage, about: MessageId | null): void
  /** The client answered one of our ids. */
  answered(message: ResponseMessage): void
  /** The client tells of its progress with what a server asked. */
  progress(message: NotificationMessage): void
  /** Asks the client on the gateway's own account; rejects when the signal says that no answer is needed any more. */
  ask(method: string, params: Json, about: MessageId, signal: AbortSignal): Promise<Json>
  /** The server began again: it waits for nothing that it asked before. */
  forget(upstream: Upstream): void
}

/** Requests of servers that the client has not answered; the oldest is given up first. */
const LIMIT = 10_000

interface Asked {
  readonly upstream: Upstream | null
  readonly theirs: MessageId
  readonly token: unknown
  readonly answered: (response: ResponseMessage) => void
}

export const createBackward = (
  toClient: Link['send'],
  aboutToken: (token: unknown) => MessageId | null,
  newId: () => string,
): Backward => {
  const asked = new Map<string, Asked>()

  const expect = (entry: Asked): string => {
    const id = `ambit-${newId()}`
    const [oldest] = asked.keys()
    if (asked.size >= LIMIT && oldest !== undefined) asked.delete(oldest)
    asked.set(id, entry)
    return id
  }
  const withToken = (message: Json, token: string): Json => {
    const params = own(message, 'params')
    const meta = own(params, '_meta')
    if (!isJson(params) || !isJson(meta) || own(meta, 'progressToken') === undefined) return message
    return { ...message, params: { ...params, _meta: { ...meta, progressToken: token } } }
  }
  const ourIdOf = (upstream: Upstream, theirs: unknown): string | null => {
    if (!isId(theirs)) return null
    for (const [id, entry] of asked) if (entry.upstream === upstream && idKey(entry.theirs) === idKey(theirs)) return id
    return null
  }
  return {
    request: (upstream, message, about, key) => {
      const token = own(own(own(message, 'params'), '_meta'), 'progressToken')
      const answered = (response: ResponseMessage): void => upstream.send(addressed(response, message.id))
      const id = expect({ upstream, theirs: message.id, token, answered })
      toClient({ ...withToken(message, id), id }, about, key)
    },
    notification: (upstream, message, about) => {
      const params = own(message, 'params')
      if (message.method === 'notifications/progress') {
        toClient(message, aboutToken(own(params, 'progressToken')))
        return
      }
      if (message.method !== 'notifications/cancelled') return toClient(message, about)
      const id = ourIdOf(upstream, own(params, 'requestId'))
      if (id === null || !isJson(params)) return
      asked.delete(id)
      toClient({ ...message, params: { ...params, requestId: id } })
    },
    answered: message => {
      const id = typeof message.id === 'string' ? message.id : ''
      const entry = asked.get(id)
      if (entry === undefined) return
      asked.delete(id)
      entry.answered(message)
    },
    progress: message => {
      const params = own(message, 'params')
      const token = own(params, 'progressToken')
      const entry = typeof token === 'string' ? asked.get(token) : undefined
      if (entry?.upstream == null || !isJson(params)) return
      entry.upstream.send({ ...message, params: { ...params, progressToken: entry.token } })
    },
    ask: (method, params, about, signal) =>
      new Promise((resolve, reject) => {
        const id = expect({ upstream: null, theirs: '', token: undefined, answered: resolve })
        toClient({ jsonrpc: '2.0', id, method, params }, about)
        signal.addEventListener(
          'abort',
          () => {
            if (!asked.delete(id)) return
            const reason = 'the call was decided elsewhere'
            toClient({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id, reason } }, about)
            reject(new Error(reason))
          },
          { once: true },
        )
      }),
    forget: upstream => {
      for (const [id, entry] of asked) if (entry.upstream === upstream) asked.delete(id)
    },
  }
}
