/** The gateway over HTTP: who may come in, whose calls they are, who may answer for them, and what the transport owes. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readGatewayConfig } from '../../apps/gateway/read-config.ts'
import type { ReceiptBody } from '../../core/model/receipt.ts'
import {
  ambit,
  decisionOf,
  filesystemServer,
  gatewayHere,
  httpClient,
  newPlace,
  type Place,
  sealed,
  WORKLOAD,
} from './gateway.ts'

const sha256 = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Two agents of two workloads, one of them trusted to say what its user asked; a person; an operator. */
const putTokens = (place: Place): string => {
  const file = join(place.folder, 'tokens.yaml')
  const tokens = [
    { subject: 'agent-a', sha256: sha256('token-a'), workload: WORKLOAD, decide: [WORKLOAD], approve: [WORKLOAD] },
    { subject: 'agent-b', sha256: sha256('token-b'), workload: 'other/agent', decide: ['other/agent'] },
    {
      subject: 'host',
      sha256: sha256('token-host'),
      workload: WORKLOAD,
      decide: [WORKLOAD],
      assertContext: [WORKLOAD],
    },
    { subject: 'ada', sha256: sha256('token-ada'), approve: ['research/*'] },
    { subject: 'operator', sha256: sha256('token-operator'), admin: true },
  ]
  writeFileSync(file, JSON.stringify({ tokens }))
  return file
}

const documentOf = (place: Place, more: Readonly<Record<string, unknown>> = {}) => ({
  policies: place.policies,
  servers: { files: filesystemServer(place.files) },
  tokens: putTokens(place),
  admin: { port: 0 },
  ...more,
})

const readA = (place: Place) => ({ name: 'read_text_file', arguments: { path: join(place.files, 'a.txt') } })
const writeNew = (place: Place) => ({
  name: 'write_file',
  arguments: { path: join(place.files, 'new.txt'), content: 'x' },
})

const adminOf = (port: number | null, token: string) => async (method: string, path: string, body?: unknown) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, never> }
}

describe('who comes in', () => {
  test('nobody without a token; each token for its own workload; sessions belong to who began them', async () => {
    const place = newPlace()
    const { gateway, url } = await gatewayHere(documentOf(place))
    await expect(httpClient(url)).rejects.toThrow()
    await expect(httpClient(url, { token: 'wrong' })).rejects.toThrow()
    // Who may only approve may not call.
    await expect(httpClient(url, { token: 'token-ada' })).rejects.toThrow()
    const a = await httpClient(url, { token: 'token-a' })
    const b = await httpClient(url, { token: 'token-b' })
    expect(await a.callTool(readA(place))).not.toHaveProperty('isError')
    expect(decisionOf(await b.callTool(readA(place)))).toMatchObject({ code: 'no-policy' })
    expect(gateway.sessions()).toBe(2)

    const transport = a.transport
    const stolen = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: 'Bearer token-b',
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-session-id': transport?.sessionId ?? '',
        'mcp-protocol-version': '2025-06-18',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: readA(place) }),
    })
    expect(stolen.status).toBe(404)
  })

  test('a page that rebinds a name to this machine is refused, and so is a body that is too large', async () => {
    const place = newPlace()
    const { url } = await gatewayHere(documentOf(place, { limits: { messageBytes: 10_000 } }))
    const status = (headers: Record<string, string>, body: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const sent = request(
          url,
          {
            method: 'POST',
            headers: {
              authorization: 'Bearer token-a',
              'content-type': 'application/json',
              accept: 'application/json, text/event-stream',
              ...headers,
            },
          },
          response => {
            response.resume()
            resolve(response.statusCode ?? 0)
          },
        )
        sent.on('error', reject)
        sent.end(body)
      })
    const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
    expect(await status({ host: 'evil.example' }, ping)).toBe(403)
    expect(await status({ origin: 'https://evil.example' }, ping)).toBe(403)
    // Another program's page on this machine is no page of the gateway's.
    for (const origin of ['http://localhost:1', 'http://127.0.0.1', 'null', `${url.origin}.evil.example`])
      expect(await status({ origin }, ping)).toBe(403)
    expect(await status({ origin: url.origin }, ping)).toBe(400)
    expect(await status({ 'content-type': 'text/plain' }, ping)).toBe(415)
    expect(await status({ accept: 'application/json' }, ping)).toBe(406)
    expect(await status({}, ping)).toBe(400)
    expect(await status({ 'mcp-session-id': 'none' }, ping)).toBe(404)
    expect(await status({}, '{"jsonrpc":')).toBe(400)
    expect(await status({}, `[${ping}]`)).toBe(400)
    expect(await status({}, JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'x', params: 'y'.repeat(20_000) }))).toBe(
      413,
    )
  })

  test('without tokens only this machine may, and a configuration that opens it is refused', async () => {
    const place = newPlace()
    const servers = { files: filesystemServer(place.files) }
    await expect(
      gatewayHere({ policies: place.policies, servers, listen: { host: '0.0.0.0', port: 0 } }),
    ).rejects.toThrow('anybody could call')
    const { url } = await gatewayHere({ policies: place.policies, servers })
    expect(await (await httpClient(url)).callTool(readA(place))).not.toHaveProperty('isError')
  })

  test('a session ends when its client says so, and what it held with it', async () => {
    const place = newPlace()
    const { gateway, url } = await gatewayHere(documentOf(place))
    const client = await httpClient(url, { token: 'token-a' })
    const { transport } = client
    const given = client.callTool(writeNew(place)).catch((error: unknown) => error)
    await expect.poll(() => gateway.enforcer.approvals.list().length).toBe(1)
    if (transport !== undefined && 'terminateSession' in transport && typeof transport.terminateSession === 'function')
      await transport.terminateSession()
    await expect.poll(() => gateway.sessions()).toBe(0)
    expect(gateway.enforcer.approvals.list()).toEqual([])
    await client.close()
    await given
    expect(existsSync(join(place.files, 'new.txt'))).toBe(false)
  })
})

