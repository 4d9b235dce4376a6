/**
 * Hostile messages that say that they are of 2026-07-28, mixed with calls: each request has one answer, no call reaches a server without a
 * recorded decision that lets it, and nothing is kept. `AMBIT_FUZZ=100000` sends as many.
 */
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StubServer, startStub } from '../../bench/replay/stub-server.ts'
import { createLines } from '../../io/mcp/lines.ts'
import { classify, idKey, isJson, own } from '../../io/mcp/message.ts'
import { headersOf } from '../../io/mcp/mirrored-headers.ts'
import { answering, fuzzedPolicy, ledgerOf } from './fuzzing.ts'
import { gatewayHere, newPlace } from './gateway.ts'
import { HOSTILE } from './hostile-messages.ts'
import { ENVELOPE } from './modern.ts'

const MESSAGES = Number(process.env.AMBIT_FUZZ ?? 4_000) / 4
const PER_SESSION = 100
const PATIENT = { timeout: Math.max(120_000, MESSAGES * 60) }

let stub: StubServer
beforeAll(async () => {
  stub = await startStub()
})
afterAll(async () => {
  expect(stub.calls()).toBeGreaterThan(MESSAGES / 50)
  await stub.close()
})

/** Most are whole; some lack what they need, or have it wrong; some come back to questions that nobody asked. */
const META = fc.oneof(
  { weight: 12, arbitrary: fc.constant<unknown>(ENVELOPE) },
  fc.constantFrom<unknown>(
    { ...ENVELOPE, 'io.modelcontextprotocol/clientCapabilities': { elicitation: {}, sampling: {}, roots: {} } },
    { ...ENVELOPE, 'io.modelcontextprotocol/clientCapabilities': [] },
    { ...ENVELOPE, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' },
    { ...ENVELOPE, progressToken: 1, 'ambit/session': { name: 'x', begins: true } },
    { ...ENVELOPE, 'io.modelcontextprotocol/logLevel': 'debug' },
  ),
)
const ROUND = fc.oneof(
  { weight: 8, arbitrary: fc.constant({}) },
  fc.constantFrom<Record<string, unknown>>(
    { requestState: 'x' },
    { requestState: 1 },
    { inputResponses: { x: { action: 'accept' } } },
    { inputResponses: [], requestState: 'x' },
    { notifications: { toolsListChanged: true, resourceSubscriptions: ['a', 1] } },
  ),
)
const METHOD = fc.oneof(
  { weight: 12, arbitrary: fc.constant(null) },
  fc.constantFrom('subscriptions/listen', 'server/discover', 'notifications/subscriptions/acknowledged'),
)

/** Null: it is no message that could say so. */
const saying = (line: Buffer, meta: unknown, round: object, method: string | null): unknown => {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'))
    const params = own(value, 'params')
    const whole = { ...(isJson(params) ? params : {}), ...round, _meta: meta }
    return isJson(value) ? { ...value, ...(method === null ? {} : { method }), params: whole } : null
  } catch {
    return null
  }
}

const MESSAGE = fc
  .tuple(HOSTILE, META, ROUND, METHOD)
  .map(([line, meta, round, method]) => saying(line, meta, round, method))
  .filter(message => message !== null && classify(message) !== null)
const SESSIONS = fc.array(MESSAGE, { minLength: PER_SESSION, maxLength: PER_SESSION, size: 'max' })
const runs = (share: number) => ({
  numRuns: Math.max(1, Math.ceil((MESSAGES * share) / PER_SESSION)),
  endOnFailure: true,
})

const documentOf = (policies: string) => ({
  policies,
  servers: { stub: { url: stub.url, server: '' } },
  limits: { messageBytes: 65_536 },
  request: 'meta',
  session: 'meta',
})

const deciding = () => {
  const ledger = ledgerOf()
  stub.onCall(({ name, args, answer }) => {
    ledger.arrived(name, args)
    answer('ok')
  })
  return ledger
}

/** An answer ends it; a stream that is listened to goes on until it is given up. */
const isEndless = (message: unknown): boolean => own(message, 'method') === 'subscriptions/listen'

