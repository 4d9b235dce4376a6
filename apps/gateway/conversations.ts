/** The conversations of one gateway: begun for a client of either era, told of policies that change, closed with it. */
import type { Era } from '../../io/mcp/eras.ts'
import type { Link, LinkEvents } from '../../io/mcp/link.ts'
import type { Client, SaidSession } from './clients.ts'
import { type Conversation, createConversation } from './conversation.ts'
import type { Site } from './site.ts'

/** Whose conversation it is, and of which task. */
export interface Beginning {
  readonly client: Client
  readonly era: Era
  /** Null: nobody who may says which task it is. */
  readonly session: SaidSession | null
  readonly assertsRequest: boolean
}

export interface Conversations {
  /** `id`: unique here. */
  begin(id: string, link: Link, beginning: Beginning): LinkEvents
  find(id: string): Conversation | undefined
  policiesChanged(workloads: readonly string[]): void
  count(): number
  close(): Promise<void>
}

const SEES = { request: false, results: true, calls: true } as const

export const createConversations = (site: Site): Conversations => {
  const open = new Map<string, { readonly conversation: Conversation; readonly workload: string }>()
  /** Workloads whose loss has been told. */
  const told = new Set<string>()

  const openSession = (workload: string, session: SaidSession | null): void => {
    const { enforcer, log } = site
    // A name alone does not say that nothing was read before: what nobody opened is unknown.
    const isKnown = session?.begins === true && enforcer.open(workload, session.name, SEES, true)
    if (isKnown || (session === null && told.has(workload))) return
    if (session === null) told.add(workload)
    log('warn', 'context-unknown', {
      workload,
      session: session?.name ?? null,
      help: 'permissions that depend on what a session has shown are for a person: see `session` in the configuration',
    })
  }
  return {
    begin: (id, link, { client, era, session, assertsRequest }) => {
      const { workload, subject } = client
      openSession(workload, session)
      const party = { workload, session: session?.name ?? null, era, subject, assertsRequest }
      const conversation = createConversation(site, party, link)
      open.set(id, { conversation, workload })
      return {
        ...conversation.events,
        closed: reason => {
          open.delete(id)
          conversation.events.closed(reason)
        },
      }
    },
    find: id => open.get(id)?.conversation,
    policiesChanged: workloads => {
      for (const { conversation, workload } of open.values())
        if (workloads.includes(workload)) conversation.policiesChanged()
    },
    count: () => open.size,
    close: async () => {
      await Promise.all([...open.values()].map(({ conversation }) => conversation.close()))
    },
  }
}
