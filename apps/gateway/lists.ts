/** Lists: of one server page by page as it gives them, of several as one; tools as the policy lets them be seen. */
import {
  CODES,
  errorMessage,
  isJson,
  own,
  type RequestMessage,
  type ResponseMessage,
  resultMessage,
} from '../../io/mcp/message.ts'
import type { Around } from './around.ts'
import { ambiguous, LISTS, prefixed } from './merge.ts'
import { shownTools } from './tools.ts'
import type { Upstream } from './upstream.ts'

const PAGES = 200

export interface Lists {
  handles(method: string): boolean
  list(message: RequestMessage): void
  /** One server's answer stands for all. */
  everywhere(message: RequestMessage): void
  /** To the server that the name's prefix says. */
  byName(message: RequestMessage, read: (response: ResponseMessage) => void): void
}

export const createLists = ({ site, party, upstreams, routing, answer, told, forward, isOpen }: Around): Lists => {
  const { enforcer } = site
  const isSingle = upstreams.length === 1

  const shown = (upstream: Upstream, listed: readonly unknown[]): readonly unknown[] =>
    shownTools(listed, upstream.serverName(), request => enforcer.preview(party.workload, null, request), site.shown)
  const onPage = (upstream: Upstream, response: ResponseMessage): ResponseMessage => {
    const result = own(response, 'result')
    const tools = own(result, 'tools')
    if (!isJson(result) || !Array.isArray(tools)) return response
    return { ...response, result: { ...result, tools: shown(upstream, tools) } }
  }
  /** Every entry of one server; empty where it has no such list. */
  const all = async (upstream: Upstream, message: RequestMessage, key: string): Promise<readonly unknown[]> => {
    const entries: unknown[] = []
    let cursor: unknown
    for (let page = 0; page < PAGES && isOpen(message.id); page++) {
      const params = { ...(isJson(message.params) ? message.params : {}), cursor }
      const response = await new Promise<ResponseMessage>(resolve => {
        upstream.request({ jsonrpc: '2.0', method: message.method, params }, resolve)
      })
      const result = own(response, 'result')
      const found = own(result, key)
      if (Array.isArray(found)) entries.push(...found)
      cursor = own(result, 'nextCursor')
      if (typeof cursor !== 'string') break
    }
    return entries
  }
  const remember = (upstream: Upstream, entries: readonly unknown[]): void => {
    for (const entry of entries) {
      const [uri, task] = [own(entry, 'uri'), own(entry, 'taskId')]
      if (uri !== undefined) routing.owns(upstream, 'uri', uri)
      if (task !== undefined) routing.owns(upstream, 'task', task)
    }
  }
  const merged = async (message: RequestMessage): Promise<void> => {
    const list = LISTS[message.method]
    if (list === undefined) return
    const able = upstreams.filter(upstream => own(own(upstream.hello(), 'capabilities'), list.ability) !== undefined)
    const parts = await Promise.all(
      able.map(async upstream => {
        const found = await all(upstream, message, list.key)
        remember(upstream, found)
        const visible = list.key === 'tools' ? shown(upstream, found) : found
        return list.named ? prefixed(upstream.spec.prefix, visible) : visible
      }),
    )
    const entries = parts.flat()
    const twice = list.named ? ambiguous(entries) : new Set()
    if (list.key === 'tools') {
      routing.ambiguous(twice)
      if (twice.size > 0)
        site.log('warn', 'tool-names-collide', { names: [...twice], help: 'give the servers prefixes' })
    }
    const result = { [list.key]: entries.filter(entry => !list.named || !twice.has(own(entry, 'name'))) }
    const answered = resultMessage(message.id, result)
    answer(message.id, answered)
    told(answered)
  }
  return {
    handles: method => (isSingle ? method === 'tools/list' : LISTS[method] !== undefined),
    list: message => {
      const [only] = upstreams
      if (isSingle && only !== undefined)
        return forward(only, message, message, { change: response => onPage(only, response) })
      merged(message).catch(() =>
        answer(message.id, errorMessage(message.id, CODES.internal, 'the list cannot be read')),
      )
    },
    everywhere: message => {
      const able = upstreams.filter(upstream => own(own(upstream.hello(), 'capabilities'), 'logging') !== undefined)
      for (const upstream of able) upstream.request(message, () => undefined)
      answer(message.id, resultMessage(message.id, {}))
    },
    byName: (message, read) => {
      const name = own(message.params, 'name')
      const found = typeof name === 'string' ? routing.named(name) : null
      if (found === null || !isJson(message.params))
        return answer(
          message.id,
          errorMessage(message.id, CODES.params, 'no server behind the gateway has this prompt'),
        )
      const renamed = { ...message, params: { ...message.params, name: found.name } }
      forward(found.upstream, message, renamed, { read })
    },
  }
}
