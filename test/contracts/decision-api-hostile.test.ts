/** What means harm: bodies that hide, flood or confuse; headers; time; failing receipts. Never a decision of `true`. */
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { parseStrictly } from '../../apps/server/strict-json.ts'
import {
  AGENT,
  AGENT_POLICY,
  EVALUATION,
  inSession,
  type Starting,
  startServer,
  type TestServer,
  TOKEN,
  toolCall,
} from './decision-api-server.ts'

let server: TestServer | null = null
const start = async (options: Partial<Starting> = {}): Promise<TestServer> => {
  server = await startServer({ policies: [AGENT_POLICY], ...options })
  return server
}
afterEach(async () => {
  await server?.close()
  server = null
})

const GOOD = JSON.stringify(toolCall('pay', { amount: 5 }))

describe('bodies', () => {
  test.each([
    ['nested deeper than any request', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400],
    ['nested deep in the arguments', GOOD.replace('5', `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`), 400],
    ['a key written twice', GOOD.replace('"amount":5', '"amount":5,"amount":500'), 400],
    ['a key written twice, in two spellings', GOOD.replace('"amount":5', '"amount":5,"\\u0061mount":500'), 400],
    ['two actions', GOOD.replace('"action"', '"action":{"name":"tool/list"},"action"'), 400],
    ['a text', '"amount"', 400],
    ['null', 'null', 400],
    ['a list', '[]', 400],
    ['a number that no double holds', GOOD.replace('5', '1e999'), 200],
    ['bytes before', `\ufeff${GOOD}`, 400],
    ['two documents', `${GOOD}${GOOD}`, 400],
    ['a comment', `${GOOD}// x`, 400],
  ])('%s', async (_, body, status) => {
    const { post } = await start()
    const answer = await post(EVALUATION, body)
    expect(answer.status).toBe(status)
    expect(answer.body.decision).not.toBe(true)
  })

  test('keys that every object has are arguments like others', async () => {
    const { post } = await start()
    const given = JSON.parse('{"amount": 5, "__proto__": {"amount": 1}, "constructor": {"prototype": 2}}')
    const { body } = await post(EVALUATION, JSON.stringify(toolCall('pay', given)).replace('{}', '{}'))
    expect(body.decision).toBe(false)
    expect(body.context.deviations.map(({ dimension }: { dimension: string }) => dimension).sort()).toEqual([
      'tool.args.__proto__.amount',
      'tool.args.constructor.prototype',
    ])
  })

  test.each(['subject', 'action', 'resource', 'context'])(
    'a part that only a prototype has is none: %s',
    async part => {
      const { post } = await start()
      const { [part]: value, ...rest } = JSON.parse(GOOD)
      const body = `{"__proto__": {"${part}": ${JSON.stringify(value)}}, ${JSON.stringify(rest).slice(1)}`
      const answer = await post(EVALUATION, body)
      expect([400, 200]).toContain(answer.status)
      expect(answer.body.decision).not.toBe(true)
    },
  )

  test('too large, by its length or as it comes; a good one still passes after', async () => {
    const { post, url } = await start({ limits: { body: 10_000 } })
    expect((await post(EVALUATION, GOOD + ' '.repeat(20_000))).status).toBe(413)
    const chunked = await new Promise<number>(resolve => {
      const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
      const request = httpRequest(`${url}${EVALUATION}`, { method: 'POST', headers }, ({ statusCode }) =>
        resolve(statusCode ?? 0),
      )
      request.on('error', () => resolve(413))
      for (let sent = 0; sent < 50; sent++) request.write(' '.repeat(1_000))
      request.end()
    })
    expect(chunked).toBe(413)
    expect((await post(EVALUATION, GOOD)).body.decision).toBe(true)
  })

  test('compressed, or in another encoding', async () => {
    const { post, url } = await start()
    expect((await post(EVALUATION, GOOD, TOKEN, { 'content-encoding': 'gzip' })).status).toBe(400)
    const broken = await fetch(url + EVALUATION, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: Buffer.from(GOOD.replace('pay', 'p\u00e4y'), 'latin1'),
    })
    expect(broken.status).toBe(400)
  })

  test('any JSON text is read as JSON.parse reads it, or refused for a named reason', () => {
    fc.assert(
      fc.property(fc.json(), text => {
        const read = parseStrictly(text)
        expect(read.ok ? read.value : null).toEqual(JSON.parse(text))
      }),
    )
    fc.assert(
      fc.property(fc.string(), text => {
        expect(parseStrictly(text).ok).toBe(parses(text))
      }),
    )
    expect(parseStrictly('{"a":{"b":1},"b":{"a":1},"c":["a","a"],"d":"{\\"a\\":1,\\"a\\":2}"}').ok).toBe(true)
    expect(parseStrictly('{"a":[{"b":1,"c":":,{","b":2}]}')).toMatchObject({ why: 'the key "b" is written twice' })
  })

  test('any JSON body has an answer, and none of them decides for it', async () => {
    const { post } = await start()
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom(EVALUATION, '/access/v1/evaluations', '/context/v1/events'),
        async (value, path) => {
          const { status, body } = await post(path, value)
          expect([200, 400, 403]).toContain(status)
          expect(body.decision).not.toBe(true)
        },
      ),
      { numRuns: 200 },
    )
  })
})

