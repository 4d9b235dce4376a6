/**
 * What happens between two moments: an id used again, an approval beside a cancellation, a session that ends while a call is held, a
 * policy that changes or breaks meanwhile, a result that comes too late, a clock that runs backwards. Nothing runs that should not.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Arrived, type StubServer, startStub } from '../../bench/replay/stub-server.ts'
import { type Json, own } from '../../io/mcp/message.ts'
import { loadPolicies } from '../../io/policy-file/load-policies.ts'
import type { PermissionSketch } from '../contracts/policy-of.ts'
import { gatewayHere, newPlace, type Place, program, putPolicy, type Running, sealed } from './gateway.ts'

const READ: PermissionSketch = {
  substrate: 'tool',
  action: 'read',
  allow: { 'tool.args.path': { kind: 'path', under: ['/data'] } },
}
const WRITE: PermissionSketch = {
  substrate: 'tool',
  action: 'write',
  allow: { 'tool.args.path': { kind: 'none' } },
  review: { 'tool.args.path': { kind: 'path', under: ['/data'] } },
}
const SEND: PermissionSketch = { substrate: 'tool', action: 'send', allow: { 'tool.args.to': { kind: 'field' } } }

let stub: StubServer
let arrived: Arrived[]
/** Whether calls are answered at once, or by the test. */
let isPrompt: boolean
beforeEach(async () => {
  stub = await startStub()
  arrived = []
  isPrompt = true
  stub.onCall(call => {
    arrived.push(call)
    if (isPrompt) call.answer('ok')
  })
})
afterEach(() => stub.close())