describe('what a person has to decide', () => {
  test('by HTTP with a token of the workload; never by who asks; signs of life keep the client waiting', async () => {
    const place = newPlace()
    const { gateway, url } = await gatewayHere(documentOf(place))
    const client = await httpClient(url, { token: 'token-a' })
    const signs: number[] = []
    const given = client.callTool(writeNew(place), undefined, {
      onprogress: ({ progress }) => signs.push(progress),
      resetTimeoutOnProgress: true,
      timeout: 2_000,
    })
    const ada = adminOf(gateway.adminPort, 'token-ada')
    await expect.poll(async () => (await ada('GET', '/review/v1/calls')).body.calls).toHaveLength(1)
    await expect.poll(() => signs.length, { timeout: 30_000 }).toBeGreaterThan(50)
    expect(signs).toEqual([...signs].sort((a, b) => a - b))
    const [held] = (await ada('GET', '/review/v1/calls')).body.calls ?? [{ call: '' }]
    const path = `/review/v1/calls/${held?.call}`
    const approved = { answer: 'approved', reason: null }
    expect(await adminOf(gateway.adminPort, 'token-a')('POST', path, approved)).toMatchObject({ status: 403 })
    expect(await adminOf(gateway.adminPort, 'token-b')('POST', path, approved)).toMatchObject({ status: 404 })
    expect(await adminOf(gateway.adminPort, 'wrong')('POST', path, approved)).toMatchObject({ status: 401 })
    expect(await ada('POST', path, { answer: 'perhaps' })).toMatchObject({ status: 400 })
    expect(existsSync(join(place.files, 'new.txt'))).toBe(false)
    process.env.AMBIT_TOKEN = 'token-ada'
    const at = `http://127.0.0.1:${gateway.adminPort}`
    expect(await ambit('approvals', 'approve', String(held?.call), '--at', at)).toMatchObject({ code: 0 })
    expect(await given).not.toHaveProperty('isError')
    expect(existsSync(join(place.files, 'new.txt'))).toBe(true)
    expect(await ada('POST', path, approved)).toMatchObject({ status: 404 })
  })

  test('nobody in time: refused, and nothing happened', async () => {
    const place = newPlace()
    const { url } = await gatewayHere(documentOf(place, { approvals: { withinSeconds: 1 } }))
    const client = await httpClient(url, { token: 'token-a' })
    expect(decisionOf(await client.callTool(writeNew(place)))).toMatchObject({ verdict: 'review', answer: 'timed-out' })
    expect(existsSync(join(place.files, 'new.txt'))).toBe(false)
  })

  test('status and reload are the operator’s', async () => {
    const place = newPlace()
    const { gateway } = await gatewayHere(documentOf(place, { reloadSeconds: 3_600 }))
    const operator = adminOf(gateway.adminPort, 'token-operator')
    expect(await operator('GET', '/admin/v1/status')).toMatchObject({
      status: 200,
      body: { sessions: 0, held: 0, policies: [{ workload: WORKLOAD, state: 'policy' }], receipts: 'none' },
    })
    writeFileSync(place.policyFile, '')
    expect(await operator('POST', '/admin/v1/reload')).toMatchObject({ status: 200, body: [{ to: null }] })
    expect(await adminOf(gateway.adminPort, 'token-ada')('POST', '/admin/v1/reload')).toMatchObject({ status: 403 })
  })
})

