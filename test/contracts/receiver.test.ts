/** `ambit serve` as exporters and operators see it: formats, scopes, acknowledgement, resending, what an operator may read. */
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { DEFAULT_DECISIONS } from '../../core/model/decisions.ts'
import { derivePolicy } from '../../core/pipeline.ts'
import type { EvidenceStore } from '../../io/store/evidence-store.ts'
import { profileText } from './evidence-line.ts'
import {
  closeLast,
  exported,
  isBalanced,
  JSON_TYPE,
  PROTOBUF,
  protobufOf,
  responseOf,
  start,
  startLast,
  type TestReceiver,
  WORKLOAD,
} from './receiver.ts'

afterEach(closeLast)

const TRACES = '/v1/traces'
const RECORDS = '/v1/evidence'

const SESSIONS = Array.from({ length: 5 }, (_, index) =>
  exported({
    session: `s${index}`,
    request: `pay ${index} to the landlord`,
    calls: [
      ['read_file', { path: `bills/${index}.txt`, deep: { list: [1, 2.5, true, null, 'ä'] } }],
      ['send_money', { amount: 10 + index, recipient: 'landlord' }],
    ],
  }),
)

/** As `ambit record` writes it. */
const line = (id: string, name = 'assistant') =>
  JSON.stringify({
    format: 'ambit.observation/v1',
    type: 'observation',
    id,
    workload: { namespace: 'bank', name },
    session: 's',
    time: '2026-01-10T10:00:00Z',
    substrate: 'tool',
    action: 'read_file',
    arguments: { path: 'a.txt' },
  })

const textOf = async (store: EvidenceStore): Promise<string> => {
  const profile = await (await store.read()).profile(WORKLOAD)
  return profile === null ? '' : profileText(profile)
}

describe('formats', () => {
  const profileBy = async (send: (receiver: TestReceiver, request: object) => Promise<unknown>) => {
    const own = await start()
    for (const request of SESSIONS) await send(own, request)
    const profile = await textOf(own.store)
    const ledger = (await own.store.read()).ledger
    await own.close()
    return { profile, ledger }
  }

  test('the same spans in protobuf and JSON, plain and gzip, make the same profile and the same ledger', async () => {
    const plain = await profileBy(({ post }, request) => post(TRACES, JSON.stringify(request)))
    expect(plain.ledger).toEqual([{ source: 'otlp', received: 15, accepted: 15, duplicate: 0, rejected: {}, lost: 0 }])
    expect(plain.profile).toContain('send_money')
    const ways = [
      profileBy(({ post }, request) => post(TRACES, protobufOf(request), PROTOBUF)),
      profileBy(({ post }, request) =>
        post(TRACES, gzipSync(protobufOf(request)), { ...PROTOBUF, 'content-encoding': 'gzip' }),
      ),
      profileBy(({ post }, request) =>
        post(TRACES, gzipSync(JSON.stringify(request)), { ...JSON_TYPE, 'content-encoding': 'gzip' }),
      ),
      profileBy(({ post }, request) => post(RECORDS, JSON.stringify(request))),
    ]
    for (const way of await Promise.all(ways)) expect(way).toEqual(plain)
  })

  test('answers come as the request did, and say nothing where all is taken', async () => {
    const { post } = await startLast()
    const json = await post(TRACES, JSON.stringify(SESSIONS[0]))
    expect([json.status, json.headers.get('content-type'), json.json()]).toEqual([200, 'application/json', {}])
    const protobuf = await post(TRACES, protobufOf(SESSIONS[1] ?? {}), PROTOBUF)
    expect([protobuf.status, protobuf.headers.get('content-type')]).toEqual([200, 'application/x-protobuf'])
    expect(protobuf.bytes.length).toBe(0)
  })

  test.each([
    ['JSON', '{}', JSON_TYPE],
    ['protobuf', '', PROTOBUF],
  ])('an empty request in %s is taken, and nothing is received', async (_, body, type) => {
    const { post, store } = await startLast()
    expect((await post(TRACES, body, type)).status).toBe(200)
    expect((await store.read()).ledger).toEqual([])
  })

  test.each([
    ['JSON lines', `${line('a')}\n${line('b')}\n`],
    ['lines without a final one', `${line('a')}\r\n${line('b')}`],
    ['an array', `[${line('a')},\n${line('b')}]`],
    ['a document and another', `${JSON.stringify(JSON.parse(line('a')), null, 2)}\n${line('b')}`],
  ])('records of other sensors: %s', async (_, body) => {
    const { post, store } = await startLast()
    const { status, json } = await post(RECORDS, body, { 'content-type': 'application/x-ndjson' })
    expect([status, json()]).toEqual([200, { received: 2, rejected: {} }])
    expect((await store.read()).ledger).toMatchObject([{ source: 'ambit', received: 2, accepted: 2 }])
  })

  test('a broken line costs itself, is counted, and counted once', async () => {
    const { post, store } = await startLast()
    const body = `${line('a')}\n{"broken\n${line('b')}\n`
    for (let sent = 0; sent < 2; sent++)
      expect((await post(RECORDS, body)).json()).toEqual({ received: 3, rejected: { 'not-json': 1 } })
    expect((await store.read()).ledger).toMatchObject([
      { source: 'ambit', accepted: 2, duplicate: 2 },
      { source: 'unrecognized', duplicate: 1, rejected: { 'not-json': 1 } },
    ])
  })

  test('`source` forces how records are read; one that is none is refused', async () => {
    const { post, store } = await startLast()
    expect((await post(`${RECORDS}?source=falco`, line('a'))).json()).toMatchObject({ received: 1 })
    expect((await store.read()).ledger).toMatchObject([{ source: 'falco', accepted: 0 }])
    expect((await post(`${RECORDS}?source=falcon`, line('a'))).status).toBe(400)
  })
})

