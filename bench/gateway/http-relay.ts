/**
 * The same over streamable HTTP, for one client: each message that is posted goes to the server, and its answer comes back as JSON.
 * The least that a proxy does: no sessions, no streams, no bounds.
 *
 *   node http-relay.js COMMAND ARGUMENT…     writes its port on standard output
 */
import { spawn } from 'node:child_process'
import { createServer, type ServerResponse } from 'node:http'
import { createInterface } from 'node:readline'

const [command = '', ...args] = process.argv.slice(2)
const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] })
const waiting = new Map<unknown, ServerResponse>()

createInterface({ input: child.stdout }).on('line', line => {
  const message: { readonly id?: unknown } = JSON.parse(line)
  const response = waiting.get(message.id)
  waiting.delete(message.id)
  response?.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'relay' }).end(line)
})
const server = createServer((request, response) => {
  let text = ''
  request.setEncoding('utf8')
  request.on('data', (part: string) => {
    text += part
  })
  request.on('end', () => {
    const message: { readonly id?: unknown } = JSON.parse(text)
    if (message.id === undefined) response.writeHead(202).end()
    else waiting.set(message.id, response)
    child.stdin.write(`${JSON.stringify(message)}\n`)
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`)
})
child.once('exit', () => process.exit())
