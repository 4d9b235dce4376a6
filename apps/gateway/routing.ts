/** A client's message → the server that it is for. One server gets everything; of several each gets what is its own. */
import { own, type RequestMessage } from '../../io/mcp/message.ts'
import type { Upstream } from './upstream.ts'

/** Entries that are known to be a server's: what it listed, and tasks that it began. */
const REMEMBERED = 10_000

export interface Named {
  readonly upstream: Upstream
  /** As the server calls it. */
  readonly name: string
}

export interface Routing {
  /** The server that has this tool or prompt; null: none, or more than one. */
  named(name: string): Named | null
  /** A name that more than one server claims is nobody's. */
  ambiguous(names: ReadonlySet<unknown>): void
  owns(upstream: Upstream, kind: 'uri' | 'task', key: unknown): void
  /** The servers that a request may be for, the likeliest first; one that answers with an error passes it on. */
  candidates(message: RequestMessage): readonly Upstream[]
}

const ABILITY: Readonly<Record<string, string>> = {
  'resources/read': 'resources',
  'resources/subscribe': 'resources',
  'resources/unsubscribe': 'resources',
  'completion/complete': 'completions',
  'tasks/get': 'tasks',
  'tasks/result': 'tasks',
  'tasks/cancel': 'tasks',
}

export const createRouting = (upstreams: readonly Upstream[]): Routing => {
  const owners = new Map<string, Upstream>()
  let contested: ReadonlySet<unknown> = new Set()
  const keyOf = (kind: 'uri' | 'task', key: unknown): string => JSON.stringify([kind, key])
  const can = (upstream: Upstream, ability: string | undefined): boolean =>
    ability === undefined || own(own(upstream.hello(), 'capabilities'), ability) !== undefined

  const ownerOf = ({ params }: RequestMessage): Upstream | undefined => {
    const task = own(params, 'taskId')
    if (task !== undefined) return owners.get(keyOf('task', task))
    const uri = own(params, 'uri') ?? own(own(params, 'ref'), 'uri')
    if (uri !== undefined) return owners.get(keyOf('uri', uri))
    const prompt = own(own(params, 'ref'), 'name')
    return typeof prompt === 'string' ? named(prompt)?.upstream : undefined
  }
  const named = (name: string): Named | null => {
    if (contested.has(name)) return null
    // The longest prefix wins: `a_b_` before `a_`.
    const fitting = upstreams
      .filter(({ spec }) => name.startsWith(spec.prefix))
      .sort((a, b) => b.spec.prefix.length - a.spec.prefix.length)
    const [first, second] = fitting
    if (first === undefined || first.spec.prefix === second?.spec.prefix) return null
    return { upstream: first, name: name.slice(first.spec.prefix.length) }
  }
  return {
    named,
    ambiguous: names => {
      contested = names
    },
    owns: (upstream, kind, key) => {
      const [oldest] = owners.keys()
      if (owners.size >= REMEMBERED && oldest !== undefined) owners.delete(oldest)
      owners.set(keyOf(kind, key), upstream)
    },
    candidates: message => {
      if (upstreams.length === 1) return upstreams
      const owner = ownerOf(message)
      if (owner !== undefined) return [owner]
      // Work that one server began is no other's; a method that nobody here knows is no one's.
      if (own(message.params, 'taskId') !== undefined) return []
      const ability = ABILITY[message.method]
      return ability === undefined ? [] : upstreams.filter(upstream => can(upstream, ability))
    },
  }
}
