/**
 * Hostile messages at the gateway, on standard streams and over HTTP, mixed with calls: it stays up, each request has one answer, no
 * call reaches a server without a recorded decision that lets it, and nothing is kept. `AMBIT_FUZZ=100000` sends as many.
 */
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StubServer, startStub } from '../../bench/replay/stub-server.ts'
import { createLines } from '../../io/mcp/lines.ts'
import { classify, idKey, idOf, isJson, own } from '../../io/mcp/message.ts'
import { answering, fuzzedPolicy, ledgerOf } from './fuzzing.ts'
import { gatewayHere, newPlace, program } from './gateway.ts'
import { HOSTILE } from './hostile-messages.ts'

const MESSAGES = Number(process.env.AMBIT_FUZZ ?? 4_000)
const PER_SESSION = 100
const LIMIT = 65_536
const NOBODY = 'null'

let stub: StubServer
beforeAll(async () => {
  stub = await startStub()
})
afterAll(async () => {
  // Among so much noise the calls were real, and some of them ran.
  expect(stub.calls()).toBeGreaterThan(MESSAGES / 50)
  await stub.close()
})

const documentOf = (server: Readonly<Record<string, unknown>>, policies: string) => ({
  policies,
  servers: { stub: { ...server, server: '' } },
  limits: { messageBytes: LIMIT },
  request: 'meta',
})

/** What an answer would be to, as far as a reader can tell; null: nothing is answered. */
const expected = (line: Buffer): string | null => {
  const written = line.toString('utf8')
  if (line.length > LIMIT) return /"id":(7|"x")/.exec(written)?.[1] === undefined ? NOBODY : 'large'
  if (written.trim() === '') return null
  let value: unknown
  try {
    value = JSON.parse(written)
  } catch {
    return NOBODY
  }
  const message = classify(value)
  if (message !== null && message.kind !== 'request') return null
  const id = message === null ? idOf(value) : message.message.id
  return id === null ? NOBODY : idKey(id)
}

const initialize = {
  jsonrpc: '2.0',
  id: 'hello',
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'fuzz', version: '1' } },
}

const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1)

const keyOf = (value: unknown): string => {
  const id = idOf(value)
  return id === null ? NOBODY : idKey(id)
}

const overStreams = async (lines: readonly Buffer[], server: Readonly<Record<string, unknown>>): Promise<void> => {
  const place = newPlace(fuzzedPolicy)
  const { recording, arrived, undecided } = ledgerOf()
  stub.onCall(({ name, args, answer }) => {
    arrived(name, args)
    answer('ok')
  })
  const [stdin, stdout] = [new PassThrough(), new PassThrough()]
  const document = { ...documentOf(server, place.policies), listen: 'stdio' }
  const running = await gatewayHere(document, { stdin, stdout, receipts: recording })
  const timer = answering(running)
  const answers = new Map<string, number>()
  const strange: unknown[] = []
  let last = 0
  const reader = createLines(1 << 24, {
    line: text => {
      const value: unknown = JSON.parse(text)
      const message = classify(value)
      last = Date.now()
      if (message === null) strange.push(value)
      if (message?.kind === 'response') count(answers, message.message.id === null ? NOBODY : idKey(message.message.id))
    },
    tooLarge: () => strange.push('too large'),
  })
  stdout.on('data', (chunk: Buffer) => reader.push(chunk))
  const wanted = new Map<string, number>()
  const spared = new Map<string, number>()
  const send = (line: Buffer): void => {
    const key = expected(line)
    if (key !== null) count(wanted, key === 'large' ? idKey(/"id":7/.test(line.toString()) ? 7 : 'x') : key)
    stdin.write(Buffer.concat([line, Buffer.from('\n')]))
  }
  send(Buffer.from(JSON.stringify(initialize)))
  await expect.poll(() => answers.get(idKey('hello')), { interval: 2, timeout: 30_000 }).toBe(1)
  send(Buffer.from('{"jsonrpc":"2.0","method":"notifications/initialized"}'))
  for (const line of lines) {
    send(line)
    // What is cancelled while it waits has no answer.
    try {
      const value: unknown = JSON.parse(line.toString('utf8'))
      const id = own(own(value, 'params'), 'requestId')
      if (own(value, 'method') === 'notifications/cancelled' && (typeof id === 'string' || typeof id === 'number'))
        count(spared, idKey(id))
    } catch {
      // No JSON: cancels nothing.
    }
  }
  send(Buffer.from('{"jsonrpc":"2.0","id":"bye","method":"ping"}'))
  const missing = (): readonly unknown[] =>
    [...wanted].flatMap(([key, times]) => {
      const got = answers.get(key) ?? 0
      const least = times - (spared.get(key) ?? 0)
      return got < least || got > times ? [{ key, times, got, spared: spared.get(key) ?? 0 }] : []
    })
  await expect.poll(missing, { interval: 5, timeout: 60_000 }).toEqual([])
  expect([...answers.keys()].filter(key => !wanted.has(key))).toEqual([])
  // Nothing comes twice, or late.
  while (Date.now() - last < 20) await new Promise(resolve => setTimeout(resolve, 5))
  expect(missing()).toEqual([])
  expect(strange).toEqual([])
  expect(undecided).toEqual([])
  clearInterval(timer)
  expect(running.log.entries.filter(({ level }) => level === 'error')).toEqual([])
  expect(running.gateway.enforcer.approvals.list()).toEqual([])
  await running.gateway.close('done')
  expect(running.gateway.enforcer.sessions()).toBe(0)
}

