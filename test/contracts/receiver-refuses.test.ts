/** What `ambit serve` does not take: too much, too fast, unreadable, hostile; and that what it refuses is in the ledger. */
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { DEFAULT_DECISIONS } from '../../core/model/decisions.ts'
import { derivePolicy } from '../../core/pipeline.ts'
import {
  closeLast,
  exported,
  isBalanced,
  JSON_TYPE,
  PROTOBUF,
  protobufOf,
  startLast,
  type TestReceiver,
  WORKLOAD,
} from './receiver.ts'

afterEach(closeLast)

const TRACES = '/v1/traces'
const RECORDS = '/v1/evidence'
const GOOD = exported({ session: 's', calls: [['read_file', { path: 'a' }]] })
const GZIP = { 'content-encoding': 'gzip' }
const lostOf = async ({ store }: TestReceiver): Promise<unknown> =>
  (await store.read()).ledger.map(({ source, lost }) => [source, lost])

describe('bodies', () => {
  test.each([
    ['no JSON', '{"resourceSpans": [', JSON_TYPE, 400],
    ['JSON of something else', '{"resourceLogs": []}', JSON_TYPE, 400],
    ['a list', '[]', JSON_TYPE, 400],
    ['deeper than any sensor writes', `${'['.repeat(1_100)}${']'.repeat(1_100)}`, JSON_TYPE, 400],
    ['no protobuf', '\u0007\u0007\u0007', PROTOBUF, 400],
    ['protobuf that breaks off', protobufOf(GOOD).subarray(0, 100), PROTOBUF, 400],
    ['gzip that is none', 'plain', { ...PROTOBUF, ...GZIP }, 400],
    ['gzip that breaks off', gzipSync(protobufOf(GOOD)).subarray(0, 60), { ...PROTOBUF, ...GZIP }, 400],
    ['another encoding', 'x', { ...PROTOBUF, 'content-encoding': 'zstd' }, 415],
    ['two encodings', 'x', { ...PROTOBUF, 'content-encoding': 'gzip, gzip' }, 415],
    ['another content type', 'x', { 'content-type': 'application/xml' }, 415],
    ['too large', ' '.repeat(20_000), JSON_TYPE, 413],
    ['too large once it is inflated', gzipSync(Buffer.alloc(50_000_000)), { ...PROTOBUF, ...GZIP }, 413],
    ['too many messages', Buffer.from('0a00'.repeat(2_000), 'hex'), PROTOBUF, 413],
    ['too many values', `[${'[],'.repeat(2_000)}[]]`, JSON_TYPE, 413],
  ])('%s', async (_, body, headers, status) => {
    const own = await startLast({ limits: { bodyBytes: 10_000, messages: 1_500 } })
    const answer = await own.post(TRACES, body, headers)
    expect(answer.status).toBe(status)
    expect(answer.bytes.length).toBeGreaterThan(0)
    if (status === 415) expect(answer.headers.get('accept-encoding')).toBe('gzip')
    expect(answer.headers.get('retry-after')).toBeNull()
    // It is lost, and the ledger of its source says so with the next that is taken.
    expect((await own.post(TRACES, protobufOf(GOOD), PROTOBUF)).status).toBe(200)
    expect(await lostOf(own)).toEqual([['otlp', null]])
  })

  test('too many spans', async () => {
    const { post } = await startLast({ limits: { items: 3 } })
    const calls = Array.from({ length: 3 }, (_, at) => ['read_file', { path: `${at}` }] as const)
    expect((await post(TRACES, JSON.stringify(exported({ session: 's', calls })))).status).toBe(413)
    expect((await post(TRACES, JSON.stringify(GOOD))).status).toBe(200)
  })

  test('too large as it comes, without a length: the sender still sees why', async () => {
    const { url } = await startLast({ limits: { bodyBytes: 10_000 } })
    const status = await new Promise<number>((resolve, reject) => {
      const headers = { authorization: 'Bearer collector', ...PROTOBUF }
      const request = httpRequest(`${url}${TRACES}`, { method: 'POST', headers }, ({ statusCode }) =>
        resolve(statusCode ?? 0),
      )
      request.on('error', reject)
      for (let sent = 0; sent < 15; sent++) request.write(' '.repeat(1_000))
      request.end()
    })
    expect(status).toBe(413)
  })

  test('a broken string hides nothing that comes after it', async () => {
    const { post } = await startLast({ limits: { messages: 1_000 } })
    expect((await post(RECORDS, `"\n[${'[],'.repeat(2_000)}[]]`)).status).toBe(413)
  })

  test('any bytes have an answer, and none of them is an error of the receiver', async () => {
    const own = await startLast()
    const bytes = protobufOf(GOOD)
    const damaged = fc
      .array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
      .map(changes => {
        const copy = Buffer.from(bytes)
        for (const [at, value] of changes) copy[at] = value
        return copy
      })
    const anything = fc.uint8Array({ maxLength: 200 }).map(each => Buffer.from(each))
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(damaged, anything),
        fc.constantFrom(PROTOBUF, JSON_TYPE, { ...PROTOBUF, ...GZIP }),
        fc.constantFrom(TRACES, RECORDS),
        async (body, headers, path) => {
          expect([200, 400, 415]).toContain((await own.post(path, body, headers)).status)
        },
      ),
      { numRuns: 300 },
    )
    expect(own.logged).not.toContain('error internal-error')
    expect(await isBalanced(own.store)).toBe(true)
  })
})

