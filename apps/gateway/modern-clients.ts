/**
 * Requests of the modern era over HTTP, each by itself → the conversation that it belongs to: that of the task which a party that may
 * names, else the one of its caller that has no task. INVARIANT: a conversation is one caller's: servers that one token speaks with are
 * not spoken with by another.
 */
import { digest } from '../../core/model/digest.ts'
import type { Envelope } from '../../io/mcp/eras.ts'
import type { LinkEvents } from '../../io/mcp/link.ts'
import type { Client, SaidSession } from './clients.ts'
import type { Conversations } from './conversations.ts'
import { createModernClient, type ModernClient } from './modern-client.ts'

export interface Found {
  readonly client: ModernClient
  /** Of its conversation. */
  readonly id: string
}

export interface ModernClients {
  /** Null: more are open than this gateway takes. */
  of(client: Client, session: SaidSession | null, envelope: Envelope): Found | null
  end(): void
}

export interface ModernClientsOptions {
  readonly conversations: Conversations
  /** Conversations of all kinds together. */
  readonly limit: number
  /** Milliseconds until one that nobody uses ends. */
  readonly idle: number
  /** Milliseconds until a client that was asked something has to be back. */
  readonly away: number
  readonly now: () => number
  readonly newId: () => string
  readonly assertsRequest: (client: Client) => boolean
}

interface Live extends Found {
  readonly events: LinkEvents
  used: number
}

const TICK = 5_000

export const createModernClients = (options: ModernClientsOptions): ModernClients => {
  const { conversations, limit, idle, now, newId } = options
  const live = new Map<string, Live>()

  const end = (key: string, reason: string): void => {
    const found = live.get(key)
    if (found === undefined) return
    live.delete(key)
    found.client.end()
    found.events.closed(reason)
  }
  const timer = setInterval(() => {
    for (const [key, entry] of live) {
      if (!entry.client.isIdle()) entry.used = now()
      else if (now() - entry.used > idle) end(key, 'it was idle')
    }
  }, TICK)
  timer.unref()
  return {
    of: (caller, session, { capabilities }) => {
      // Without a task, clients that can do the same are one to the servers: they are asked for no more than each of them can.
      const kind = session === null ? digest(capabilities) : null
      const key = JSON.stringify([caller.subject, caller.workload, session?.name ?? null, kind])
      const found = live.get(key)
      if (found !== undefined) {
        found.used = now()
        return found
      }
      if (conversations.count() >= limit) return null
      const [id, client] = [newId(), createModernClient(newId, options.away)]
      const assertsRequest = options.assertsRequest(caller)
      const events = conversations.begin(id, client.link, { client: caller, era: 'modern', session, assertsRequest })
      client.bind(events)
      const begun = { id, client, events, used: now() }
      live.set(key, begun)
      return begun
    },
    end: () => {
      clearInterval(timer)
      for (const key of [...live.keys()]) end(key, 'the gateway ends')
    },
  }
}
