/**
 * One client ↔ the servers behind the gateway, message by message. Ids are exchanged for ones of our own in both directions; what is
 * not decided here passes with every field that it came with.
 */
import type { Link, LinkEvents } from '../../io/mcp/link.ts'
import {
  CODES,
  errorMessage,
  isId,
  type Json,
  type MessageId,
  type NotificationMessage,
  notification,
  own,
  type RequestMessage,
  type ResponseMessage,
} from '../../io/mcp/message.ts'
import type { ParamHeader } from '../../io/mcp/param-headers.ts'
import type { Handling } from './around.ts'
import { createBackward } from './backward.ts'
import { createCalls } from './calls.ts'
import { type CatalogReader, createCatalogReader } from './catalog-reader.ts'
import { createLists } from './lists.ts'
import { createOpenRequests } from './open-requests.ts'
import { createRouting } from './routing.ts'
import type { Party, Site } from './site.ts'
import { startAll } from './start-servers.ts'
import { tell } from './told.ts'
import { assertedIn, feed, withoutOurMeta } from './tool-call.ts'
import { addressed, createUpstream, type Upstream } from './upstream.ts'

export interface Conversation {
  readonly events: LinkEvents
  /** What the party says that the user asked for, where it is one that may. */
  asserted(text: string): void
  /** The policy changed: what is shown may have too. */
  policiesChanged(): void
  /** What a call of this tool repeats in its headers. */
  paramHeaders(tool: string): readonly ParamHeader[]
  close(): Promise<void>
}

/** Requests of one client that may wait for their answers at once. */
const OPEN = 1_000

/** Their answers are read by the agent like a tool's. */
const READ: ReadonlySet<string> = new Set(['resources/read', 'prompts/get', 'tasks/result'])

const CALLS = /^\s*tools\/call\s*$/i

/** For whoever watches the client, not for the agent; servers repeat in them what they were sent. */
const OPERATIONAL: ReadonlySet<string> = new Set(['notifications/message', 'notifications/progress'])