describe('what the user asked for', () => {
  /** Reads what the user named, and nothing else. */
  const asked = () =>
    sealed([
      {
        substrate: 'tool',
        action: 'read_text_file',
        allow: { 'tool.args.path': { kind: 'request' }, 'tool.server': { kind: 'any' } },
      },
    ])
  const codeOf = (result: Record<string, unknown>) => (result.isError === true ? decisionOf(result).code : 'ran')

  test('counts from a party that may assert it, in the way the configuration says, and from nobody else', async () => {
    const place = newPlace(asked)
    const text = `Please read ${join(place.files, 'a.txt')}, thanks`
    const inMeta = { ...readA(place), _meta: { 'ambit/request': text } }
    const headers = { 'ambit-request': encodeURIComponent(text) }
    const quick = { approvals: { withinSeconds: 1 } }
    const byHeader = await gatewayHere(documentOf(place, { request: 'header', ...quick }))
    const host = await httpClient(byHeader.url, { token: 'token-host', headers })
    expect(codeOf(await host.callTool(readA(place)))).toBe('ran')
    const agent = await httpClient(byHeader.url, { token: 'token-a', headers })
    expect(codeOf(await agent.callTool(inMeta))).toBe('context-missing')
    const byMeta = await gatewayHere(documentOf(place, { request: 'meta', ...quick }))
    const other = await httpClient(byMeta.url, { token: 'token-host' })
    expect(codeOf(await other.callTool(inMeta))).toBe('ran')
    const claiming = await httpClient(byMeta.url, { token: 'token-a', headers })
    expect(codeOf(await claiming.callTool(inMeta))).toBe('context-missing')
  })
})

describe('receipts', () => {
  test('a start, every decision that is no plain allow, and every answer are written before anything runs', async () => {
    const place = newPlace()
    const written: ReceiptBody[] = []
    const receipts = {
      sink: { append: async (body: ReceiptBody) => void written.push(body) },
      describe: () => ({
        request: { substrate: 'tool', action: 'x', visibility: 'seen', values: [], measures: [] } as const,
        decision: { verdict: 'deny', code: 'value-denied', permission: null, deviations: [] } as const,
      }),
      allows: false,
    }
    const { gateway, url } = await gatewayHere(documentOf(place, { approvals: { withinSeconds: 1 } }), { receipts })
    const client = await httpClient(url, { token: 'token-a' })
    await client.callTool(readA(place))
    await client.callTool(writeNew(place))
    await gateway.close('done')
    expect(written.map(({ event }) => event.kind)).toEqual(['start', 'decision', 'approval', 'stop'])
    expect(written[1]).toMatchObject({ identity: { subject: 'agent-a', client: 'test-client' }, workload: WORKLOAD })
  })

  test('a disk that takes no more stops every call that has to be recorded', async () => {
    const place = newPlace()
    let isFull = false
    const receipts = {
      sink: { append: () => (isFull ? Promise.reject(new Error('ENOSPC')) : Promise.resolve()) },
      describe: () => ({
        request: { substrate: 'tool', action: 'x', visibility: 'seen', values: [], measures: [] } as const,
        decision: { verdict: 'allow', code: 'permitted', permission: null, deviations: [] } as const,
      }),
      allows: true,
    }
    const { url } = await gatewayHere(documentOf(place), { receipts })
    const client = await httpClient(url, { token: 'token-a' })
    expect(await client.callTool(readA(place))).not.toHaveProperty('isError')
    isFull = true
    expect(decisionOf(await client.callTool(readA(place)))).toMatchObject({ code: 'not-recorded' })
    isFull = false
    expect(await client.callTool(readA(place))).not.toHaveProperty('isError')
  })
})

