/**
 * One server behind one client: requests go out under ids of our own and come back to whoever asked. A server that ends is begun
 * again with growing pauses; whatever waited for it is answered with an error, so that nothing hangs.
 */

import type { Log } from '../../io/enforce/log.ts'
import type { Era } from '../../io/mcp/eras.ts'
import { legacyServer } from '../../io/mcp/legacy-server.ts'
import type { Link, LinkEvents } from '../../io/mcp/link.ts'
import {
  CODES,
  errorMessage,
  type Json,
  type MessageId,
  type NotificationMessage,
  notification,
  own,
  type RequestMessage,
  type ResponseMessage,
} from '../../io/mcp/message.ts'
import { modernServer } from '../../io/mcp/modern-server.ts'

export interface ServerSpec {
  readonly name: string
  /** Before the names of its tools and prompts, as clients see them. */
  readonly prefix: string
  /** The name that evidence has for it; empty: evidence has none; null: what it calls itself. */
  readonly server: string | null
  readonly connect: (events: LinkEvents, era: Era) => Link
  /** Eras in which it would not speak, as all its clients found out; it is not asked in them again. */
  readonly refuses: Set<Era>
}

export interface UpstreamEvents {
  /** `about`: our request that the server's message belongs to, `key`: what the server calls it; where that is known. */
  request(upstream: Upstream, message: RequestMessage, about: MessageId | null, key: string | null): void
  notification(upstream: Upstream, message: NotificationMessage, about: MessageId | null): void
  /** It was begun again after it had ended. */
  restarted(upstream: Upstream): void
  ready(isReady: boolean): void
}

export type Answered = (response: ResponseMessage) => void

export interface Upstream {
  readonly spec: ServerSpec
  /** Begins the session; the answer is the server's own. Later sessions begin with the same. */
  start(params: unknown, answered: Answered): void
  /** The client has said that it is initialized. */
  initialized(message: NotificationMessage): void
  /** `null` where it is not running: then it was answered already. */
  request(message: Json, answered: Answered): number | null
  /** No answer is expected any more. */
  forget(id: number): void
  send(message: Json): void
  pause(): void
  resume(): void
  serverName(): string | null
  /** What the server answered to `initialize`; null while it has not. */
  hello(): unknown
  /** Requests that wait for an answer. */
  waiting(): number
  close(): Promise<void>
}

/** Milliseconds for a server to start and answer in the modern era, which old ones may not answer at all. */
const PATIENCE = 20_000
const FIRST_PAUSE = 200
const LONGEST_PAUSE = 30_000
/** A server that ran this long gets the shortest pause again. */
const STABLE = 60_000

export interface UpstreamOptions {
  readonly spec: ServerSpec
  readonly events: UpstreamEvents
  readonly log: Log
  readonly now: () => number
  /** Of the client: the server is first asked in the same, so that nothing need be translated. */
  readonly era: Era
  /** Also where it never answered: other servers go on without it. */
  readonly retryStart: boolean
}