/** Speaks to the stub for a client on its standard streams. */
const bridge = () =>
  program(`
import { createInterface } from 'node:readline'
for await (const line of createInterface({ input: process.stdin })) {
  const headers = { 'content-type': 'application/json' }
  fetch(${JSON.stringify(stub.url)}, { method: 'POST', headers, body: line })
    .then(answer => answer.text())
    .then(text => text === '' || process.stdout.write(text + '\\n'))
}
`)

const sessions = fc.array(HOSTILE, { minLength: PER_SESSION, maxLength: PER_SESSION, size: 'max' })
const runs = (share: number) => ({
  numRuns: Math.max(1, Math.ceil((MESSAGES * share) / PER_SESSION)),
  endOnFailure: true,
})
const PATIENT = { timeout: Math.max(120_000, MESSAGES * 30) }

test('on standard streams', PATIENT, async () => {
  await fc.assert(
    fc.asyncProperty(sessions, lines => overStreams(lines, { url: stub.url })),
    runs(0.4),
  )
})

test('on standard streams, before a server on its own', PATIENT, async () => {
  await fc.assert(
    fc.asyncProperty(sessions, lines => overStreams(lines, bridge())),
    runs(0.1),
  )
})

const STATUSES = [200, 202, 400, 404, 413]

test('over HTTP', PATIENT, async () => {
  const place = newPlace(fuzzedPolicy)
  const { recording, arrived, undecided } = ledgerOf()
  stub.onCall(({ name, args, answer }) => {
    arrived(name, args)
    answer('ok')
  })
  const running = await gatewayHere(documentOf({ url: stub.url }, place.policies), { receipts: recording })
  const timer = answering(running)
  const post = async (body: Buffer, session: string | null) => {
    const response = await fetch(running.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(session === null ? {} : { 'mcp-session-id': session }),
      },
      body: new Uint8Array(body),
      signal: AbortSignal.timeout(60_000),
    })
    return { status: response.status, session: response.headers.get('mcp-session-id'), text: await response.text() }
  }
  const answersIn = (text: string): readonly unknown[] =>
    (text.startsWith('{') ? [text] : (text.match(/^data: \{.*$/gm) ?? []).map(line => line.slice(6)))
      .map((each): unknown => JSON.parse(each))
      .filter(value => isJson(value) && own(value, 'method') === undefined)
  const property = fc.asyncProperty(sessions, async lines => {
    const { session, status } = await post(Buffer.from(JSON.stringify(initialize)), null)
    expect(status).toBe(200)
    await post(Buffer.from('{"jsonrpc":"2.0","method":"notifications/initialized"}'), session)
    const replies = await Promise.all(lines.map(async line => ({ line, reply: await post(line, session) })))
    for (const { line, reply } of replies) {
      expect(STATUSES).toContain(reply.status)
      const key = expected(line)
      const answers = answersIn(reply.text)
      if (key === null && reply.status === 202) expect(answers).toEqual([])
      else expect(answers).toHaveLength(1)
      if (reply.status === 200) expect(keyOf(answers[0])).toEqual(key)
    }
    const ended = await fetch(running.url, { method: 'DELETE', headers: { 'mcp-session-id': session ?? '' } })
    expect(ended.status).toBe(200)
  })
  await fc.assert(property, runs(0.5))
  clearInterval(timer)
  expect(undecided).toEqual([])
  expect(running.log.entries.filter(({ level }) => level === 'error')).toEqual([])
  await expect.poll(() => running.gateway.sessions()).toBe(0)
  expect(running.gateway.enforcer.sessions()).toBe(0)
  expect(running.gateway.enforcer.approvals.list()).toEqual([])
})
