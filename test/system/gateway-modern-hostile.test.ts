/** Requests of 2026-07-28 that are not what they say: refused before anything is decided, with the codes that the protocol has. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { gatewayHere } from './gateway.ts'
import { answerOf, ENVELOPE, modernPlace, modernServer, post, written } from './modern.ts'
import { AMBIT } from './recording.ts'

const usual = { name: 'write', arguments: { line: 'a usual line' } }
const without = (key: string) => Object.fromEntries(Object.entries(ENVELOPE).filter(([name]) => !name.endsWith(key)))
const withField = (key: string, value: unknown) => ({ ...ENVELOPE, [`io.modelcontextprotocol/${key}`]: value })

type Case = readonly [
  string,
  number,
  { meta?: Record<string, unknown>; headers?: Record<string, string>; method?: string },
]
const CASES: readonly Case[] = [
  ['without a version in `_meta`', -32602, { meta: without('protocolVersion') }],
  ['without capabilities', -32602, { meta: without('clientCapabilities') }],
  ['with capabilities that are a list', -32602, { meta: withField('clientCapabilities', []) }],
  ['with an ability that is no object', -32602, { meta: withField('clientCapabilities', { elicitation: true }) }],
  ['with a client that has no version', -32602, { meta: withField('clientInfo', { name: 'x' }) }],
  ['with a log level that is none', -32602, { meta: withField('logLevel', 'loud') }],
  [
    'of a version that nobody speaks',
    -32022,
    { meta: withField('protocolVersion', '2099-01-01'), headers: { 'mcp-protocol-version': '2099-01-01' } },
  ],
  [
    'of an old version, in the new way',
    -32022,
    { meta: withField('protocolVersion', '2025-11-25'), headers: { 'mcp-protocol-version': '2025-11-25' } },
  ],
  ['with another version in the header', -32020, { headers: { 'mcp-protocol-version': '2025-11-25' } }],
  ['with another method in the header', -32020, { headers: { 'mcp-method': 'tools/list' } }],
  ['with another tool in the header', -32020, { headers: { 'mcp-name': 'echo' } }],
  ['with a name that is not Base64', -32020, { headers: { 'mcp-name': '=?base64?d3JpdG?=' } }],
  ['that begins a session in the new version', -32020, { method: 'initialize', meta: {} }],
]

describe('over HTTP, a call', { timeout: 60_000 }, () => {
  test('is refused with the code that says why, and has no effect', async () => {
    const place = modernPlace()
    const { url } = await gatewayHere({
      policies: place.policies,
      servers: { new: await modernServer('stdio', place.files) },
    })
    for (const [what, code, { method = 'tools/call', ...more }] of CASES)
      expect({ what, ...(await answerOf(post(url, method, usual, more))) }).toMatchObject({ what, status: 400, code })
    const drop = async (header: string) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: Object.fromEntries(
          Object.entries({
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
            'mcp-protocol-version': '2026-07-28',
            'mcp-method': 'tools/call',
            'mcp-name': 'write',
          }).filter(([name]) => name !== header),
        ),
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { ...usual, _meta: ENVELOPE } }),
      })
      return { header, status: response.status, body: await response.json() }
    }
    for (const header of ['mcp-protocol-version', 'mcp-method', 'mcp-name'])
      expect(await drop(header)).toMatchObject({ header, status: 400, body: { id: 1, error: { code: -32020 } } })
    for (const method of ['ping', 'logging/setLevel', 'resources/subscribe', 'no/such'])
      expect(await answerOf(post(url, method, {}))).toMatchObject({ status: 404, code: -32601 })
    expect(written(place)).toBe('')
    expect(await answerOf(post(url, 'tools/call', usual))).toMatchObject({ status: 200, code: null })
    expect(written(place)).toBe('a usual line\n')
  })

  test('whose parameters say something else in its headers is refused, once the tool is known', async () => {
    const place = modernPlace()
    const { url } = await gatewayHere({
      policies: place.policies,
      servers: { new: await modernServer('stdio', place.files) },
    })
    await answerOf(post(url, 'tools/list', {}))
    const call = { name: 'place', arguments: { region: 'Zürich' } }
    const encoded = `=?base64?${Buffer.from('Zürich').toString('base64')}?=`
    expect(await answerOf(post(url, 'tools/call', call))).toMatchObject({ status: 400, code: -32020 })
    const other = { headers: { 'mcp-param-region': 'Genf' } }
    expect(await answerOf(post(url, 'tools/call', call, other))).toMatchObject({ status: 400, code: -32020 })
    const right = { headers: { 'mcp-param-region': encoded } }
    expect((await answerOf(post(url, 'tools/call', call, right))).result).toMatchObject({
      content: [{ text: 'Zürich' }],
    })
  })

  test('that reads as a notification runs nowhere', async () => {
    const place = modernPlace()
    const { url } = await gatewayHere({
      policies: place.policies,
      servers: { new: await modernServer('stdio', place.files) },
    })
    const body = JSON.stringify({ jsonrpc: '2.0', method: 'tools/call', params: { ...usual, _meta: ENVELOPE } })
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(202)
    await answerOf(post(url, 'tools/list', {}))
    expect(written(place)).toBe('')
  })
})

test('over standard streams, the same; a version that nobody speaks leaves the way to a session open', {
  timeout: 60_000,
}, async () => {
  const place = modernPlace()
  const config = join(place.folder, 'gateway.yaml')
  const servers = { new: await modernServer('stdio', place.files) }
  writeFileSync(config, JSON.stringify({ policies: place.policies, workload: 'research/research-agent', servers }))
  const wire = () => {
    const child = spawn(process.execPath, [AMBIT, 'gateway', '--config', config], { stdio: ['pipe', 'pipe', 'ignore'] })
    const waiting = new Map<unknown, (message: unknown) => void>()
    createInterface({ input: child.stdout }).on('line', line => {
      const message = JSON.parse(line)
      waiting.get(message.id)?.(message)
    })
    const ask = (id: number, method: string, params: unknown): Promise<unknown> =>
      new Promise(resolve => {
        waiting.set(id, resolve)
        child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
      })
    return { ask, write: (text: string) => child.stdin.write(text), end: () => child.stdin.end() }
  }
  const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } }

  const modern = wire()
  for (const [what, code, { meta = ENVELOPE, headers, method = 'tools/call' }] of CASES) {
    if (code === -32020 || headers?.['mcp-protocol-version'] !== undefined || method !== 'tools/call') continue
    // Before the first request that can be served, one without a version would begin a session.
    if (!('io.modelcontextprotocol/protocolVersion' in meta)) continue
    expect({ what, ...Object(await modern.ask(1, method, { ...usual, _meta: meta })) }).toMatchObject({
      what,
      error: { code },
    })
  }
  const served = modern.ask(2, 'server/discover', { _meta: ENVELOPE })
  expect(await served).toMatchObject({ result: { supportedVersions: ['2026-07-28'], resultType: 'complete' } })
  expect(await modern.ask(3, 'tools/call', usual)).toMatchObject({ error: { code: -32602 } })
  expect(await modern.ask(4, 'initialize', HELLO)).toMatchObject({
    error: { code: -32022, data: { supported: ['2026-07-28'] } },
  })
  const slow = modern.ask(5, 'tools/call', { name: 'slow', arguments: { steps: 3 }, _meta: ENVELOPE })
  modern.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'tools/call', params: { ...usual, _meta: ENVELOPE } })}\n`)
  expect(await slow).toMatchObject({ result: { resultType: 'complete' } })
  expect(written(place)).toBe('')
  modern.end()

  const legacy = wire()
  const unknown = withField('protocolVersion', '2099-01-01')
  expect(await legacy.ask(1, 'server/discover', { _meta: unknown })).toMatchObject({ error: { code: -32022 } })
  expect(await legacy.ask(2, 'initialize', HELLO)).toMatchObject({ result: { protocolVersion: '2025-11-25' } })
  legacy.end()
})
