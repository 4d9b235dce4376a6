/** What only shows between the eras, or over time: servers with sessions that ask, catalogs that change, servers that end, receipts. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterEach, describe, expect, test } from 'vitest'
import { digest, policyDigest } from '../../core/model/digest.ts'
import type { ReceiptBody } from '../../core/model/receipt.ts'
import { toolDeclarations } from '../../core/observe/tool-catalog.ts'
import { decisionOf, everythingServer, gatewayHere, newPlace, program, sealed, textOf } from './gateway.ts'
import { answerOf, ENVELOPE, modernPlace, modernServer, post } from './modern.ts'

const endings: Client[] = []
afterEach(async () => {
  for (const client of endings.splice(0)) await client.close()
})

const clientOf = async (url: URL, options: ClientOptions = {}, prepare: (client: Client) => void = () => undefined) => {
  const versionNegotiation = { mode: { pin: '2026-07-28' } } as const
  const client = new Client({ name: 'modern', version: '2' }, { ...options, versionNegotiation })
  endings.push(client)
  prepare(client)
  await client.connect(new StreamableHTTPClientTransport(url))
  return client
}

/** Any arguments: what is under test is not the policy. */
const open = (actions: readonly string[], catalogs: readonly string[] = []) => {
  const policy = sealed(actions.map(action => ({ substrate: 'tool', action }) as const))
  const others = { allow: { kind: 'any' }, review: null } as const
  const permissions = policy.permissions.map(permission => ({ ...permission, others }))
  const whole = { ...policy, permissions, validity: { ...policy.validity, catalogs } }
  return { ...whole, digest: policyDigest(whole) }
}

/** A server of 2026-07-28 in a page, which lists what stands in a file and tells of changes to whoever listens. */
const modernPage = (file: string) =>
  program(`
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
const send = message => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
const complete = more => ({ resultType: 'complete', ...more })
let listening = null
createInterface({ input: process.stdin }).on('line', line => {
  const { id, method, params = {} } = JSON.parse(line)
  const result = more => send({ id, result: complete(more) })
  if (method === 'server/discover') return result({ supportedVersions: ['2026-07-28'], capabilities: { tools: { listChanged: true } }, ttlMs: 0, cacheScope: 'private', _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'page', version: '1' } } })
  if (method === 'tools/list') return result({ tools: JSON.parse(readFileSync(${JSON.stringify(file)}, 'utf8')), ttlMs: 60000, cacheScope: 'public' })
  const tell = method => send({ method, params: { _meta: { 'io.modelcontextprotocol/subscriptionId': listening }, notifications: {} } })
  if (method === 'subscriptions/listen') { listening = id; return tell('notifications/subscriptions/acknowledged') }
  if (method !== 'tools/call') return id === undefined ? undefined : send({ id, error: { code: -32601, message: 'unknown' } })
  if (params.name === 'end') process.exit(1)
  if (params.name === 'change') tell('notifications/tools/list_changed')
  result({ content: [{ type: 'text', text: params.name }] })
})
`)

describe('a server that has sessions, for a client that has none', { timeout: 60_000 }, () => {
  const TOOLS = ['trigger-sampling-request', 'trigger-elicitation-request', 'get-roots-list', 'echo']
  const started = async (options: ClientOptions, prepare?: (client: Client) => void) => {
    const place = newPlace(() => open(TOOLS))
    const { url } = await gatewayHere({ policies: place.policies, servers: { all: everythingServer } })
    return clientOf(url, options, prepare)
  }

  test('asks in the middle of a call: the call is answered with the question, and goes on with what the client says', async () => {
    const asked: string[] = []
    const capabilities = { sampling: {}, elicitation: { form: {} }, roots: {} }
    const client = await started({ capabilities }, made => {
      made.setRequestHandler('sampling/createMessage', () => {
        asked.push('sampling')
        return { role: 'assistant', model: 'none', content: { type: 'text', text: 'sampled' } }
      })
      made.setRequestHandler('elicitation/create', () => {
        asked.push('elicitation')
        return { action: 'decline' }
      })
      made.setRequestHandler('roots/list', () => ({ roots: [] }))
    })
    const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args })
    expect(textOf(await call('trigger-sampling-request', { prompt: 'say', maxTokens: 10 }))).toContain('sampled')
    expect(textOf(await call('trigger-elicitation-request', {}))).toContain('declined')
    expect(asked).toEqual(['sampling', 'elicitation'])
  })
})

