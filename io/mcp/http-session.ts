/**
 * One client's MCP session over streamable HTTP: each request it posts is a stream of its own, a long-lived GET is one for what
 * belongs to no request. A request whose only message is its answer is answered as JSON; everything else becomes events.
 */
import type { ServerResponse } from 'node:http'
import { beginEvents, createEventLog, eventText, primingText } from './event-stream.ts'
import type { Link, LinkEvents } from './link.ts'
import { CODES, errorMessage, idKey, isId, type Json, type Message, type MessageId } from './message.ts'

/** From this version on clients understand an event without data. */
const PRIMED_SINCE = '2025-11-25'
/** Messages that wait for a stream to travel on. */
const QUEUED = 256
const STANDALONE = 'get'
/** A request that takes longer is answered with events, which can be kept alive. */
const PATIENCE = 5_000

interface Stream {
  readonly name: string
  readonly request: MessageId | null
  readonly since: number
  readonly version: string
  /** Null: the client's connection is gone; it may come back for the events. */
  response: ServerResponse | null
  isEvents: boolean
}

export interface HttpSession {
  readonly id: string
  readonly link: Link
  /** Whom the client's messages reach; once, before the first. */
  bind(events: LinkEvents): void
  /** Resolves when more of the client's messages can be passed on: until then their bodies are not read. */
  passable(): Promise<void>
  /** Whether a request with this id waits for its answer. */
  isOpen(id: MessageId): boolean
  /** A message that was posted, and where its answer goes. Answers itself. */
  post(message: Message, version: string, response: ServerResponse): void
  /** The standalone stream, or the rest of one that broke. Answers itself; false: it is open already, or unknown. */
  get(lastEvent: string | null, version: string, response: ServerResponse): 'open' | 'taken' | 'unknown'
  /** Keeps connections alive; called every few seconds. */
  tick(): void
  /** Milliseconds since the epoch of the latest sign of the client; null while it waits for something. */
  idleSince(): number | null
  end(): void
}

export interface HttpSessionOptions {
  readonly id: string
  readonly now: () => number
  /** Characters of events that are kept for clients that come back. */
  readonly kept: number
}

interface Gate {
  readonly passed: Promise<void>
  readonly open: () => void
}

const gate = (): Gate => {
  let open = (): void => undefined
  const passed = new Promise<void>(resolve => {
    open = resolve
  })
  return { passed, open }
}

