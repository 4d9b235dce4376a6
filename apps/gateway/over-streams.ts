/**
 * The one client of a gateway on its standard streams, of either era: the first message that it can be served by says which. Whoever
 * started the process is who calls, and the connection is the session: its messages are those of one agent.
 */
import type { Readable, Writable } from 'node:stream'
import { claimsModern, type Envelope, type Era, MODERN_VERSION, readEnvelope } from '../../io/mcp/eras.ts'
import type { Link, LinkEvents } from '../../io/mcp/link.ts'
import {
  CODES,
  errorMessage,
  idKey,
  isId,
  type Message,
  type MessageId,
  type NotificationMessage,
  own,
  type RequestMessage,
} from '../../io/mcp/message.ts'
import { unspoken } from '../../io/mcp/modern-post.ts'
import type { Carried, Reply } from '../../io/mcp/reply.ts'
import { streamLink } from '../../io/mcp/stream-link.ts'
import { createModernClient } from './modern-client.ts'

export interface OverStreams {
  readonly stdin: Readable
  readonly stdout: Writable
  readonly limit: number
  /** Milliseconds until a client that was asked something has to be back. */
  readonly away: number
  readonly newId: () => string
  /** Begins the conversation, once. */
  readonly begin: (link: Link, era: Era) => LinkEvents
}

export interface Streams {
  /** Resolves when the client is gone. */
  readonly ended: Promise<void>
  /** Tells the client, where its version has a way to. */
  end(): void
}

export const overStreams = ({ stdin, stdout, limit, away, newId, begin }: OverStreams): Streams => {
  const modern = createModernClient(newId, away)
  const open = new Map<string, Carried>()
  let era: Era | null = null
  let events: LinkEvents | null = null

  const choose = (chosen: Era): LinkEvents => {
    era = chosen
    const begun = begin(chosen === 'modern' ? { ...modern.link, pause, resume } : link, chosen)
    modern.bind(begun)
    events = begun
    return begun
  }
  const refuse = (id: MessageId | null, code: number, text: string, data?: unknown): void =>
    link.send(errorMessage(id, code, text, data))
  const carry = (message: RequestMessage, envelope: Envelope): void => {
    const key = idKey(message.id)
    // What is answered at once is not open any more.
    let isOver = false
    const reply: Reply = {
      send: said => {
        if (said.method === undefined) {
          isOver = true
          open.delete(key)
        }
        link.send(said)
      },
    }
    if (era === null) choose('modern')
    const carried = modern.request(message, envelope, reply)
    if (!isOver) open.set(key, carried)
  }
  const request = (message: RequestMessage): void => {
    const { id } = message
    const envelope = readEnvelope(message)
    const unknown = unspoken(typeof envelope === 'string' ? MODERN_VERSION : envelope.version)
    if (typeof envelope === 'string') refuse(id, CODES.params, envelope)
    else if (unknown !== null) refuse(id, unknown.code, unknown.text, unknown.data)
    else if (open.has(idKey(id))) refuse(id, CODES.invalid, 'a request with this id has no answer yet')
    else carry(message, envelope)
  }
  const notified = (message: NotificationMessage): void => {
    const id = own(message.params, 'requestId')
    if (message.method !== 'notifications/cancelled') modern.notified(message)
    else if (isId(id)) {
      open.get(idKey(id))?.gone()
      open.delete(idKey(id))
    }
  }
  const heardModern = ({ kind, message }: Message): void => {
    if (kind === 'notification') notified(message)
    else if (kind === 'request' && message.method === 'initialize' && !claimsModern(message)) {
      const requested = String(own(message.params, 'protocolVersion'))
      const data = { supported: [MODERN_VERSION], requested }
      refuse(message.id, CODES.version, 'this connection has begun in another protocol version', data)
    } else if (kind === 'request') request(message)
  }
  const heard = (whole: Message): void => {
    if (era === 'modern') heardModern(whole)
    else if (events !== null) events.message(whole)
    // Before the first request nothing is said that anybody could mean.
    else if (whole.kind === 'request') {
      if (claimsModern(whole.message)) request(whole.message)
      else choose('legacy').message(whole)
    }
  }
  const pause = (): void => {
    modern.link.pause()
    link.pause()
  }
  const resume = (): void => {
    link.resume()
    modern.link.resume()
  }
  let isGone = (): void => undefined
  const ended = new Promise<void>(resolve => {
    isGone = resolve
  })
  const link = streamLink(stdin, stdout, limit, {
    message: heard,
    refused: (reason, id) => {
      if (era === 'legacy') events?.refused(reason, id)
      else if (reason === 'too-large') refuse(id, CODES.invalid, 'the message is larger than this gateway passes on')
      else refuse(id, CODES.parse, 'this is no JSON-RPC message')
    },
    ready: isReady => events?.ready(isReady),
    closed: reason => {
      events?.closed(reason)
      isGone()
    },
  })
  return { ended, end: modern.end }
}
