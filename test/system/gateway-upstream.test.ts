/** Servers behind the gateway that are reached over HTTP, and one that goes away in the middle of a call. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import {
  decisionOf,
  filePermissions,
  filesystemServer,
  gatewayHere,
  httpClient,
  newPlace,
  sealed,
  stdioClient,
  textOf,
} from './gateway.ts'
import { serverPath } from './recording.ts'

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await new Promise(resolve => server.close(resolve))
  return port
}

const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

const startEverything = async (port: number): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [serverPath('server-everything'), 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: 'ignore',
  })
  running.push(child)
  await expect
    .poll(
      () =>
        fetch(`http://127.0.0.1:${port}/mcp`).then(
          response => response.status,
          () => 0,
        ),
      { timeout: 30_000 },
    )
    .toBeGreaterThan(0)
  return child
}

const everything = () => {
  const policy = sealed([
    {
      substrate: 'tool',
      action: 'echo',
      allow: { 'tool.args.message': { kind: 'any' }, 'tool.server': { kind: 'any' } },
    },
    {
      substrate: 'tool',
      action: 'trigger-long-running-operation',
      allow: {
        'tool.args.duration': { kind: 'any' },
        'tool.args.steps': { kind: 'any' },
        'tool.server': { kind: 'any' },
      },
    },
  ])
  return policy
}

describe('a server over HTTP', () => {
  test('answers, reports progress, is stopped where the policy says, and comes back after it was killed', {
    timeout: 120_000,
  }, async () => {
    const port = await freePort()
    const child = await startEverything(port)
    const place = newPlace(everything)
    const servers = { everything: { url: `http://127.0.0.1:${port}/mcp` } }
    const { url, log } = await gatewayHere({ policies: place.policies, servers })
    const client = await httpClient(url)
    const echo = (message: string) => client.callTool({ name: 'echo', arguments: { message } })
    expect(textOf(await echo('over HTTP'))).toBe('Echo: over HTTP')
    const steps: number[] = []
    const long = { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 3 } }
    await client.callTool(long, undefined, { onprogress: ({ progress }) => steps.push(progress) })
    expect(steps.length).toBeGreaterThan(1)
    expect(decisionOf(await client.callTool({ name: 'get-env', arguments: {} }))).toMatchObject({ verdict: 'deny' })

    const interrupted = client.callTool({ ...long, arguments: { duration: 60, steps: 2 } })
    const failed = expect(interrupted).rejects.toThrow()
    await new Promise(resolve => setTimeout(resolve, 500))
    child.kill('SIGKILL')
    await failed
    await startEverything(port)
    await expect
      .poll(() => echo('again').then(textOf, () => 'not yet'), { timeout: 60_000, interval: 200 })
      .toBe('Echo: again')
    expect(log.find('upstream-ended')).toBeDefined()
  })

  test('may be a gateway itself, and both decide', async () => {
    const inner = newPlace()
    const outer = newPlace(() => sealed(filePermissions(inner.files).slice(0, 1)))
    const behind = await gatewayHere({ policies: inner.policies, servers: { files: filesystemServer(inner.files) } })
    const front = await gatewayHere({ policies: outer.policies, servers: { behind: { url: behind.url.href } } })
    const client = await httpClient(front.url)
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['read_text_file'])
    const read = { name: 'read_text_file', arguments: { path: join(inner.files, 'a.txt') } }
    expect(textOf(await client.callTool(read))).toBe('the text of a')
    await client.close()
    await expect.poll(() => front.gateway.sessions(), { timeout: 30_000 }).toBe(1)
  })
})

test('whoever starts a gateway on its standard streams may say what the user asked for', async () => {
  const place = newPlace(files =>
    sealed([
      {
        substrate: 'tool',
        action: 'read_text_file',
        allow: { 'tool.args.path': { kind: 'request' }, 'tool.server': { kind: 'any' } },
        review: { 'tool.args.path': { kind: 'path', under: [files] } },
      },
    ]),
  )
  const { command, args } = filesystemServer(place.files)
  const path = join(place.files, 'a.txt')
  const { client } = await stdioClient([
    '--policy',
    place.policies,
    '--request',
    `read ${path}`,
    '--',
    command,
    ...args,
  ])
  const read = { name: 'read_text_file', arguments: { path } }
  expect(textOf(await client.callTool(read))).toBe('the text of a')
})

test('over TLS, with the certificate that the configuration names', async () => {
  const place = newPlace()
  const [cert, key] = [join(place.folder, 'cert.pem'), join(place.folder, 'key.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=localhost']
  execFileSync('openssl', ['req', '-x509', ...curve, '-days', '2', '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const { url } = await gatewayHere({
    policies: place.policies,
    servers: { files: filesystemServer(place.files) },
    listen: { port: 0, cert, key },
  })
  expect(url.protocol).toBe('https:')
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'tls', version: '1' } },
  })
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const status = (ca: Buffer | undefined): Promise<number | string> =>
    new Promise(resolve => {
      const tls = ca === undefined ? {} : { ca, servername: 'localhost' }
      const call = request(url, { method: 'POST', headers: { ...headers, host: 'localhost' }, ...tls }, response => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      call.once('error', error => resolve(error.message))
      call.end(body)
    })
  expect(await status(readFileSync(cert))).toBe(200)
  expect(await status(undefined)).toContain('self-signed')
})