test('on standard streams', PATIENT, async () => {
  const property = fc.asyncProperty(SESSIONS, async messages => {
    const { recording, undecided } = deciding()
    const [stdin, stdout] = [new PassThrough(), new PassThrough()]
    const document = { ...documentOf(newPlace(fuzzedPolicy).policies), listen: 'stdio' }
    const running = await gatewayHere(document, { stdin, stdout, receipts: recording })
    const timer = answering(running)
    const answers = new Map<string, number>()
    const strange: unknown[] = []
    const reader = createLines(1 << 24, {
      line: text => {
        const message = classify(JSON.parse(text))
        if (message === null) strange.push(text)
        if (message?.kind !== 'response') return
        const key = message.message.id === null ? 'null' : idKey(message.message.id)
        answers.set(key, (answers.get(key) ?? 0) + 1)
      },
      tooLarge: () => strange.push('too large'),
    })
    stdout.on('data', (chunk: Buffer) => reader.push(chunk))
    const send = (message: unknown): boolean => stdin.write(`${JSON.stringify(message)}\n`)
    send({ jsonrpc: '2.0', id: 'hello', method: 'server/discover', params: { _meta: ENVELOPE } })
    await expect.poll(() => answers.get(idKey('hello')), { interval: 2, timeout: 30_000 }).toBe(1)
    // Ids that are used once, so that each must have its one answer.
    const requests = messages.map((message, index) =>
      isJson(message) && message.id !== undefined ? { ...message, id: `r${index}` } : message,
    )
    for (const message of requests) send(message)
    const wanted = requests.filter(message => classify(message)?.kind === 'request' && !isEndless(message))
    const ids = wanted.map(message => String(own(message, 'id')))
    const missing = () => ids.filter(id => answers.get(idKey(id)) !== 1)
    await expect.poll(missing, { interval: 5, timeout: 60_000 }).toEqual([])
    expect(strange).toEqual([])
    expect(undecided).toEqual([])
    clearInterval(timer)
    expect(running.log.entries.filter(({ level }) => level === 'error')).toEqual([])
    await running.gateway.close('done')
    expect(running.gateway.enforcer.approvals.list()).toEqual([])
    expect(running.gateway.enforcer.sessions()).toBe(0)
  })
  await fc.assert(property, runs(0.5))
})

const STATUSES = [200, 202, 400, 404, 413]

test('over HTTP', PATIENT, async () => {
  const { recording, undecided } = deciding()
  const running = await gatewayHere(documentOf(newPlace(fuzzedPolicy).policies), { receipts: recording })
  const timer = answering(running)
  const post = async (message: unknown) => {
    if (!isJson(message)) return
    const gone = new AbortController()
    const response = await fetch(running.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headersOf(message),
      },
      body: JSON.stringify(message),
      signal: gone.signal,
    })
    expect(STATUSES).toContain(response.status)
    const isStream = response.headers.get('content-type')?.includes('event-stream') === true
    if (isStream && isEndless(message)) {
      gone.abort()
      return
    }
    const text = await response.text()
    const lines = text.startsWith('{') ? [text] : (text.match(/^data: .*$/gm) ?? []).map(line => line.slice(6))
    const answers = lines.map((line): unknown => JSON.parse(line)).filter(each => own(each, 'method') === undefined)
    expect(answers).toHaveLength(response.status === 202 ? 0 : 1)
    if (answers.length > 0 && response.status !== 413)
      expect(JSON.stringify(own(answers[0], 'id'))).toBe(JSON.stringify(message.id ?? null))
  }
  await fc.assert(
    fc.asyncProperty(SESSIONS, async messages => void (await Promise.all(messages.map(post)))),
    runs(0.5),
  )
  clearInterval(timer)
  expect(undecided).toEqual([])
  expect(running.log.entries.filter(({ level }) => level === 'error')).toEqual([])
  expect(running.gateway.enforcer.approvals.list()).toEqual([])
  await running.gateway.close('done')
  expect(running.gateway.enforcer.sessions()).toBe(0)
})