describe('capacity', () => {
  test('more than a token may send, each on its own; what was refused stays in the ledger, also once it is sent again', async () => {
    const tokens = { other: { record: ['*'] } }
    const own = await startLast({ tokens, limits: { burst: 2, requestsPerSecond: 0.01 } })
    const send = (session: string, token?: string) =>
      own.post(TRACES, protobufOf(exported({ session, calls: [['read_file', { path: 'a' }]] })), PROTOBUF, token)
    expect([(await send('a')).status, (await send('b')).status]).toEqual([200, 200])
    const refused = await send('c')
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true])
    expect((await send('c', 'other')).status).toBe(200)
    expect((await own.store.read()).ledger).toMatchObject([{ source: 'otlp', accepted: 4, lost: null }])
    const profile = await (await own.store.read()).profile(WORKLOAD)
    const policy = profile === null ? null : derivePolicy(profile, DEFAULT_DECISIONS)
    expect(policy?.coverage.complete).toBe(false)
    expect(policy?.coverage.incomplete.map(({ code }) => code)).toContain('sensor-loss')
  })

  test('a store that cannot write: nothing is acknowledged, nobody is sent here, and it counts once when it is sent again', async () => {
    let broken = true
    const own = await startLast({
      store: inner => ({
        ...inner,
        append: async batch => (broken ? Promise.reject(new Error('full')) : inner.append(batch)),
      }),
    })
    const refused = await own.post(TRACES, protobufOf(GOOD), PROTOBUF)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    expect((await own.get('/readyz')).status).toBe(503)
    expect((await own.post(RECORDS, '{}')).status).toBe(503)
    expect((await own.store.read()).ledger).toEqual([])
    broken = false
    expect((await own.post(TRACES, protobufOf(GOOD), PROTOBUF)).status).toBe(200)
    expect((await own.get('/readyz')).status).toBe(200)
    expect((await own.store.read()).ledger).toMatchObject([
      // One loss more than the item: both are received and accepted.
      { source: 'otlp', lost: null, rejected: { 'not-behavior': 1 } },
      { source: 'unrecognized', lost: null },
    ])
  })

  test('a store that hangs holds what it was given, and beyond that there is no room', async () => {
    let release = (): void => undefined
    const stuck = new Promise<void>(resolve => {
      release = resolve
    })
    const own = await startLast({
      limits: { requestsInFlight: 2, appendSeconds: 0.2 },
      store: inner => ({ ...inner, append: async batch => stuck.then(() => inner.append(batch)) }),
    })
    const send = () => own.post(TRACES, protobufOf(GOOD), PROTOBUF)
    const first = await Promise.all([send(), send(), send()])
    expect(first.map(({ status }) => status)).toEqual([503, 503, 503])
    expect((await own.get('/metrics')).bytes.toString()).toContain('reason="over-capacity"} 1')
    release()
    await expect.poll(async () => (await send()).status).toBe(200)
    expect((await own.store.read()).ledger).toMatchObject([{ source: 'otlp', lost: null }])
  })

  test('bytes in flight are bounded too', async () => {
    const { post } = await startLast({
      limits: { bodyBytes: 10_000, bytesInFlight: 20_000 },
      store: inner => ({
        ...inner,
        append: batch => new Promise(resolve => setTimeout(() => resolve(inner.append(batch)), 100)),
      }),
    })
    const answers = await Promise.all(Array.from({ length: 30 }, () => post(RECORDS, ' '.repeat(9_000))))
    const statuses = new Set(answers.map(({ status }) => status))
    expect(statuses.has(503)).toBe(true)
    expect((await post(TRACES, protobufOf(GOOD), PROTOBUF)).status).toBe(200)
  })
})