export const createUpstream = ({ spec, events, log, now, era: clientEra, retryStart }: UpstreamOptions): Upstream => {
  const pending = new Map<number, Answered>()
  let link: Link | null = null
  let next = 0
  let hello: unknown = null
  let params: unknown
  let initialized: NotificationMessage | null = null
  let pause = FIRST_PAUSE
  let startedAt = 0
  let retryAt: number | null = null
  let timer: NodeJS.Timeout | null = null
  let isClosed = false
  let isPaused = false

  const unavailable = (what: string): ResponseMessage =>
    errorMessage(null, CODES.unavailable, `the server \`${spec.name}\` behind the gateway ${what}`, {
      server: spec.name,
      retryAfterMs: retryAt === null ? null : Math.max(0, retryAt - now()),
    })
  const settle = (id: number, response: ResponseMessage): void => {
    const answered = pending.get(id)
    if (answered === undefined) return
    pending.delete(id)
    answered(response)
  }
  const failAll = (what: string): void => {
    const response = unavailable(what)
    for (const id of [...pending.keys()]) settle(id, response)
  }
  const ask = (message: Json, answered: Answered): number => {
    const id = ++next
    pending.set(id, answered)
    link?.send({ ...message, id })
    return id
  }
  const open = (era: Era): void => {
    let opened: Link | null = null
    const isCurrent = (): boolean => opened !== null && link === opened
    const heard: LinkEvents = {
      message: ({ kind, message }, about = null, key = null) => {
        if (!isCurrent()) return
        if (kind === 'request') events.request(upstream, message, about, key)
        else if (kind === 'notification') events.notification(upstream, message, about)
        else if (typeof message.id === 'number') settle(message.id, message)
      },
      refused: (reason, id) => {
        if (!isCurrent()) return
        log('warn', 'upstream-message-refused', { server: spec.name, reason })
        const what =
          reason === 'lost' ? 'did not answer' : 'answered what cannot be passed on: it is too large or no message'
        if (typeof id === 'number' && pending.has(id)) settle(id, unavailable(what))
        // Nobody can tell whose answer it was: better an error for all that wait than one that waits for ever.
        else if (id === null && reason === 'too-large') failAll(what)
      },
      ready: isReady => {
        if (isCurrent()) events.ready(isReady)
      },
      closed: reason => {
        if (!isCurrent() || isClosed) return
        link = null
        ended(reason)
      },
    }
    const connect = (raw: LinkEvents): Link => spec.connect(raw, era)
    opened = era === 'modern' ? modernServer(connect, heard, clientEra) : legacyServer(connect, heard)
    link = opened
    if (isPaused) opened.pause()
  }
  const ended = (reason: string): void => {
    log('warn', 'upstream-ended', { server: spec.name, reason, waiting: pending.size })
    events.ready(true)
    if (now() - startedAt > STABLE) pause = FIRST_PAUSE
    const again = hello !== null || retryStart
    retryAt = again ? now() + pause : null
    failAll(`is not running: ${reason}`)
    // Whoever heard of it may have asked in the other era meanwhile.
    if (again && link === null) later()
  }
  const later = (): void => {
    timer = setTimeout(restart, pause)
    pause = Math.min(pause * 2, LONGEST_PAUSE)
  }
  const askIn = (era: Era, answered: Answered): void => {
    open(era)
    let late: NodeJS.Timeout | null = null
    const id = ask({ jsonrpc: '2.0', method: 'initialize', params }, response => {
      if (late !== null) clearTimeout(late)
      answered(response)
    })
    if (era === 'modern' && !spec.refuses.has('legacy'))
      late = setTimeout(() => settle(id, unavailable('did not answer')), PATIENCE)
  }
  const begin = (answered: Answered): void => {
    startedAt = now()
    retryAt = null
    const other: Era = clientEra === 'modern' ? 'legacy' : 'modern'
    const [first = clientEra, second] = [clientEra, other].filter(era => !spec.refuses.has(era))
    const begun = (response: ResponseMessage): void => {
      const result = own(response, 'result')
      if (result !== undefined) hello = result
      else {
        spec.refuses.clear()
        // It names the versions that it speaks: it is there, and was only slow to start in its own era.
        if (own(own(response, 'error'), 'code') === CODES.version) spec.refuses.add('legacy')
        // What does not begin is not kept: whoever asks next begins it anew.
        const useless = link
        link = null
        useless?.close().catch(() => undefined)
        if (useless !== null && hello !== null && !isClosed) later()
      }
      answered(response)
    }
    askIn(first, response => {
      // A program that ended, or an address where nobody is, says nothing of its era; one that knows no other may end of being asked.
      const isGone = link === null && first === 'legacy'
      if (second === undefined || isClosed || isGone || own(response, 'result') !== undefined) return begun(response)
      const refusing = link
      link = null
      refusing?.close().catch(() => undefined)
      askIn(second, again => {
        const isBegun = own(again, 'result') !== undefined
        if (isBegun) spec.refuses.add(first)
        // What it said first is about its own era, unless it said nothing.
        const isSilent = own(own(response, 'error'), 'code') === CODES.unavailable
        begun(isBegun || isSilent ? again : response)
      })
    })
  }
  const restart = (): void => {
    timer = null
    if (isClosed) return
    begin(response => {
      if (own(response, 'result') === undefined) return
      log('info', 'upstream-restarted', { server: spec.name })
      link?.send(initialized ?? notification('notifications/initialized'))
      events.restarted(upstream)
    })
  }
  const upstream: Upstream = {
    spec,
    start: (given, answered) => {
      params = given
      if (timer !== null) clearTimeout(timer)
      if (link === null) begin(answered)
      else answered(errorMessage(null, CODES.invalid, 'the session has begun already'))
    },
    initialized: message => {
      initialized = message
      link?.send(message)
    },
    request: (message, answered) => {
      if (link !== null) return ask(message, answered)
      answered(unavailable('is not running'))
      return null
    },
    forget: id => void pending.delete(id),
    send: message => link?.send(message),
    pause: () => {
      isPaused = true
      link?.pause()
    },
    resume: () => {
      isPaused = false
      link?.resume()
    },
    serverName: () => {
      if (spec.server !== null) return spec.server === '' ? null : spec.server
      const name = own(own(hello, 'serverInfo'), 'name')
      return typeof name === 'string' && name !== '' ? name : null
    },
    hello: () => hello,
    waiting: () => pending.size,
    close: async () => {
      isClosed = true
      if (timer !== null) clearTimeout(timer)
      failAll('is being shut down')
      await link?.close()
      link = null
    },
  }
  return upstream
}

/** The answer to a request of the client, under the id that it gave. */
export const addressed = (response: ResponseMessage, id: MessageId): ResponseMessage => ({ ...response, id })
