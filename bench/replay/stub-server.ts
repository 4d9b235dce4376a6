/**
 * An MCP server over streamable HTTP that answers a tool call with what it is told, when it is told: what the recorded tool
 * answered, at the time when it did. It says of each call that arrives what it was.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Arrived {
  readonly name: string
  readonly args: unknown
  /** The message whole: what must not be in it can be looked for. */
  readonly message: unknown
  /** Answers the call; null: a text that says nothing. */
  readonly answer: (result: string | null) => void
}

export interface StubServer {
  readonly url: string
  /** Whom calls are told to; the last one set. */
  readonly onCall: (listener: (arrived: Arrived) => void) => void
  /** Tool calls that arrived. */
  calls(): number
  close(): Promise<void>
}

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined

const hello = (params: unknown) => ({
  protocolVersion: own(params, 'protocolVersion'),
  capabilities: { tools: {} },
  serverInfo: { name: 'stub', version: '1' },
})

/** A recording of the whole MCP result is that result; any other text is what a tool said. */
const resultOf = (said: string): unknown => {
  try {
    const value: unknown = JSON.parse(said)
    if (Array.isArray(own(value, 'content'))) return value
  } catch {
    // No JSON: a text like any other.
  }
  return { content: [{ type: 'text', text: said }] }
}

/** `port`: 0 is any that is free. */
export const startStub = async (port = 0): Promise<StubServer> => {
  let count = 0
  let listener: (arrived: Arrived) => void = ({ answer }) => answer(null)

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const send = (status: number, body?: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'mcp-session-id': 'stub' })
      response.end(body === undefined ? '' : JSON.stringify(body))
    }
    if (request.method === 'DELETE') return send(200)
    if (request.method !== 'POST') return send(405)
    const message: unknown = JSON.parse(await text(request))
    const [id, method, params] = ['id', 'method', 'params'].map(key => own(message, key))
    const result = (value: unknown): void => send(200, { jsonrpc: '2.0', id, result: value })
    if (id === undefined) return send(202)
    if (method === 'initialize') return result(hello(params))
    if (method === 'tools/list') return result({ tools: [] })
    if (method !== 'tools/call') return result({})
    count += 1
    listener({
      name: String(own(params, 'name')),
      args: own(params, 'arguments'),
      message,
      answer: said => result(resultOf(said ?? '')),
    })
  }
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.writeHead(500).end())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://127.0.0.1:${bound}/mcp`,
    onCall: next => {
      listener = next
    },
    calls: () => count,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