export const createHttpSession = ({ id, now, kept }: HttpSessionOptions): HttpSession => {
  const log = createEventLog(kept)
  const streams = new Map<string, Stream>()
  let standalone: Stream | null = null
  let bound: LinkEvents | null = null
  let queue: Json[] = []
  let seen = now()
  let count = 0
  let paused: Gate | null = null
  const congested = new Set<ServerResponse>()
  const headers = { 'mcp-session-id': id }

  const congest = (response: ServerResponse): void => {
    const relieved = (): void => {
      response.off('drain', relieved)
      response.off('close', relieved)
      if (congested.delete(response) && congested.size === 0) bound?.ready(true)
    }
    congested.add(response)
    response.once('drain', relieved)
    response.once('close', relieved)
    if (congested.size === 1) bound?.ready(false)
  }
  const write = (response: ServerResponse, text: string): void => {
    if (response.write(text) || congested.has(response)) return
    congest(response)
  }
  const begin = (stream: Stream): void => {
    if (stream.isEvents) return
    stream.isEvents = true
    if (stream.response === null) return
    beginEvents(stream.response, headers)
    if (stream.version >= PRIMED_SINCE) write(stream.response, primingText(log.add(stream.name, '')))
  }
  const put = (stream: Stream, message: Json): void => {
    begin(stream)
    const data = JSON.stringify(message)
    const event = log.add(stream.name, data)
    if (stream.response !== null) write(stream.response, eventText(event, data))
  }
  const answer = (stream: Stream, key: string, message: Json): void => {
    streams.delete(key)
    seen = now()
    const { response } = stream
    if (stream.isEvents) {
      put(stream, message)
      response?.end()
    } else response?.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(message))
  }
  /** Where what belongs to no request travels: a client reads its latest request's stream too. */
  const anyStream = (): Stream | undefined =>
    standalone ?? [...streams.values()].reverse().find(({ response }) => response !== null)

  const send = (message: Json, about: MessageId | null = null): void => {
    if (message.method === undefined) {
      const key = isId(message.id) ? idKey(message.id) : ''
      const stream = streams.get(key)
      if (stream !== undefined) answer(stream, key, message)
      return
    }
    const stream = (about === null ? undefined : streams.get(idKey(about))) ?? anyStream()
    if (stream !== undefined) put(stream, message)
    else if (queue.length < QUEUED) queue.push(message)
  }
  const flush = (): void => {
    const waiting = queue
    queue = []
    for (const message of waiting) send(message)
  }
  const gone = (stream: Stream, response: ServerResponse): void => {
    if (stream.response !== response) return
    stream.response = null
    if (standalone === stream) standalone = null
    seen = now()
  }
  const attach = (stream: Stream, response: ServerResponse): void => {
    stream.response = response
    response.once('close', () => gone(stream, response))
  }

  return {
    id,
    bind: events => {
      bound = events
    },
    link: {
      send,
      // Its response has to end, and with an answer: a client would come back for a stream that ended without one.
      abandon: request => {
        const stream = streams.get(idKey(request))
        if (stream === undefined) return
        answer(stream, idKey(request), errorMessage(request, CODES.cancelled, 'the client cancelled it'))
      },
      pause: () => {
        paused ??= gate()
      },
      resume: () => {
        paused?.open()
        paused = null
      },
      close: async () => undefined,
    },
    passable: () => paused?.passed ?? Promise.resolve(),
    isOpen: request => streams.has(idKey(request)),
    post: (message, version, response) => {
      seen = now()
      if (message.kind !== 'request') {
        response.writeHead(202).end()
        bound?.message(message)
        return
      }
      const { id: request } = message.message
      const stream: Stream = { name: `r${++count}`, request, since: now(), version, response, isEvents: false }
      streams.set(idKey(request), stream)
      attach(stream, response)
      bound?.message(message)
      if (standalone === null && queue.length > 0 && streams.get(idKey(request)) === stream) flush()
    },
    get: (lastEvent, version, response) => {
      seen = now()
      if (lastEvent === null) {
        if (standalone !== null) return 'taken'
        standalone = { name: STANDALONE, request: null, since: now(), version, response: null, isEvents: false }
        attach(standalone, response)
        begin(standalone)
        flush()
        return 'open'
      }
      const rest = log.after(lastEvent)
      if (rest === null) return 'unknown'
      const open = [...streams.values()].find(({ name }) => name === rest.stream)
      const stream = open ?? { name: rest.stream, request: null, since: now(), version, response: null, isEvents: true }
      stream.response?.end()
      if (rest.stream === STANDALONE) {
        standalone?.response?.end()
        standalone = stream
      }
      attach(stream, response)
      beginEvents(response, headers)
      for (const { id: event, data } of rest.events) {
        if (data !== '') write(response, eventText(event, data))
      }
      if (open === undefined && rest.stream !== STANDALONE) response.end()
      else flush()
      return 'open'
    },
    tick: () => {
      for (const stream of [...streams.values(), ...(standalone === null ? [] : [standalone])]) {
        if (stream.response === null) continue
        if (stream.isEvents) write(stream.response, ': keepalive\n\n')
        else if (now() - stream.since >= PATIENCE) begin(stream)
      }
    },
    idleSince: () => (standalone !== null || streams.size > 0 ? null : seen),
    end: () => {
      paused?.open()
      for (const { response } of [...streams.values(), ...(standalone === null ? [] : [standalone])]) {
        if (response === null) continue
        if (!response.headersSent) response.writeHead(404)
        response.end()
      }
      streams.clear()
      standalone = null
    },
  }
}