describe('time', () => {
  const raw = (url: string, text: string): Promise<string> =>
    new Promise(resolve => {
      let heard = ''
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text))
      socket.on('data', data => {
        heard += String(data)
      })
      socket.on('error', () => resolve(heard))
      socket.on('close', () => resolve(heard))
    })

  test.each([
    ['says nothing', ''],
    ['never ends its headers', 'POST /v1/traces HTTP/1.1\r\nhost: x\r\n'],
    [
      'never ends its body',
      'POST /v1/traces HTTP/1.1\r\nhost: x\r\nauthorization: Bearer collector\r\ncontent-type: application/x-protobuf\r\ncontent-length: 99\r\n\r\nx',
    ],
  ])('a client that %s is cut off', async (_, text) => {
    const own = await startLast({ limits: { requestSeconds: 0.3 } })
    expect(await raw(own.url, text)).not.toContain(' 200 ')
    expect((await own.post(TRACES, protobufOf(GOOD), PROTOBUF)).status).toBe(200)
  })

  test('more headers than anybody needs', async () => {
    const own = await startLast()
    const headers = `x: ${'y'.repeat(100)}\r\n`.repeat(1_000)
    expect(await raw(own.url, `GET /healthz HTTP/1.1\r\nhost: x\r\n${headers}\r\n`)).toContain(' 431 ')
  })
})

test('metrics are Prometheus text, count by words of the program, and hold no value from evidence', async () => {
  const own = await startLast()
  await own.post(TRACES, protobufOf(exported({ session: 'secret-session', calls: [['evil_tool', {}]] })), PROTOBUF)
  await own.post('/evil/path', 'x')
  await own.post(TRACES, 'x', PROTOBUF)
  const metrics = await own.get('/metrics', null)
  expect(metrics.headers.get('content-type')).toContain('text/plain; version=0.0.4')
  const text = metrics.bytes.toString()
  const LABELS = '(?:\\{(?:[a-z_]+="(?:[^"\\\\\\n]|\\\\.)*",?)*\\})?'
  const SAMPLE = new RegExp(`^[a-zA-Z_:][a-zA-Z0-9_:]*${LABELS} (?:[0-9.e+-]+|NaN|[+-]Inf)$`)
  for (const line of text.trim().split('\n'))
    if (!/^# (?:HELP|TYPE) /.test(line) && line !== '') expect(line).toMatch(SAMPLE)
  expect(text).toContain('ambit_received_items_total{source="otlp"} 2')
  expect(text).toContain('ambit_rejected_items_total{source="otlp",reason="not-behavior"} 1')
  expect(text).toContain('ambit_refused_requests_total{source="otlp",reason="malformed"} 1')
  expect(text).toContain('ambit_ledger_items{source="otlp",state="accepted"} 1')
  expect(text).toContain('ambit_in_flight{what="requests"} 0')
  expect(text).toContain('ambit_append_seconds_count{result="written"} 1')
  expect(text).not.toMatch(/evil|secret/)
})

test('what was refused and never followed by anything is written at the end', async () => {
  const own = await startLast()
  expect((await own.post(TRACES, 'x', PROTOBUF)).status).toBe(400)
  await closeLast()
  expect(await lostOf(own)).toEqual([['otlp', null]])
  expect(own.logged).toContain('warn evidence-forgotten')
})

test('what the store is writing when it ends is written before it is closed', async () => {
  const events: string[] = []
  const own = await startLast({
    store: inner => ({
      ...inner,
      append: async batch => {
        await new Promise(resolve => setTimeout(resolve, 300))
        await inner.append(batch)
        events.push('appended')
      },
      close: async () => {
        events.push('closed')
      },
    }),
  })
  const answer = own.post(TRACES, protobufOf(GOOD), PROTOBUF)
  await new Promise(resolve => setTimeout(resolve, 100))
  await closeLast()
  expect([(await answer).status, events]).toEqual([200, ['appended', 'closed']])
})
