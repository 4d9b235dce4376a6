/** A program that listens → one MCP session over streamable HTTP, on one connection that stays, begun. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Asked, ENVELOPE, type Era, HELLO, INITIALIZED, request, type Wire } from './rpc.ts'

interface Reply {
  readonly text: string
  readonly session: string | undefined
}

/** `port`: where the program says that it listens, in what it writes. */
const listening = (child: ChildProcess, stream: 'stdout' | 'stderr', port: RegExp): Promise<number> =>
  new Promise((resolve, reject) => {
    let text = ''
    child[stream]?.setEncoding('utf8').on('data', (part: string) => {
      text += part
      const [, found] = port.exec(text) ?? []
      if (found !== undefined) resolve(Number(found))
    })
    child.once('exit', code => reject(new Error(`ended with code ${code} before it listened: ${text}`)))
  })

/** Some say where they will listen, and do so a little later. */
const reachable = async (port: number): Promise<void> => {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isThere) return
    await sleep(50)
  }
}

const MODERN = { 'mcp-protocol-version': ENVELOPE['io.modelcontextprotocol/protocolVersion'] }

export const httpWire = async (
  [command = '', ...args]: readonly string[],
  stream: 'stdout' | 'stderr',
  where: RegExp,
  era: Era = 'legacy',
): Promise<Wire> => {
  const child = spawn(command, args, {
    stdio: ['ignore', stream === 'stdout' ? 'pipe' : 'ignore', stream === 'stderr' ? 'pipe' : 'ignore'],
  })
  const port = await listening(child, stream, where)
  await reachable(port)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let session: string | undefined
  const post = (body: string, own: Readonly<Record<string, string>>): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...own,
        ...(session === undefined ? {} : { 'mcp-session-id': session }),
      }
      const sent = httpRequest({ host: '127.0.0.1', port, path: '/mcp', method: 'POST', agent, headers }, response => {
        const parts: string[] = []
        response.setEncoding('utf8').on('data', (part: string) => parts.push(part))
        response.on('end', () => {
          const named = response.headers['mcp-session-id']
          resolve({ text: parts.join(''), session: Array.isArray(named) ? named[0] : named })
        })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  const legacy = { 'mcp-protocol-version': HELLO.protocolVersion }
  if (era === 'legacy') {
    session = (await post(request('initialize', HELLO).text, legacy)).session
    await post(INITIALIZED, legacy)
  }
  return {
    ask: async ({ text, method, name }: Asked) =>
      (await post(text, era === 'legacy' ? legacy : { ...MODERN, 'mcp-method': method, 'mcp-name': name })).text,
    close: async () => {
      agent.destroy()
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}
