/** A URL → the MCP server behind it, over streamable HTTP, with the SDK's client transport: it resumes streams by itself. */
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import type { Link, LinkEvents } from './link.ts'
import { classify, idKey, idOf, isId, type Json, type MessageId, own } from './message.ts'
import { watchedFetch } from './watched-fetch.ts'

export interface ServerAddress {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Frames that are spoken here are a part of those that the SDK speaks. */
const isSpoken = (message: Json): message is Json & JSONRPCMessage => classify(message) !== null

const idIn = (posted: string): MessageId | null => {
  try {
    return idOf(JSON.parse(posted))
  } catch {
    return null
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** An error of the transport ends only what was being sent; the session ends when the server no longer knows it. */
export const httpLink = (
  { url, headers }: ServerAddress,
  limit: number,
  events: LinkEvents,
  warn: (text: string) => void,
): Link => {
  const waiting = new Set<string>()
  let isClosed = false
  let queue: (() => void)[] | null = null

  const lose = (id: MessageId): void => {
    if (!isClosed && waiting.delete(idKey(id))) events.refused('lost', id)
  }
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { ...headers } },
    fetch: watchedFetch({
      limit,
      ended: (posted, resumable) => {
        const id = idIn(posted)
        // What was read before the end is still on its way through the transport's parser.
        if (id !== null && !resumable) setTimeout(() => lose(id), 100)
      },
    }),
  })
  const started = transport.start()
  const closed = (reason: string): void => {
    if (isClosed) return
    isClosed = true
    events.closed(reason)
  }
  const deliver = (value: unknown): void => {
    if (isClosed) return
    const message = classify(value)
    if (message === null) {
      events.refused('unreadable', idOf(value))
      return
    }
    if (message.kind === 'response') {
      if (message.message.id !== null) waiting.delete(idKey(message.message.id))
      const version = own(own(message.message, 'result'), 'protocolVersion')
      if (typeof version === 'string') transport.setProtocolVersion(version)
    }
    events.message(message)
  }
  transport.onmessage = message => {
    if (queue === null) deliver(message)
    else queue.push(() => deliver(message))
  }
  transport.onerror = error => {
    warn(error.message)
    // The transport gave up asking for the rest of a stream: nothing says which of the answers were on it.
    if (error.message.includes('Maximum reconnection attempts')) closed(error.message)
  }
  transport.onclose = () => closed('the connection was closed')
  return {
    send: message => {
      if (isClosed || !isSpoken(message)) return
      const id = idOf(message)
      if (id !== null && typeof message.method === 'string') waiting.add(idKey(id))
      started
        .then(() => transport.send(message))
        .catch((error: unknown) => {
          const code = error instanceof Error && 'code' in error ? error.code : undefined
          // A server that is not there, or that forgot the session, has to be begun again.
          if (typeof code !== 'number' || (code === 404 && transport.sessionId !== undefined)) closed(textOf(error))
          else if (isId(id)) lose(id)
        })
    },
    pause: () => {
      queue ??= []
    },
    resume: () => {
      const held = queue ?? []
      queue = null
      for (const pass of held) pass()
    },
    close: async () => {
      if (!isClosed) {
        isClosed = true
        await transport.terminateSession().catch(() => undefined)
      }
      await transport.close()
    },
  }
}