export const createConversation = (site: Site, party: Party, client: Link): Conversation => {
  const { enforcer, log } = site
  const open = createOpenRequests()
  const readers = new Map<Upstream, CatalogReader>()
  let isClosed = false
  let isGreeted = false
  let hello: unknown = null

  const answer = (id: MessageId, response: ResponseMessage): void => {
    const entry = open.take(id)
    if (entry !== null && !isClosed) client.send(addressed(response, entry.id), entry.id)
  }
  const toClient: Link['send'] = (message, about = null, key = null) =>
    client.send(message, about === null ? null : open.theirs(about), key)
  const backward = createBackward(toClient, open.only, () => site.newId())
  const upstreams = site.servers.map(spec =>
    createUpstream({
      spec,
      log,
      now: site.now,
      era: party.era,
      retryStart: site.servers.length > 1,
      events: {
        request: (upstream, message, about, key) => {
          backward.request(upstream, message, open.sentTo(upstream, about), key)
          told(message)
        },
        notification: (upstream, message, about) => {
          if (message.method === 'notifications/tools/list_changed') readers.get(upstream)?.refresh()
          backward.notification(upstream, message, about === null ? null : open.sentTo(upstream, about))
          if (!OPERATIONAL.has(message.method)) told(message)
        },
        restarted: upstream => {
          backward.forget(upstream)
          readers.get(upstream)?.refresh()
          client.send(notification('notifications/tools/list_changed'))
        },
        // Whoever cannot write to a server reads no more from the client.
        ready: isReady => (isReady ? client.resume() : client.pause()),
      },
    }),
  )
  const routing = createRouting(upstreams)
  for (const upstream of upstreams)
    readers.set(
      upstream,
      createCatalogReader(upstream, () => calls.catalogChanged()),
    )

  const told = (message: Json): void => {
    if (!isClosed) tell(enforcer, party, message)
  }
  const answerRead = (id: MessageId, response: ResponseMessage, { change, read }: Handling): void => {
    const changed = change === undefined ? response : change(response)
    try {
      answer(id, changed)
    } finally {
      if (read === undefined) told(changed)
      else read(response)
    }
  }
  /** Sends a request on and answers it with what comes back. */
  const forward = (upstream: Upstream, { id }: RequestMessage, message: Json, handling: Handling = {}): void => {
    const sent = upstream.request(message, response => answerRead(id, response, handling))
    if (sent === null) return
    open.sent(id, upstream, sent)
    open.onCancel(id, () => {
      upstream.forget(sent)
      upstream.send(notification('notifications/cancelled', { requestId: sent, reason: 'the client cancelled it' }))
    })
  }
  const readsOnly = (response: ResponseMessage): void => feed(enforcer, party, { action: '', values: [] }, response)
  const around = {
    site,
    party,
    toClient,
    upstreams,
    readers,
    routing,
    backward,
    answer,
    told,
    forward,
    isOpen: open.has,
    onCancel: open.onCancel,
    hello: () => hello,
  }
  const calls = createCalls(around)
  const lists = createLists(around)

  const tryEach = (
    message: RequestMessage,
    [first, ...rest]: readonly Upstream[],
    failed: ResponseMessage | null,
  ): void => {
    if (first === undefined) {
      answer(
        message.id,
        failed ??
          errorMessage(
            null,
            CODES.method,
            `no server behind the gateway knows \`${message.method.slice(0, 100)}\` of this`,
          ),
      )
      return
    }
    const sent = first.request(message, response => {
      if (rest.length > 0 && own(response, 'error') !== undefined && open.has(message.id))
        return tryEach(message, rest, response)
      answerRead(message.id, response, READ.has(message.method) ? { read: readsOnly } : {})
    })
    if (sent === null) return
    open.sent(message.id, first, sent)
    open.onCancel(message.id, () => {
      first.forget(sent)
      first.send(notification('notifications/cancelled', { requestId: sent }))
    })
  }
  const request = (received: RequestMessage): void => {
    const theirs = received.id
    const token = own(own(own(received, 'params'), '_meta'), 'progressToken')
    if (open.count() >= OPEN) {
      client.send(errorMessage(theirs, CODES.unavailable, `${OPEN} requests wait for their answers already`), theirs)
      return
    }
    const id = open.begin(theirs, token)
    if (id === null) {
      client.send(errorMessage(theirs, CODES.invalid, 'a request with this id has no answer yet'), theirs)
      return
    }
    const message = { ...withoutOurMeta(received), id }
    const { method } = message
    const asserted = party.assertsRequest ? assertedIn(received) : null
    if (asserted !== null) enforcer.saw(party.workload, party.session, { kind: 'request', text: asserted })
    if (method === 'initialize') {
      // What it said when it began stays: a second `initialize` is refused.
      if (!isGreeted) hello = own(message, 'params')
      startAll({
        ...around,
        message,
        greeted: () => {
          isGreeted = true
        },
      })
      return
    }
    if (method === 'ping' && (!isGreeted || upstreams.length > 1)) {
      answer(id, { jsonrpc: '2.0', id, result: {} })
      return
    }
    if (!isGreeted) {
      answer(id, errorMessage(id, CODES.invalid, 'the session begins with `initialize`'))
      return
    }
    if (method === 'tools/call') return void calls.call(message)
    if (lists.handles(method)) {
      lists.list(message)
      return
    }
    if (upstreams.length > 1 && method === 'logging/setLevel') {
      lists.everywhere(message)
      return
    }
    if (upstreams.length > 1 && method === 'prompts/get') {
      lists.byName(message, readsOnly)
      return
    }
    tryEach(message, routing.candidates(message), null)
  }
  const cancelled = (message: NotificationMessage): void => {
    const theirs = own(own(message, 'params'), 'requestId')
    const entry = isId(theirs) ? open.takeTheirs(theirs) : null
    if (entry === null) return
    // A cancelled request gets no answer.
    entry.cancel()
    client.abandon?.(entry.id)
  }
  const heard = (message: NotificationMessage): void => {
    if (message.method === 'notifications/cancelled') {
      cancelled(message)
      return
    }
    if (message.method === 'notifications/progress') {
      backward.progress(message)
      return
    }
    // INVARIANT: what a server could take for a call is decided, or goes nowhere: not every server looks for the id.
    if (CALLS.test(message.method)) {
      log('warn', 'client-message-refused', { session: party.session, reason: 'a call that waits for no answer' })
      return
    }
    if (message.method !== 'notifications/initialized') {
      for (const upstream of upstreams) upstream.send(message)
      return
    }
    for (const upstream of upstreams) {
      upstream.initialized(message)
      if (upstream.hello() !== null) readers.get(upstream)?.refresh()
    }
  }
  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    open.cancelAll()
    if (party.session !== null) enforcer.close(party.workload, party.session)
    await Promise.all(upstreams.map(upstream => upstream.close()))
  }
  return {
    events: {
      message: ({ kind, message }) => {
        if (isClosed) return
        if (kind === 'request') request(message)
        else if (kind === 'notification') heard(message)
        else backward.answered(message)
      },
      refused: (reason, id) => {
        log('warn', 'client-message-refused', { session: party.session, reason })
        const text =
          reason === 'too-large' ? 'the message is larger than this gateway passes on' : 'this is no JSON-RPC message'
        client.send(errorMessage(id, reason === 'too-large' ? CODES.invalid : CODES.parse, text), id)
      },
      ready: isReady => {
        for (const upstream of upstreams) isReady ? upstream.resume() : upstream.pause()
      },
      closed: reason => {
        log('info', 'session-ended', { session: party.session, workload: party.workload, reason })
        close().catch((error: unknown) => log('error', 'session-not-closed', { reason: String(error) }))
      },
    },
    paramHeaders: tool => {
      const found = routing.named(tool)
      return found === null ? [] : (readers.get(found.upstream)?.paramHeaders(found.name) ?? [])
    },
    asserted: text => enforcer.saw(party.workload, party.session, { kind: 'request', text }),
    policiesChanged: () => {
      calls.catalogChanged()
      if (isGreeted && !isClosed) client.send(notification('notifications/tools/list_changed'))
    },
    close,
  }
}
