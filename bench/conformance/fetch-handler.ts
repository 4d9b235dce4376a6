/** A handler of the fetch standard behind a plain HTTP server on loopback: how the SDK of the modern era serves. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text as textOf } from 'node:stream/consumers'

interface Handler {
  fetch(request: Request): Promise<Response>
}

/** Answers by itself, before the handler is asked: true where it did. */
type First = (body: string | null, response: ServerResponse) => boolean

const answer = async (
  handler: Handler,
  request: IncomingMessage,
  response: ServerResponse,
  first: First,
): Promise<void> => {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const { method = 'GET', url = '/' } = request
  const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)])
  const body = method === 'POST' ? await textOf(request) : null
  if (first(body, response)) return
  const host = request.headers.host ?? '127.0.0.1'
  const answered = await handler.fetch(
    new Request(`http://${host}${url}`, { method, headers, body, signal: gone.signal }),
  )
  response.writeHead(answered.status, Object.fromEntries(answered.headers))
  if (answered.body !== null) for await (const chunk of answered.body) response.write(chunk)
  response.end()
}

/** Writes where it listens, by that name, as its first line. `admits`: false where it has refused the request. */
export const serveFetch = (
  handler: Handler,
  name: string,
  admits: (request: IncomingMessage, response: ServerResponse) => boolean = () => true,
  first: First = () => false,
): void => {
  const http = createServer((request, response) => {
    if (admits(request, response)) answer(handler, request, response, first).catch(() => response.destroy())
  })
  http.listen(0, '127.0.0.1', () => {
    const address = http.address()
    console.log(`http://${name}:${typeof address === 'object' && address !== null ? address.port : 0}/mcp`)
  })
}
