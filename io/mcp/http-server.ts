/**
 * Clients over streamable HTTP → one link per session. Who they are is decided by whoever is handed the request; a session belongs
 * to the one who began it, and nobody else finds it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { claimsModern, type Envelope, LEGACY_VERSIONS, namesModern } from './eras.ts'
import { readBody } from './http-body.ts'
import { type HostRules, refusedHost } from './http-guard.ts'
import { createHttpReply, type HttpReply } from './http-reply.ts'
import { createHttpSession, type HttpSession } from './http-session.ts'
import type { Link, LinkEvents } from './link.ts'
import { CODES, classify, errorMessage, idOf, type Message, type MessageId, type RequestMessage } from './message.ts'
import { readModern } from './modern-post.ts'
import type { Carried, Reply } from './reply.ts'

export interface HttpServerOptions<Who> {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly rules: HostRules
  readonly tls: { readonly cert: string; readonly key: string } | null
  /** Bytes of one message. */
  readonly limit: number
  readonly sessions: number
  /** Milliseconds until a session that shows no sign of its client ends. */
  readonly idle: number
  readonly kept: number
  readonly now: () => number
  readonly newId: () => string
  /** Null: nobody we know. */
  readonly authenticate: (request: IncomingMessage) => Promise<Who | null>
  readonly isSame: (a: Who, b: Who) => boolean
  /** A client began a session. Returns whom its messages reach. */
  readonly connect: (link: Link, who: Who, session: string) => LinkEvents
  /** Before each message of a session, e.g. for what its headers assert. */
  readonly heard: (session: string, request: IncomingMessage, who: Who) => void
  /** A request that belongs to no session of the transport, and says itself what a session would. */
  readonly carry: (
    message: RequestMessage,
    envelope: Envelope,
    request: IncomingMessage,
    who: Who,
    reply: Reply,
  ) => Carried
}

export interface HttpServer {
  readonly address: { readonly host: string; readonly port: number }
  sessions(): number
  close(): Promise<void>
}

interface Live<Who> {
  readonly session: HttpSession
  readonly who: Who
  readonly events: LinkEvents
}

const header = (request: IncomingMessage, name: string): string | null => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : null
}