const parses = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('requests', () => {
  test('paths and methods that are not there', async () => {
    const { get, post, url } = await start()
    expect((await get('/')).status).toBe(404)
    expect((await get('/access/v1/search/subject')).status).toBe(404)
    const wrong = await get(EVALUATION)
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST'])
    expect((await post('/review/v1/calls/..%2f..', {})).status).toBe(404)
    expect((await fetch(`${url}${EVALUATION}`, { method: 'DELETE' })).status).toBe(401)
  })

  test('more requests than the rate allows are told when to come back, each caller on its own', async () => {
    const tokens = { [TOKEN]: { decide: ['*'] }, other: { decide: ['*'] } }
    const { post } = await start({ tokens, limits: { rate: { burst: 3, perSecond: 0.01 } } })
    const statuses = []
    for (let sent = 0; sent < 5; sent++) statuses.push((await post(EVALUATION, GOOD)).status)
    expect(statuses).toEqual([200, 200, 200, 429, 429])
    expect(Number((await post(EVALUATION, GOOD)).headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await post(EVALUATION, GOOD, 'other')).status).toBe(200)
  })

  test('a batch of too many is refused whole', async () => {
    const { post } = await start()
    const evaluations = Array.from({ length: 1_001 }, () => ({}))
    expect((await post('/access/v1/evaluations', { evaluations })).status).toBe(400)
  })

  test('a client that never finishes its request is cut off', async () => {
    const { url } = await start({ limits: { request: 200 } })
    const { port } = new URL(url)
    const answer = await new Promise<string>(resolve => {
      let heard = ''
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(
          `POST ${EVALUATION} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{`,
        )
      })
      socket.on('data', data => {
        heard += String(data)
      })
      socket.on('error', () => resolve(heard))
      socket.on('close', () => resolve(heard))
    })
    expect(answer).not.toContain('"decision"')
  })

  test('text that a terminal obeys is escaped in every answer', async () => {
    const { post } = await start()
    const evil = '\u001b[2J\u202eevil\u0085'
    const answer = await post(EVALUATION, toolCall('pay', { amount: 500, [evil]: evil }))
    expect(answer.body.decision).toBe(false)
    const raw = await fetch(`${server?.url}${EVALUATION}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(toolCall('pay', { amount: 500, [evil]: evil })),
    })
    expect(await raw.text()).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })
})

describe('what fails, fails closed', () => {
  test('a decision that cannot be recorded is false, and says so', async () => {
    const { post } = await start({
      enforcer: {
        receipts: {
          sink: { append: () => Promise.reject(new Error('ENOSPC')) },
          describe: ({ substrate, action, visibility }, decision) => ({
            request: { substrate, action, visibility, values: [], measures: [] },
            decision,
          }),
          allows: true,
        },
      },
    })
    expect((await post(EVALUATION, GOOD)).body).toMatchObject({
      decision: false,
      context: { verdict: 'allow', error: { status: 500 } },
    })
  })

  test('an error inside is a 500 without a decision, a message without its cause', async () => {
    const { post } = await start({
      enforcer: {
        newId: () => {
          throw new Error('a secret inside')
        },
      },
    })
    const { status, body } = await post(EVALUATION, GOOD)
    expect([status, body]).toEqual([500, 'internal error'])
  })

  test('no policy is not ready, and denies', async () => {
    const { post, get } = await start({ policies: [] })
    expect((await get('/readyz', null)).status).toBe(503)
    expect((await get('/healthz', null)).status).toBe(200)
    expect((await post(EVALUATION, GOOD)).body).toMatchObject({ decision: false, context: { code: 'no-policy' } })
  })

  test('alert-only lets run and says what would have been', async () => {
    const modes = { default: 'alert-only', workloads: new Map(), permissions: new Map(), alertOnlyBelow: null } as const
    const { post } = await start({ enforcer: { modes } })
    const { body } = await post(EVALUATION, toolCall('unknown', {}))
    expect(body).toMatchObject({
      decision: true,
      context: { verdict: 'deny', code: 'surface-unknown', flagged: true, because: 'alert-only' },
    })
  })

  test('closing answers what is open and cancels what is held', async () => {
    const running = await start()
    const held = await running.post(EVALUATION, toolCall('pay', { amount: 50 }, inSession('one')))
    const waiting = running.get(`${held.body.context.review.poll}?wait=20`)
    await new Promise(resolve => setTimeout(resolve, 50))
    await running.close()
    expect((await waiting).body).toMatchObject({ state: 'cancelled', decision: false })
    await expect(running.post(EVALUATION, { subject: AGENT })).rejects.toThrow()
    server = null
  })
})