test('a slow client holds up its own servers, and memory stays', { timeout: 60_000 }, async () => {
  const place = newPlace(() => open(['flood', 'echo']))
  const flood = program(`
import { createInterface } from 'node:readline'
const send = message => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
const text = value => ({ content: [{ type: 'text', text: value }] })
createInterface({ input: process.stdin }).on('line', line => {
  const { id, method, params = {} } = JSON.parse(line)
  if (method === 'initialize') return send({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {}, logging: {} }, serverInfo: { name: 'page', version: '1' } } })
  if (method === 'tools/list') return send({ id, result: { tools: [] } })
  if (method === 'server/discover') return send({ id, error: { code: -32601, message: 'unknown' } })
  if (method !== 'tools/call') return id === undefined ? undefined : send({ id, result: {} })
  if (params.name === 'echo') return send({ id, result: text('echoed') })
  let sent = 0
  const more = () => { while (sent < 2000) { sent += 1; if (!send({ method: 'notifications/message', params: { level: 'info', data: 'x'.repeat(20000) } })) return process.stdout.once('drain', more) } send({ id, result: text('done') }) }
  more()
})
`)
  const { url } = await gatewayHere({ policies: place.policies, servers: { page: flood } })
  const before = process.memoryUsage().rss
  const meta = { ...ENVELOPE, 'io.modelcontextprotocol/logLevel': 'info' }
  const slow = await post(url, 'tools/call', { name: 'flood', arguments: {} }, { meta })
  // Nobody reads the answer for a while; a client of another kind has servers of its own.
  const other = { ...ENVELOPE, 'io.modelcontextprotocol/clientCapabilities': { roots: {} } }
  for (let turn = 0; turn < 20; turn++) {
    const { result } = await answerOf(post(url, 'tools/call', { name: 'echo', arguments: { turn } }, { meta: other }))
    expect(textOf(result)).toBe('echoed')
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000)
  const read = await slow.text()
  expect(read.length).toBeGreaterThan(40_000_000)
  expect(read).toContain('"done"')
})

describe('a server of 2026-07-28, over time', { timeout: 60_000 }, () => {
  const catalog = (properties: object, description = 'echoes') =>
    JSON.stringify(
      ['echo', 'change', 'end'].map(name => ({ name, description, inputSchema: { type: 'object', properties } })),
    )
  const TEXT = { text: { type: 'string' } }
  const started = async () => {
    const declared = toolDeclarations(JSON.parse(catalog(TEXT)), 'page')
    const place = newPlace(() => open(['echo', 'change', 'end'], [digest(declared.map(each => digest(each)))]))
    const file = join(place.folder, 'tools.json')
    writeFileSync(file, catalog(TEXT))
    const document = { policies: place.policies, servers: { page: modernPage(file) }, approvals: { withinSeconds: 1 } }
    const { url, log } = await gatewayHere(document)
    const call = (name: string) => answerOf(post(url, 'tools/call', { name, arguments: {} }))
    const change = async (text: string): Promise<void> => {
      writeFileSync(file, text)
      await call('change')
    }
    return { url, log, call, change }
  }

  test('whose tools are reworded runs them; with another parameter they are held, and the log says what changed', async () => {
    const { url, log, call, change } = await started()
    const isHeld = async (): Promise<boolean> => Boolean((await call('echo')).result.isError)
    expect(await isHeld()).toBe(false)
    await change(catalog(TEXT, 'IMPORTANT: now worded otherwise'))
    expect(await isHeld()).toBe(false)
    expect(log.find('catalog-changed')).toBeUndefined()
    await change(catalog({ ...TEXT, to: { type: 'string' } }))
    await expect.poll(isHeld, { timeout: 30_000 }).toBe(true)
    expect(decisionOf((await call('echo')).result)).toMatchObject({ because: 'triggered', answer: 'timed-out' })
    expect(log.find('catalog-changed')).toMatchObject({ detail: expect.stringContaining('echo') })
    // What a server says of how long its list holds, and for whom, is not what the policy says.
    expect((await answerOf(post(url, 'tools/list', {}))).result).toMatchObject({ ttlMs: 0, cacheScope: 'private' })
  })

  test('that ends fails the call that it ended in, is begun again, and is listened to again', async () => {
    const { call, change, log } = await started()
    expect((await call('end')).code).toBe(-32000)
    await expect.poll(async () => (await call('echo')).code, { timeout: 10_000 }).toBe(null)
    await change(catalog({ other: { type: 'number' } }))
    const told = async () => {
      await call('echo')
      return log.find('catalog-changed')
    }
    await expect.poll(told, { timeout: 10_000 }).toBeDefined()
  })
})

test('receipts name the client that the request names, and the task that a party named', {
  timeout: 60_000,
}, async () => {
  const bodies: ReceiptBody[] = []
  const receipts = {
    sink: { append: async (body: ReceiptBody) => void bodies.push(body) },
    describe: () => ({
      request: { substrate: 'tool', action: 'x', visibility: 'seen', values: [], measures: [] } as const,
      decision: { verdict: 'deny', code: 'value-denied', permission: null, deviations: [] } as const,
    }),
    allows: true,
  }
  const place = modernPlace()
  const servers = { new: await modernServer('stdio', place.files) }
  const { url } = await gatewayHere({ policies: place.policies, servers }, { receipts })
  await answerOf(post(url, 'tools/call', { name: 'note', arguments: { note: 'x' } }))
  await answerOf(post(url, 'tools/call', { name: 'echo', arguments: { text: 'x' } }))
  const decisions = bodies.filter(({ event }) => event.kind === 'decision')
  expect(decisions).toMatchObject([
    { session: null, identity: { client: 'raw' }, event: { effect: 'refuse' } },
    { session: null, identity: { client: 'raw' }, event: { effect: 'run' } },
  ])
})