const fail = (
  response: ServerResponse,
  status: number,
  code: number,
  text: string,
  id: MessageId | null = null,
  headers: Readonly<Record<string, string>> = {},
): void => {
  if (response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(errorMessage(id, code, text)))
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const accepts = (request: IncomingMessage, ...types: readonly string[]): boolean => {
  const accept = header(request, 'accept') ?? ''
  return accept.includes('*/*') || types.every(type => accept.includes(type))
}

const TICK = 5_000

/** Rejects where the address cannot be listened on. */
export const listenHttp = async <Who>(options: HttpServerOptions<Who>): Promise<HttpServer> => {
  const { now, limit } = options
  const live = new Map<string, Live<Who>>()
  const replies = new Set<HttpReply>()

  const end = (id: string, reason: string): void => {
    const found = live.get(id)
    if (found === undefined) return
    live.delete(id)
    found.session.end()
    found.events.closed(reason)
  }
  const find = (request: IncomingMessage, who: Who, response: ServerResponse): Live<Who> | null => {
    const id = header(request, 'mcp-session-id')
    if (id === null) {
      fail(response, 400, CODES.unavailable, 'the header `mcp-session-id` is missing')
      return null
    }
    const found = live.get(id)
    // Whoever did not begin it learns no more than that of a session that never was.
    if (found !== undefined && options.isSame(found.who, who)) return found
    fail(response, 404, -32001, 'there is no such session')
    return null
  }
  const versionOf = (request: IncomingMessage, response: ServerResponse): string | null => {
    const version = header(request, 'mcp-protocol-version') ?? '2025-03-26'
    if (LEGACY_VERSIONS.includes(version)) return version
    fail(
      response,
      400,
      CODES.unavailable,
      `this protocol version is not spoken here; spoken are ${LEGACY_VERSIONS.join(', ')}`,
    )
    return null
  }
  const begin = (who: Who): Live<Who> => {
    const session = createHttpSession({ id: options.newId(), now, kept: options.kept })
    const events = options.connect(session.link, who, session.id)
    session.bind(events)
    const begun = { session, who, events }
    live.set(session.id, begun)
    return begun
  }
  const initialVersion = ({ message }: Message): string => {
    const params = message.params
    const asked =
      typeof params === 'object' && params !== null && 'protocolVersion' in params ? params.protocolVersion : null
    return typeof asked === 'string' && LEGACY_VERSIONS.includes(asked) ? asked : (LEGACY_VERSIONS[0] ?? '')
  }
  const postModern = (request: IncomingMessage, response: ServerResponse, who: Who, message: Message): void => {
    const read = readModern(name => header(request, name), message)
    if ('code' in read) {
      if (response.headersSent) return
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(JSON.stringify(errorMessage(read.id, read.code, read.text, read.data)))
      return
    }
    // This version has none that a client would send over HTTP: giving up is closing the response.
    if (read.kind === 'notification') {
      response.writeHead(202).end()
      return
    }
    const reply = createHttpReply(response, now())
    replies.add(reply)
    response.once('close', () => replies.delete(reply))
    reply.carry(options.carry(read.message, read.envelope, request, who, reply))
  }
  const postMessage = (request: IncomingMessage, response: ServerResponse, who: Who, message: Message): void => {
    const isInitial = message.kind === 'request' && message.message.method === 'initialize'
    if (isInitial && header(request, 'mcp-session-id') === null) {
      if (live.size >= options.sessions) {
        fail(response, 503, CODES.unavailable, 'more sessions are open than this gateway takes', message.message.id)
        return
      }
      const { session } = begin(who)
      options.heard(session.id, request, who)
      session.post(message, initialVersion(message), response)
      return
    }
    const found = find(request, who, response)
    const version = found === null ? null : versionOf(request, response)
    if (found === null || version === null) return
    if (message.kind === 'request' && found.session.isOpen(message.message.id)) {
      fail(response, 400, CODES.invalid, 'a request with this id has no answer yet', message.message.id)
      return
    }
    options.heard(found.session.id, request, who)
    found.session.post(message, version, response)
  }
  const post = async (request: IncomingMessage, response: ServerResponse, who: Who): Promise<void> => {
    if (!accepts(request, 'application/json', 'text/event-stream')) {
      return fail(response, 406, CODES.unavailable, 'a client accepts both `application/json` and `text/event-stream`')
    }
    if (!/^application\/json\s*(;|$)/i.test(header(request, 'content-type') ?? ''))
      return fail(response, 415, CODES.unavailable, 'a message is `application/json`')
    await live.get(header(request, 'mcp-session-id') ?? '')?.session.passable()
    const text = await readBody(request, limit)
    if (text === null) return fail(response, 413, CODES.invalid, `the message is larger than ${limit} bytes`)
    const value = parsed(text)
    if (value === undefined) return fail(response, 400, CODES.parse, 'the message is not JSON')
    const message = classify(value)
    if (message === null) return fail(response, 400, CODES.invalid, 'the body is not one JSON-RPC message', idOf(value))
    if (claimsModern(value) || namesModern(header(request, 'mcp-protocol-version')))
      postModern(request, response, who, message)
    else postMessage(request, response, who, message)
  }
  const get = (request: IncomingMessage, response: ServerResponse, who: Who): void => {
    if (!accepts(request, 'text/event-stream')) {
      fail(response, 406, CODES.unavailable, 'a stream is `text/event-stream`')
      return
    }
    const found = find(request, who, response)
    const version = found === null ? null : versionOf(request, response)
    if (found === null || version === null) return
    const opened = found.session.get(header(request, 'last-event-id'), version, response)
    if (opened === 'taken') fail(response, 409, CODES.unavailable, 'the session has a stream already')
    if (opened === 'unknown') fail(response, 400, CODES.unavailable, 'the event is not kept any more')
  }
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refused = refusedHost(request, options.rules)
    if (refused !== null) return fail(response, 403, CODES.unavailable, refused)
    if ((request.url ?? '').split('?')[0] !== options.path)
      return fail(response, 404, CODES.unavailable, 'nothing is here')
    const who = await options.authenticate(request)
    if (who === null) {
      const challenge = { 'www-authenticate': 'Bearer realm="ambit gateway"' }
      return fail(response, 401, CODES.unavailable, 'a token of this gateway is needed', null, challenge)
    }
    if (request.method === 'POST') return post(request, response, who)
    if (request.method === 'GET') return get(request, response, who)
    if (request.method !== 'DELETE')
      return fail(response, 405, CODES.unavailable, 'a client sends GET, POST or DELETE', null, {
        allow: 'GET, POST, DELETE',
      })
    const found = find(request, who, response)
    if (found === null) return
    end(found.session.id, 'the client ended the session')
    response.writeHead(200).end()
  }
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', () => undefined)
    handle(request, response).catch(() => fail(response, 400, CODES.invalid, 'the request broke off'))
  }
  const server: Server = options.tls === null ? createServer(listener) : createTlsServer({ ...options.tls }, listener)
  server.requestTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  const timer = setInterval(() => {
    for (const reply of replies) reply.tick(now())
    for (const [id, { session }] of live) {
      const since = session.idleSince()
      if (since !== null && now() - since > options.idle) end(id, 'the session was idle')
      else session.tick()
    }
  }, TICK)
  timer.unref()
  const bound = server.address()
  return {
    address: { host: options.host, port: typeof bound === 'object' && bound !== null ? bound.port : options.port },
    sessions: () => live.size,
    close: async () => {
      clearInterval(timer)
      for (const id of [...live.keys()]) end(id, 'the gateway ends')
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}