const start = async (permissions: readonly PermissionSketch[] = [READ, WRITE], more = {}, world = {}) => {
  const place = newPlace(() => sealed(permissions))
  const servers = { stub: { url: stub.url, server: '' } }
  const running = await gatewayHere({ policies: place.policies, servers, ...more }, world)
  return { place, running }
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

/** A client that may use any id at any time. */
const rawClient = async ({ url }: Running) => {
  let session = ''
  const post = (message: Json): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: { ...HEADERS, ...(session === '' ? {} : { 'mcp-session-id': session }) },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      signal: AbortSignal.timeout(30_000),
    })
  const ask = async (message: Json): Promise<Json> => {
    const text = await (await post(message)).text()
    return JSON.parse(text.startsWith('{') ? text : (/^data: (\{.*"(?:result|error)".*)$/m.exec(text)?.[1] ?? ''))
  }
  const clientInfo = { name: 'raw', version: '1' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  const begun = await post({ id: 0, method: 'initialize', params })
  await begun.text()
  session = begun.headers.get('mcp-session-id') ?? ''
  await post({ method: 'notifications/initialized' })
  return {
    post,
    ask,
    call: (id: number, name: string, args: Json) =>
      ask({ id, method: 'tools/call', params: { name, arguments: args } }),
    cancel: (id: number) => post({ method: 'notifications/cancelled', params: { requestId: id } }),
    end: () => fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': session } }),
  }
}

const textIn = (response: Json): unknown => {
  const content = own(own(response, 'result'), 'content')
  return Array.isArray(content) ? own(content[0], 'text') : undefined
}
const held = ({ gateway }: Running) => gateway.enforcer.approvals.list()
const oneHeld = (running: Running) => expect.poll(() => held(running).length, { timeout: 30_000 }).toBe(1)
const answer = (running: Running, call: string, given: 'approved' | 'refused' = 'approved') =>
  running.gateway.enforcer.approvals.answer(call, { answer: given, by: 'ada', channel: 'http', reason: null })

describe('an id that is used again after a cancellation', () => {
  test('gets its own answer, not that of a call that was held under it', async () => {
    const { running } = await start()
    const client = await rawClient(running)
    const first = client.call(5, 'write', { path: '/data/a' })
    await oneHeld(running)
    const [{ call = '' } = {}] = held(running)
    await client.cancel(5)
    // Its HTTP response ends, and says why: nothing else would end it.
    expect(await first).toMatchObject({ id: 5, error: { code: -32800 } })
    expect(textIn(await client.call(5, 'read', { path: '/data/b' }))).toBe('ok')
    expect(answer(running, call)).toBe('unknown')
    expect(arrived.map(({ name }) => name)).toEqual(['read'])
  })

  test('gets its own answer, not one that a server gives late', async () => {
    const { running } = await start()
    const client = await rawClient(running)
    isPrompt = false
    const first = client.call(5, 'read', { path: '/data/a' })
    await expect.poll(() => arrived.length).toBe(1)
    await client.cancel(5)
    await first
    const second = client.call(5, 'read', { path: '/data/b' })
    await expect.poll(() => arrived.length).toBe(2)
    arrived[0]?.answer('late')
    arrived[1]?.answer('in time')
    expect(textIn(await second)).toBe('in time')
  })
})

describe('a call', () => {
  test('that waits for no answer goes nowhere', async () => {
    const { running } = await start()
    const client = await rawClient(running)
    const params = { name: 'read', arguments: { path: '/data/a' } }
    for (const method of ['tools/call', 'TOOLS/CALL', ' tools/call\n']) await client.post({ method, params })
    expect(textIn(await client.call(1, 'read', { path: '/data/b' }))).toBe('ok')
    expect(stub.calls()).toBe(1)
    expect(running.log.find('client-message-refused')).toBeDefined()
  })

  test('that two people answer runs once', async () => {
    const { running } = await start()
    const client = await rawClient(running)
    const given = client.call(1, 'write', { path: '/data/a' })
    await oneHeld(running)
    const [{ call = '' } = {}] = held(running)
    expect(['approved', 'refused', 'approved'].map(each => answer(running, call, each as 'approved'))).toEqual([
      'accepted',
      'unknown',
      'unknown',
    ])
    expect(textIn(await given)).toBe('ok')
    expect(stub.calls()).toBe(1)
  })

  test('that was approved and cancelled in one breath is sent once or not at all, and never answered twice', async () => {
    const { running } = await start()
    const client = await rawClient(running)
    for (let id = 1; id <= 20; id++) {
      const before = stub.calls()
      const given = client.call(id, 'write', { path: `/data/${id}` })
      await oneHeld(running)
      const [{ call = '' } = {}] = held(running)
      const cancelled = id % 2 === 0 ? client.cancel(id) : undefined
      answer(running, call)
      await (cancelled ?? client.cancel(id))
      const response = await given
      const didRun = own(response, 'result') !== undefined
      expect(stub.calls() - before).toBeLessThanOrEqual(1)
      if (didRun) expect(stub.calls() - before).toBe(1)
    }
  })

  test('whose session ends while it is held does not run, and leaves nothing behind', async () => {
    const { running } = await start()
    const client = await rawClient(running)
    const given = client.call(1, 'write', { path: '/data/a' }).catch(() => null)
    await oneHeld(running)
    const [{ call = '' } = {}] = held(running)
    await client.end()
    expect(answer(running, call)).toBe('unknown')
    await given
    expect(stub.calls()).toBe(0)
    expect(running.gateway.enforcer.sessions()).toBe(0)
  })

  test('of a session that is gone before it is decided leaves nothing behind', async () => {
    const { running } = await start()
    for (let turn = 0; turn < 30; turn++) {
      const client = await rawClient(running)
      const left = [1, 2, 3].map(id => client.call(id, 'read', { path: `/data/${turn}` }).catch(() => null))
      await client.end()
      await Promise.all(left)
    }
    await expect.poll(() => running.gateway.sessions()).toBe(0)
    await expect.poll(() => running.gateway.enforcer.sessions()).toBe(0)
  })

  test('whose result comes after it was given up shows the session nothing', async () => {
    const { running } = await start([READ, SEND])
    const client = await rawClient(running)
    isPrompt = false
    const first = client.call(1, 'read', { path: '/data/a' })
    await expect.poll(() => arrived.length).toBe(1)
    await client.cancel(1)
    await first
    arrived[0]?.answer(JSON.stringify({ owner: 'ada@example.org' }))
    isPrompt = true
    await client.call(2, 'read', { path: '/data/b' })
    expect(await client.call(3, 'send', { to: 'ada@example.org' })).toMatchObject({ result: { isError: true } })
    expect(arrived.map(({ name }) => name)).toEqual(['read', 'read'])
  })

  test('of a tool whose name a terminal would obey is told about in letters', async () => {
    const { running } = await start()
    const client = await rawClient(running)
    const name = 'erase\u001b[2J\u0000\u202e'
    const denied = await client.call(1, name, { path: '/data/a' })
    expect(denied).toMatchObject({ result: { isError: true } })
    for (const obeyed of ['\u0000', '\u001b', '\u202e']) expect(String(textIn(denied))).not.toContain(obeyed)
    await expect.poll(() => running.log.find('call-stopped')).toMatchObject({ tool: name, code: 'surface-unknown' })
    expect(stub.calls()).toBe(0)
  })
})

describe('a policy', () => {
  test('that is replaced while a call is held decides again: what it denies does not run, approved or not', async () => {
    const { place, running } = await start()
    const client = await rawClient(running)
    const given = client.call(1, 'write', { path: '/data/a' })
    await oneHeld(running)
    const [{ call = '' } = {}] = held(running)
    putPolicy(place, sealed([READ]))
    await running.gateway.reload('test')
    answer(running, call)
    expect(await given).toMatchObject({ result: { isError: true } })
    expect(stub.calls()).toBe(0)
  })

  test('that is swapped under calls lets each through by one of the two, and none by neither', async () => {
    const { place, running } = await start()
    const clients = await Promise.all([1, 2, 3, 4].map(() => rawClient(running)))
    let isOver = false
    const swapping = (async () => {
      for (let turn = 0; !isOver; turn++) {
        putPolicy(place, sealed(turn % 2 === 0 ? [WRITE] : [READ, WRITE]))
        await running.gateway.reload('test')
      }
    })()
    let ran = 0
    for (let id = 1; id <= 60; id++) {
      const responses = await Promise.all(
        clients.map(client => client.call(id, id % 3 === 0 ? 'erase' : 'read', { path: `/data/${id}` })),
      )
      ran += responses.filter(response => textIn(response) === 'ok').length
    }
    isOver = true
    await swapping
    expect(arrived.map(({ name }) => name)).not.toContain('erase')
    expect(stub.calls()).toBe(ran)
    expect(ran).toBeGreaterThan(0)
  })

  const broken: readonly [string, (place: Place) => void, string][] = [
    ['emptied', ({ policyFile }) => writeFileSync(policyFile, ''), 'policy-unreadable'],
    [
      'replaced by a folder',
      ({ policyFile }) => {
        rmSync(policyFile)
        mkdirSync(policyFile)
      },
      'no-policy',
    ],
    [
      'cut in half',
      ({ policyFile }) => {
        const whole = readFileSync(policyFile, 'utf8')
        writeFileSync(policyFile, whole.slice(0, whole.length / 2))
      },
      'policy-unreadable',
    ],
    [
      'edited, with its old digest',
      ({ policyFile }) => writeFileSync(policyFile, readFileSync(policyFile, 'utf8').replaceAll('/data', '/')),
      'policy-unreadable',
    ],
  ]
  test.each(broken)('that is %s denies, in the session that is open', async (_, damage, code) => {
    const { place, running } = await start()
    const client = await rawClient(running)
    expect(textIn(await client.call(1, 'read', { path: '/data/a' }))).toBe('ok')
    damage(place)
    await running.gateway.reload('test')
    expect(await client.call(2, 'read', { path: '/data/a' })).toMatchObject({
      result: { isError: true, _meta: { 'ambit/decision': { code } } },
    })
    expect(stub.calls()).toBe(1)
    rmSync(place.policyFile, { recursive: true })
    putPolicy(place, sealed([READ]))
    await running.gateway.reload('test')
    expect(textIn(await client.call(3, 'read', { path: '/data/a' }))).toBe('ok')
  })

  test('that is cut anywhere is none', async () => {
    const place = newPlace(() => sealed([READ, WRITE]))
    const whole = readFileSync(place.policyFile, 'utf8')
    const step = Math.max(1, Math.floor(whole.length / 150))
    for (let length = 0; length < whole.trimEnd().length; length += step) {
      writeFileSync(place.policyFile, whole.slice(0, length))
      const loaded = await loadPolicies(place.policies)
      expect(loaded.ok ? [...loaded.value.policies.keys()] : []).toEqual([])
    }
  })
})

test('a clock that runs backwards, or jumps, changes no verdict and leaves nobody waiting', async () => {
  let clock = Date.parse('2026-06-01T00:00:00Z')
  const jumps = [-3_600_000, 7, -86_400_000 * 30, 0, 3_600_000 * 5, -1]
  let turn = 0
  const now = (): number => {
    clock += jumps[turn++ % jumps.length] ?? 0
    return clock
  }
  const limits = { sessionIdleSeconds: 604_800 }
  const { running } = await start([READ, WRITE], { limits, approvals: { withinSeconds: 1 } }, { now })
  const client = await rawClient(running)
  for (let id = 1; id <= 20; id++) {
    expect(textIn(await client.call(id, 'read', { path: `/data/${id}` }))).toBe('ok')
    expect(await client.call(id, 'erase', { path: '/data' })).toMatchObject({ result: { isError: true } })
  }
  expect(await client.call(90, 'write', { path: '/data/a' })).toMatchObject({
    result: { _meta: { 'ambit/decision': { answer: 'timed-out' } } },
  })
  expect(stub.calls()).toBe(20)
})

describe('a server', () => {
  test('whose answers nobody could write again harms its own call, and no other', async () => {
    const place = newPlace(() => sealed([READ, { substrate: 'tool', action: 'deep' }]))
    const page = program(`
import { createInterface } from 'node:readline'
const send = message => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
const deep = '['.repeat(20000) + ']'.repeat(20000)
createInterface({ input: process.stdin }).on('line', line => {
  const { id, method, params = {} } = JSON.parse(line)
  if (method === 'initialize') return send({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'page', version: '1' } } })
  if (method === 'tools/list') return send({ id, result: { tools: [] } })
  if (params.name === 'read') return send({ id, result: { content: [{ type: 'text', text: 'ok' }] } })
  if (method !== 'tools/call') return
  process.stdout.write('{"jsonrpc":"2.0","method":"notifications/message","params":' + deep + '}\\n')
  process.stdout.write('{"jsonrpc":"2.0","id":"x","method":"ping","params":' + deep + '}\\n')
  process.stdout.write('{"jsonrpc":"2.0","id":' + id + ',"result":' + deep + '}\\n')
})
`)
    const running = await gatewayHere({ policies: place.policies, servers: { page: { ...page, server: '' } } })
    const client = await rawClient(running)
    const [deep, read] = await Promise.all([client.call(1, 'deep', {}), client.call(2, 'read', { path: '/data/a' })])
    expect(deep).toMatchObject({ error: { message: expect.stringContaining('no message') } })
    expect(textIn(read)).toBe('ok')
    expect(textIn(await client.call(3, 'read', { path: '/data/a' }))).toBe('ok')
  })
})