describe('a connection that breaks', () => {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } }

  test('is taken up again where it broke, by the session alone that it belongs to', async () => {
    const place = newPlace()
    const { url, gateway } = await gatewayHere(documentOf(place))
    const ask = (token: string, method: string, more: Record<string, string>, message?: object) =>
      fetch(url, {
        method,
        headers: { ...headers, authorization: `Bearer ${token}`, ...more },
        ...(message === undefined ? {} : { body: JSON.stringify({ jsonrpc: '2.0', ...message }) }),
      })
    const begun = await ask('token-a', 'POST', {}, { id: 1, method: 'initialize', params: HELLO })
    expect(begun.headers.get('content-type')).toBe('application/json')
    expect(await begun.json()).toMatchObject({ id: 1, result: { protocolVersion: '2025-11-25' } })
    const session = {
      'mcp-session-id': begun.headers.get('mcp-session-id') ?? '',
      'mcp-protocol-version': '2025-11-25',
    }
    await ask('token-a', 'POST', session, { method: 'notifications/initialized' })
    const params = { ...writeNew(place), _meta: { progressToken: 'p' } }
    const call = await ask('token-a', 'POST', session, { id: 2, method: 'tools/call', params })
    const reader = call.body?.pipeThrough(new TextDecoderStream()).getReader()
    const first = (await reader?.read())?.value ?? ''
    const event = /^id: (.*)$/m.exec(first)?.[1] ?? ''
    expect(event).not.toBe('')
    await reader?.cancel()
    expect((await ask('token-b', 'GET', { ...session, 'last-event-id': event })).status).toBe(404)
    expect((await ask('token-a', 'GET', { ...session, 'last-event-id': 'never_9' })).status).toBe(400)
    const [held] = gateway.enforcer.approvals.list()
    const by = { by: 'ada', channel: 'cli', reason: null } as const
    gateway.enforcer.approvals.answer(held?.call ?? '', { answer: 'approved', ...by })
    await expect.poll(() => existsSync(join(place.files, 'new.txt'))).toBe(true)
    const rest = await ask('token-a', 'GET', { ...session, 'last-event-id': event })
    expect(await rest.text()).toContain('"id":2')
    expect((await ask('token-a', 'DELETE', session)).status).toBe(200)
    expect((await ask('token-a', 'POST', session, { id: 3, method: 'ping' })).status).toBe(404)
  })

  test('versions: the current one and those before are spoken, another is answered with the newest', async () => {
    const place = newPlace()
    const { url } = await gatewayHere(documentOf(place))
    const begin = async (protocolVersion: string) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, authorization: 'Bearer token-a' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { ...HELLO, protocolVersion } }),
      })
      const { result } = (await response.json()) as { result: { protocolVersion: string } }
      return result.protocolVersion
    }
    expect(await begin('2025-11-25')).toBe('2025-11-25')
    expect(await begin('2025-06-18')).toBe('2025-06-18')
    expect(await begin('2099-01-01')).toBe('2025-11-25')
  })
})

describe('the configuration', () => {
  const example = readFileSync(new URL('../../deploy/gateway/gateway.yaml', import.meta.url), 'utf8')

  test('of the example is one', () => {
    const read = readGatewayConfig(example, '/etc/ambit/gateway.yaml', { SEARCH_AUTHORIZATION: 'Bearer x' })
    expect(read).toMatchObject({
      ok: true,
      value: { policies: '/etc/ambit/policies', servers: { search: { headers: { authorization: 'Bearer x' } } } },
    })
  })

  test.each([
    ['a variable that is not set', '', 'the variable `SEARCH_AUTHORIZATION` is not set'],
    ['an unknown field', 'recepits: {}\n', 'unknown field `recepits`'],
    ['a second admin address', 'admin: {}\n', 'written twice'],
  ])('with %s is refused, with the place', (_, more, what) => {
    const read = readGatewayConfig(`${example}${more}`, 'gateway.yaml', {})
    expect(read).toMatchObject({
      ok: false,
      problems: [{ what: expect.stringContaining(what), where: expect.stringMatching(/:\d+:\d+$/) }],
    })
  })
})