describe('sent again', () => {
  test('it counts once: whole, in another batch, in another format', async () => {
    const { post, store } = await startLast()
    const [first, second] = SESSIONS
    await post(TRACES, JSON.stringify(first))
    const before = await textOf(store)
    await post(TRACES, JSON.stringify(first))
    await post(TRACES, protobufOf(first ?? {}), PROTOBUF)
    expect(await textOf(store)).toBe(before)
    const both = { resourceSpans: [...(first?.resourceSpans ?? []), ...(second?.resourceSpans ?? [])] }
    await post(TRACES, JSON.stringify(both))
    expect((await store.read()).ledger).toMatchObject([{ received: 15, accepted: 6, duplicate: 9, lost: 0 }])
  })

  test('many at once: everything is there once, and the ledger balances', async () => {
    const { post, store } = await startLast()
    const bodies = Array.from({ length: 40 }, (_, index) =>
      exported({ session: `c${index % 20}`, calls: [['read_file', { path: `${index % 20}` }]] }),
    )
    const answers = await Promise.all(bodies.map(body => post(TRACES, protobufOf(body), PROTOBUF)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect((await store.read()).ledger).toMatchObject([{ received: 80, accepted: 20, duplicate: 40 }])
    expect(await isBalanced(store)).toBe(true)
  })
})

describe('scopes', () => {
  const tokens = {
    own: { record: ['bank/assistant'] },
    asserting: { record: ['bank/*'], assertContext: ['bank/assistant'] },
    bound: { record: ['*'], workload: 'bank/assistant' },
    asking: { decide: ['*'] },
  }
  const other = exported({ session: 'o', service: 'teller', request: 'hello', calls: [['read_file', { path: 'x' }]] })
  const own = exported({ session: 'p', calls: [['read_file', { path: 'x' }]] })
  const asked = exported({ session: 'q', request: 'read x', calls: [['read_file', { path: 'x' }]] })

  test('nobody writes evidence of somebody else’s workload: it is refused by name, and the rest is taken', async () => {
    const { post, store } = await startLast({ tokens })
    const both = { resourceSpans: [...own.resourceSpans, ...other.resourceSpans] }
    const answer = await post(TRACES, protobufOf(both), PROTOBUF, 'own')
    expect(answer.status).toBe(200)
    const { rejected, why } = responseOf(answer.bytes)
    expect(rejected).toBe(2)
    expect(why).toContain('2 out-of-scope: ')
    expect(why).not.toContain('teller')
    expect((await store.read()).workloads).toEqual([WORKLOAD])
    expect((await store.read()).ledger).toMatchObject([
      { accepted: 1, rejected: { 'not-behavior': 1, 'out-of-scope': 2 } },
    ])
    const json = await post(TRACES, JSON.stringify(other), JSON_TYPE, 'bound')
    expect(json.json().partialSuccess.rejectedSpans).toBe('2')
    expect((await store.read()).workloads).toEqual([WORKLOAD])
  })

  test('what a user asked counts from a party that may assert it; from others the calls alone do', async () => {
    const { post, store } = await startLast({ tokens })
    const { why, rejected } = responseOf((await post(TRACES, protobufOf(asked), PROTOBUF, 'own')).bytes)
    expect([rejected, why.startsWith('1 request-unasserted: ')]).toEqual([1, true])
    expect((await store.read()).ledger).toMatchObject([{ accepted: 1, rejected: { 'request-unasserted': 1 } }])
    expect(responseOf((await post(TRACES, protobufOf(asked), PROTOBUF, 'asserting')).bytes).isPartial).toBe(false)
    expect((await store.read()).ledger).toMatchObject([{ accepted: 2, duplicate: 1 }])
    expect((await post(TRACES, protobufOf(other), PROTOBUF, 'asserting')).status).toBe(200)
    expect((await store.read()).ledger).toMatchObject([{ rejected: { 'request-unasserted': 2 } }])
  })

  test('no token, a wrong one, one without the scope: nothing is read, and no ledger hears of strangers', async () => {
    const { post, store } = await startLast({ tokens })
    for (const [token, status] of [
      [null, 401],
      ['nobody', 401],
      ['asking', 403],
    ] as const) {
      const answer = await post(TRACES, protobufOf(own), PROTOBUF, token)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/x-protobuf'])
      expect(answer.headers.get('www-authenticate')?.startsWith('Bearer') ?? false).toBe(status === 401)
      expect((await post(RECORDS, line('a'), {}, token)).status).toBe(status)
    }
    await post(TRACES, JSON.stringify(own))
    expect((await store.read()).ledger).toMatchObject([{ source: 'otlp', lost: 0 }])
  })

  test('what there is is for operators', async () => {
    const { post, get } = await startLast()
    for (const request of SESSIONS) await post(TRACES, protobufOf(request), PROTOBUF)
    expect((await get('/v1/ledger', 'collector')).status).toBe(403)
    expect((await get('/v1/ledger', null)).status).toBe(401)
    expect((await get('/v1/ledger')).json()).toMatchObject([{ source: 'otlp', received: 15 }])
    expect((await get('/v1/workloads')).json()).toEqual(['bank/assistant'])
    expect((await get('/v1/policy')).status).toBe(400)
    expect((await get('/v1/policy?workload=bank/teller')).status).toBe(404)
    const policy = await get('/v1/policy?workload=bank/assistant')
    expect(policy.headers.get('content-type')).toBe('application/yaml')
    expect(policy.bytes.toString()).toContain('format: ambit.policy/v1')
  })
})

describe('paths', () => {
  test('other signals, methods and paths', async () => {
    const { post, get, url } = await startLast()
    for (const path of ['/v1/logs', '/v1/metrics']) {
      const answer = await post(path, protobufOf({}), PROTOBUF)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/x-protobuf'])
      expect(answer.bytes.toString()).toContain('export traces only')
    }
    const wrong = await get(TRACES, 'collector')
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST'])
    expect((await post('/v1/ledger', '')).headers.get('allow')).toBe('GET')
    expect((await get('/v2/traces')).status).toBe(404)
    expect((await fetch(`${url}/healthz`, { method: 'HEAD' })).status).toBe(200)
    expect((await get('/healthz', null)).json()).toEqual({ alive: true })
    expect((await get('/readyz', null)).json()).toEqual({ ready: true, closing: false, writes: true })
  })
})

test('a complete window of what came over the wire makes a complete policy', async () => {
  const { post, store } = await startLast()
  for (const request of SESSIONS) await post(TRACES, protobufOf(request), PROTOBUF)
  const profile = await (await store.read()).profile(WORKLOAD)
  const policy = profile === null ? null : derivePolicy(profile, DEFAULT_DECISIONS)
  expect(policy?.coverage.incomplete.map(({ code }) => code)).not.toContain('sensor-loss')
  expect(policy?.coverage.incomplete.map(({ code }) => code)).not.toContain('records-rejected')
})
