/**
 * What a modern server tells of its changes, on one stream that is opened for it and opened again when it breaks → notifications as
 * servers of sessions send them.
 */
import { META, metaOf, withMeta } from './eras.ts'
import type { RequestMessage, ResponseMessage } from './message.ts'
import { CODES, isJson, type MessageId, type NotificationMessage, notification, own } from './message.ts'

export interface ServerChanges {
  /** The session has begun: listens to what the server can tell. */
  open(capabilities: unknown): void
  watch(uri: string, isWatched: boolean): void
  /** False: it has nothing to do with the stream. */
  notified(message: NotificationMessage): boolean
  received(response: ResponseMessage): boolean
  lost(id: MessageId | null): boolean
  close(): void
}

const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 30_000
const WATCHED = 10_000

const LISTS = {
  tools: ['toolsListChanged', 'notifications/tools/list_changed'],
  prompts: ['promptsListChanged', 'notifications/prompts/list_changed'],
  resources: ['resourcesListChanged', 'notifications/resources/list_changed'],
} as const

const listsOf = (capabilities: unknown) =>
  (['tools', 'prompts', 'resources'] as const)
    .filter(name => own(own(capabilities, name), 'listChanged') === true)
    .map(name => LISTS[name])

export const createServerChanges = (
  send: (message: RequestMessage | NotificationMessage) => void,
  hear: (message: NotificationMessage) => void,
): ServerChanges => {
  const watched = new Set<string>()
  let capabilities: unknown = null
  let count = 0
  let current: string | null = null
  /** Goes on until the new one is acknowledged, so that nothing is missed between them. */
  let previous: string | null = null
  let pause = FIRST_PAUSE
  let timer: NodeJS.Timeout | null = null
  let wasLost = false
  let isOver = false

  const stop = (id: string | null): void => {
    if (id !== null) send(notification('notifications/cancelled', { requestId: id }))
  }
  const listen = (): void => {
    timer = null
    const filter = Object.fromEntries(listsOf(capabilities).map(([name]) => [name, true]))
    const notifications = { ...filter, ...(watched.size === 0 ? {} : { resourceSubscriptions: [...watched] }) }
    if (isOver || (Object.keys(notifications).length === 0 && current === null)) return
    if (previous === null) previous = current
    else stop(current)
    current = `listen.${++count}`
    send({ jsonrpc: '2.0', id: current, method: 'subscriptions/listen', params: { notifications } })
  }
  const ended = (id: string): void => {
    if (id === previous) previous = null
    if (id !== current) return
    current = null
    wasLost = true
    timer = setTimeout(listen, pause)
    timer.unref()
    pause = Math.min(2 * pause, LONGEST_PAUSE)
  }
  const isOurs = (id: unknown): id is string => typeof id === 'string' && /^listen\.\d+$/.test(id)
  const acknowledged = (id: unknown): void => {
    if (id !== current) return
    stop(previous)
    previous = null
    pause = FIRST_PAUSE
    // What changed while nobody listened was missed.
    if (wasLost) for (const [, method] of listsOf(capabilities)) hear(notification(method))
    wasLost = false
  }
  return {
    open: given => {
      capabilities = given
      listen()
    },
    watch: (uri, isWatched) => {
      const before = watched.size
      if (!isWatched) watched.delete(uri)
      else if (watched.size < WATCHED) watched.add(uri)
      if (watched.size !== before && timer === null) timer = setTimeout(listen, 0)
    },
    notified: message => {
      const params = own(message, 'params')
      if (message.method === 'notifications/cancelled') {
        const id = own(params, 'requestId')
        if (isOurs(id)) ended(id)
        return true
      }
      const meta = metaOf(message)
      const id = own(meta, META.subscription)
      if (message.method === 'notifications/subscriptions/acknowledged') {
        acknowledged(id)
        return true
      }
      if (!isJson(meta) || id === undefined) return false
      // Of a stream that another one has replaced: it may tell the same twice, which changes nothing.
      const { [META.subscription]: _, ...rest } = meta
      if (isOurs(id)) hear(withMeta<NotificationMessage>(message, rest))
      return true
    },
    received: response => {
      if (!isOurs(response.id)) return false
      const code = own(own(response, 'error'), 'code')
      if (code === CODES.method && response.id === current) {
        isOver = true
        current = null
      } else ended(response.id)
      return true
    },
    lost: id => {
      if (!isOurs(id)) return false
      ended(id)
      return true
    },
    close: () => {
      isOver = true
      if (timer !== null) clearTimeout(timer)
    },
  }
}
