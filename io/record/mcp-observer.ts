/**
 * The lines of one MCP stdio session, both directions → tool calls with their results, and tool lists. Calls and answers
 * are paired by JSON-RPC id; a call that is sent again with what the server asked for (2026-07-28) is one call. Total on any input:
 * what is no message is counted, and changes nothing.
 */
import type { Micros, Outcome } from '../../core/model/observation.ts'
import type { RecordedEvent } from './event.ts'
import { errorOutcome } from './outcome.ts'

export interface McpObserver {
  /** A line that the client (the agent) sent. */
  client(line: string, at: Micros): void
  /** A line that the server sent. */
  server(line: string, at: Micros): void
  /** The session is over: calls without an answer are written as such. */
  end(): void
}

interface Call {
  readonly kind: 'call'
  readonly tool: string
  readonly arguments: unknown
  readonly start: Micros
}

type Pending = { readonly kind: 'hello' | 'list' } | Call

/** Requests without an answer that are kept; the oldest is given up first. */
const PENDING_LIMIT = 10_000

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const own = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined

/** `1` and `"1"` are different ids. */
const idKey = (id: unknown): string | null =>
  typeof id === 'string' || typeof id === 'number' ? `${typeof id} ${id}` : null

/** Where a server of 2026-07-28 says who it is. */
const SERVER_INFO = 'io.modelcontextprotocol/serverInfo'

const callKey = (tool: string, args: unknown): string => {
  try {
    return JSON.stringify([tool, args])
  } catch {
    // Nested deeper than can be written.
    return tool
  }
}

const errorText = (result: unknown): string => {
  const content = own(result, 'content')
  if (!Array.isArray(content)) return ''
  return content.map(block => (typeof own(block, 'text') === 'string' ? own(block, 'text') : '')).join('\n')
}

const messagesOf = (line: string): readonly unknown[] | null => {
  try {
    const parsed: unknown = JSON.parse(line)
    return Array.isArray(parsed) ? parsed : [parsed]
  } catch {
    return null
  }
}

export const mcpObserver = (emit: (event: RecordedEvent) => void): McpObserver => {
  const pending = new Map<string, Pending>()
  const interrupted = new Map<string, Call>()
  let server: string | null = null
  let unreadable = 0

  const finish = (call: Pending, end: Micros | null, outcome: Outcome, result: unknown): void => {
    if (call.kind !== 'call') return
    const { tool, start } = call
    const kept = { argumentsKept: true, resultKept: end !== null }
    emit({ kind: 'call', start, end, outcome, server, tool, arguments: call.arguments, result, ...kept })
  }
  const giveUp = (key: string): void => {
    const call = pending.get(key)
    pending.delete(key)
    if (call !== undefined) finish(call, null, 'unknown', null)
  }
  const expect = (id: unknown, call: Pending): void => {
    const key = idKey(id)
    // A request without a usable id gets no answer.
    if (key === null) {
      finish(call, null, 'unknown', null)
      return
    }
    giveUp(key)
    pending.set(key, call)
    const [oldest] = pending.keys()
    if (pending.size > PENDING_LIMIT && oldest !== undefined) giveUp(oldest)
  }

  /** The server wants to know more first: the call goes on when it is sent again, or was given up. */
  const interrupt = (call: Call): void => {
    const key = callKey(call.tool, call.arguments)
    const before = interrupted.get(key)
    if (before !== undefined) finish(before, null, 'unknown', null)
    interrupted.set(key, call)
    const [oldest] = interrupted.values()
    if (interrupted.size <= PENDING_LIMIT || oldest === undefined) return
    interrupted.delete(callKey(oldest.tool, oldest.arguments))
    finish(oldest, null, 'unknown', null)
  }
  const fromClient = (message: unknown, start: Micros): void => {
    const method = own(message, 'method')
    const params = own(message, 'params')
    if (method === 'initialize' || method === 'server/discover') expect(own(message, 'id'), { kind: 'hello' })
    else if (method === 'tools/list') expect(own(message, 'id'), { kind: 'list' })
    else if (method === 'tools/call') {
      const tool = own(params, 'name')
      const args = own(params, 'arguments') ?? {}
      if (typeof tool !== 'string') return
      const isAgain = own(params, 'inputResponses') !== undefined || own(params, 'requestState') !== undefined
      const key = isAgain ? callKey(tool, args) : ''
      const asked = interrupted.get(key)
      interrupted.delete(key)
      expect(own(message, 'id'), asked ?? { kind: 'call', tool, arguments: args, start })
    } else if (method === 'notifications/cancelled') {
      const key = idKey(own(params, 'requestId'))
      if (key !== null) giveUp(key)
    }
  }
  const fromServer = (message: unknown, at: Micros): void => {
    if (own(message, 'method') !== undefined) return
    const key = idKey(own(message, 'id'))
    const asked = key === null ? undefined : pending.get(key)
    if (key === null || asked === undefined) return
    pending.delete(key)
    const error = own(message, 'error')
    const result = own(message, 'result')
    if (asked.kind === 'hello') {
      const info = own(own(result, '_meta'), SERVER_INFO) ?? own(result, 'serverInfo')
      const name = own(info, 'name')
      if (typeof name === 'string' && name !== '') server = name
    } else if (asked.kind === 'call' && own(result, 'resultType') === 'input_required') {
      interrupt(asked)
    } else if (asked.kind === 'list') {
      const listed = own(result, 'tools')
      if (Array.isArray(listed)) emit({ kind: 'catalog', start: at, server, listed })
    } else if (error !== undefined) {
      const text = own(error, 'message')
      finish(asked, at, errorOutcome(typeof text === 'string' ? text : ''), typeof text === 'string' ? text : null)
    } else {
      finish(asked, at, own(result, 'isError') === true ? errorOutcome(errorText(result)) : 'ok', result)
    }
  }

  return {
    client: (line, at) => {
      const messages = messagesOf(line)
      if (messages === null && line.trim() !== '') unreadable++
      for (const message of messages ?? []) fromClient(message, at)
    },
    server: (line, at) => {
      for (const message of messagesOf(line) ?? []) fromServer(message, at)
    },
    end: () => {
      for (const key of [...pending.keys()]) giveUp(key)
      for (const call of interrupted.values()) finish(call, null, 'unknown', null)
      if (unreadable > 0)
        emit({ kind: 'loss', count: unreadable, detail: 'lines of the agent to an MCP server were not JSON' })
    },
  }
}
