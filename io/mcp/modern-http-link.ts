/**
 * A URL → the modern MCP server behind it. Each message is a request of its own, answered by JSON or by a stream that ends with the
 * answer; a stream that ends without it has lost it, and giving up a request is closing its stream.
 */
import type { ServerAddress } from './http-link.ts'
import type { Link, LinkEvents } from './link.ts'
import { classify, idKey, idOf, isId, isJson, type Json, type MessageId, own, type ResponseMessage } from './message.ts'
import { headersOf } from './mirrored-headers.ts'
import { headersOfParams, type ParamHeader, paramHeadersOf } from './param-headers.ts'
import { createSseReader } from './sse-lines.ts'
import { watchedFetch } from './watched-fetch.ts'

const TOOLS = 10_000

const textOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error ? cause.message : error instanceof Error ? error.message : String(error)
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const modernHttpLink = (
  { url, headers }: ServerAddress,
  limit: number,
  events: LinkEvents,
  warn: (text: string) => void,
): Link => {
  const boundedFetch = watchedFetch({ limit, ended: () => undefined })
  const open = new Map<string, AbortController>()
  const wanted = new Map<string, readonly ParamHeader[]>()
  let isClosed = false
  let paused: { readonly passed: Promise<void>; readonly open: () => void } | null = null

  const closed = (reason: string): void => {
    if (isClosed) return
    isClosed = true
    for (const controller of open.values()) controller.abort()
    events.closed(reason)
  }
  /** A tool whose schema asks for headers that cannot be is not used, as the protocol says. */
  const usable = (tool: unknown): boolean => {
    const [name, found] = [own(tool, 'name'), paramHeadersOf(own(tool, 'inputSchema'))]
    if (found === null) warn(`the tool ${JSON.stringify(name)} asks for headers that cannot be`)
    else if (typeof name === 'string' && (wanted.size < TOOLS || wanted.has(name))) wanted.set(name, found)
    return found !== null
  }
  const withUsableTools = (response: ResponseMessage): ResponseMessage => {
    const result = own(response, 'result')
    const tools = own(result, 'tools')
    if (!isJson(result) || !Array.isArray(tools)) return response
    return { ...response, result: { ...result, tools: tools.filter(usable) } }
  }
  const deliver = async (value: unknown, request: Json): Promise<boolean> => {
    const message = classify(value)
    await paused?.passed
    if (isClosed) return true
    if (message === null) {
      events.refused('unreadable', idOf(request))
      return true
    }
    if (message.kind !== 'response') {
      events.message(message, idOf(request))
      return false
    }
    const { message: response } = message
    // On its own stream an answer is to this request, whatever id an error has.
    const addressed = { ...response, id: idOf(request) }
    const passed = request.method === 'tools/list' ? withUsableTools(addressed) : addressed
    events.message({ kind: 'response', message: passed })
    return true
  }
  const readStream = async (body: ReadableStream<Uint8Array>, request: Json): Promise<boolean> => {
    const sse = createSseReader()
    const decoder = new TextDecoder()
    const reader = body.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return false
      for (const data of sse.push(decoder.decode(value, { stream: true }))) {
        if (!(await deliver(parsed(data), request))) continue
        reader.cancel().catch(() => undefined)
        return true
      }
    }
  }
  const read = async (response: Response, request: Json): Promise<boolean> => {
    const type = response.headers.get('content-type') ?? ''
    if (response.ok && type.includes('text/event-stream') && response.body !== null)
      return readStream(response.body, request)
    const value = parsed(await response.text())
    if (!response.ok && own(value, 'error') === undefined) {
      warn(`the server answered ${response.status}`)
      return false
    }
    return deliver(value, request)
  }
  const post = async (message: Json): Promise<void> => {
    const controller = new AbortController()
    const id = idOf(message)
    if (id !== null) open.set(idKey(id), controller)
    const params = message.method === 'tools/call' ? (wanted.get(String(own(message.params, 'name'))) ?? []) : []
    let isAnswered = false
    let isReached = false
    try {
      const response = await boundedFetch(url, {
        method: 'POST',
        headers: {
          ...headers,
          ...headersOfParams(params, own(message.params, 'arguments')),
          ...headersOf(message),
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify(message),
        signal: controller.signal,
      })
      isReached = true
      isAnswered = await read(response, message)
    } catch (error) {
      if (controller.signal.aborted) return
      warn(textOf(error))
      // Nobody is there: whoever waits hears of it, and the server is looked for again.
      if (!isReached) return closed(textOf(error))
    } finally {
      if (id !== null) open.delete(idKey(id))
    }
    if (!isAnswered && id !== null && !isClosed && !controller.signal.aborted) events.refused('lost', id)
  }
  const abandon = (id: MessageId): void => {
    open.get(idKey(id))?.abort()
    open.delete(idKey(id))
  }
  return {
    send: message => {
      if (isClosed) return
      const given = own(message.params, 'requestId')
      if (message.method === 'notifications/cancelled') {
        if (isId(given)) abandon(given)
        return
      }
      void post(message)
    },
    pause: () => {
      if (paused !== null) return
      let pass = (): void => undefined
      const passed = new Promise<void>(resolve => {
        pass = resolve
      })
      paused = { passed, open: pass }
    },
    resume: () => {
      paused?.open()
      paused = null
    },
    close: async () => {
      isClosed = true
      paused?.open()
      for (const controller of open.values()) controller.abort()
    },
  }
}
