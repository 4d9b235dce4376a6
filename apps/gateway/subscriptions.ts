/** What one modern client listens to (`subscriptions/listen`) × what is told of changes → the streams that it travels on. */
import { META, metaOf, withMeta } from '../../io/mcp/eras.ts'
import { isJson, type Json, type MessageId, notification, own } from '../../io/mcp/message.ts'
import type { Carried, Reply } from '../../io/mcp/reply.ts'

export interface Subscriptions {
  /** Null: it does not say what it wants to hear, or there are too many already. */
  open(id: MessageId, params: unknown, capabilities: unknown, reply: Reply): Carried | null
  told(message: Json): void
  count(): number
  end(): void
}

const STREAMS = 100
const URIS = 1_000

const LISTS = { toolsListChanged: 'tools', promptsListChanged: 'prompts', resourcesListChanged: 'resources' } as const
const METHODS = {
  'notifications/tools/list_changed': 'toolsListChanged',
  'notifications/prompts/list_changed': 'promptsListChanged',
  'notifications/resources/list_changed': 'resourcesListChanged',
} as const

interface Stream {
  readonly id: MessageId
  readonly honored: Json
  readonly uris: readonly string[]
  readonly reply: Reply
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** The part of what is asked for that the servers can tell. */
const honoredOf = (filter: Json, capabilities: unknown): Json => {
  const lists = Object.entries(LISTS).filter(
    ([name, list]) => own(filter, name) === true && own(own(capabilities, list), 'listChanged') === true,
  )
  const asked = own(filter, 'resourceSubscriptions')
  const uris = Array.isArray(asked) ? asked.filter(isText).slice(0, URIS) : []
  const isAble = uris.length > 0 && own(own(capabilities, 'resources'), 'subscribe') === true
  return {
    ...Object.fromEntries(lists.map(([name]) => [name, true])),
    ...(isAble ? { resourceSubscriptions: uris } : {}),
  }
}

const hears = ({ honored, uris }: Stream, message: Json): boolean => {
  if (message.method === 'notifications/resources/updated') return uris.includes(String(own(message.params, 'uri')))
  const list = Object.entries(METHODS).find(([method]) => method === message.method)?.[1]
  return list !== undefined && own(honored, list) === true
}

/** `watch`: asks the servers for changes of a resource, or not any more. */
export const createSubscriptions = (watch: (uri: string, isWatched: boolean) => void): Subscriptions => {
  const streams = new Set<Stream>()
  const watched = new Map<string, number>()

  const count = (uri: string, by: number): void => {
    const [before, after] = [watched.get(uri) ?? 0, (watched.get(uri) ?? 0) + by]
    if (after > 0) watched.set(uri, after)
    else watched.delete(uri)
    if (before === 0 || after === 0) watch(uri, after > 0)
  }
  const send = ({ id, reply }: Stream, message: Json): void => {
    const meta = metaOf(message)
    reply.send(withMeta(message, { ...(isJson(meta) ? meta : {}), [META.subscription]: id }))
  }
  const close = (stream: Stream): void => {
    if (!streams.delete(stream)) return
    for (const uri of stream.uris) count(uri, -1)
  }
  const end = (stream: Stream): void => {
    close(stream)
    const { id, reply } = stream
    reply.send({ jsonrpc: '2.0', id, result: { resultType: 'complete', _meta: { [META.subscription]: id } } })
  }
  return {
    open: (id, params, capabilities, reply) => {
      const filter = own(params, 'notifications')
      if (!isJson(filter) || streams.size >= STREAMS) return null
      const honored = honoredOf(filter, capabilities)
      const uris = own(honored, 'resourceSubscriptions')
      const stream = { id, honored, uris: Array.isArray(uris) ? [...new Set(uris.filter(isText))] : [], reply }
      streams.add(stream)
      send(stream, notification('notifications/subscriptions/acknowledged', { notifications: honored }))
      for (const uri of stream.uris) count(uri, 1)
      // Nothing will ever be told on it.
      if (Object.keys(honored).length === 0) end(stream)
      return { gone: () => close(stream), ready: () => undefined }
    },
    told: message => {
      for (const stream of streams) if (hears(stream, message)) send(stream, message)
    },
    count: () => streams.size,
    end: () => {
      for (const stream of [...streams]) end(stream)
    },
  }
}
