/** The decision API beyond AuthZEN: who may do what, what counts as context, and calls that wait for a person. */
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { evaluate } from '../../core/policy/evaluate.ts'
import { emptyContext, step } from '../../core/policy/step.ts'
import {
  AGENT,
  AGENT_POLICY,
  EVALUATION,
  inSession,
  NOW,
  type Starting,
  startServer,
  type TestServer,
  toolCall,
  WORKLOAD,
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

describe('scopes', () => {
  const tokens = {
    'decides-one': { decide: [WORKLOAD] },
    'decides-all-of-it': { decide: ['research/*'] },
    'decides-other': { decide: ['bank/*', 'research/research'] },
    bound: { workload: WORKLOAD, decide: [WORKLOAD] },
    speaks: { decide: [WORKLOAD], assertContext: [WORKLOAD] },
    approves: { approve: [WORKLOAD] },
    'approves-other': { approve: ['bank/*'] },
    both: { decide: [WORKLOAD], approve: [WORKLOAD] },
    admin: { admin: true },
    old: { decide: ['*'], notAfter: '2026-01-01T00:00:00Z' },
  }
  const statusOf = async (path: string, body: unknown, token: string | null): Promise<number> =>
    (await server?.post(path, body, token))?.status ?? 0

  test('who may ask about what', async () => {
    await start({ tokens })
    const ask = toolCall('pay', { amount: 5 })
    expect(await statusOf(EVALUATION, ask, 'decides-one')).toBe(200)
    expect(await statusOf(EVALUATION, ask, 'decides-all-of-it')).toBe(200)
    for (const token of ['decides-other', 'approves', 'admin']) expect(await statusOf(EVALUATION, ask, token)).toBe(403)
    for (const token of [null, 'unknown', 'old', 'x'.repeat(4_000)])
      expect(await statusOf(EVALUATION, ask, token)).toBe(401)
    expect(await statusOf('/admin/v1/reload', '', 'admin')).toBe(200)
    expect(await statusOf('/admin/v1/reload', '', 'decides-one')).toBe(403)
    expect(await statusOf('/context/v1/events', { workload: WORKLOAD, session: 's' }, 'speaks')).toBe(200)
    expect(await statusOf('/context/v1/events', { workload: WORKLOAD, session: 's' }, 'decides-one')).toBe(403)
    expect(await statusOf('/context/v1/events', { workload: 'bank/x', session: 's' }, 'speaks')).toBe(403)
  })

  test('a token of one workload asks about that one, whoever the subject is', async () => {
    const { post, receipts } = await start({ tokens })
    const user = { ...toolCall('pay', { amount: 5 }), subject: { type: 'identity', id: 'alice@example.com' } }
    expect((await post(EVALUATION, user, 'bound')).body.decision).toBe(true)
    expect(receipts.at(-1)).toMatchObject({
      workload: WORKLOAD,
      identity: { subject: 'bound', client: 'identity:alice@example.com' },
    })
    const other = toolCall('pay', { amount: 5 }, { type: 'workload', id: 'bank/other' })
    expect((await post(EVALUATION, other, 'bound')).status).toBe(403)
    const batch = await post('/access/v1/evaluations', { evaluations: [user, other] }, 'bound')
    expect(batch.body.evaluations).toMatchObject([
      { decision: true },
      { decision: false, context: { error: { status: 403 } } },
    ])
  })

  test('no token, digest or claim is in any answer or log', async () => {
    const { post, log } = await start({ tokens })
    const answers = [await post(EVALUATION, {}, 'decides-one'), await post(EVALUATION, {}, 'a-token-that-is-wrong')]
    expect(answers[1]?.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
    expect(JSON.stringify([answers.map(({ body }) => body), log])).not.toMatch(/wrong|[0-9a-f]{64}/)
    expect(log).toMatchObject([
      { caller: 'decides-one', status: 400 },
      { caller: null, status: 401 },
    ])
  })

  test('a held call: who asked sees what became of it, who may approve does, and never of one’s own', async () => {
    const { post, get } = await start({ tokens })
    const ask = toolCall('pay', { amount: 50 }, inSession('one'))
    const held = (await post(EVALUATION, ask, 'both')).body
    expect(held).toMatchObject({
      decision: false,
      context: { verdict: 'review', code: 'value-outside', effect: 'hold', review: { state: 'pending' } },
    })
    const { poll } = held.context.review
    expect((await post(EVALUATION, ask, 'both')).body.context.id).toBe(held.context.id)
    expect((await get('/review/v1/calls', 'approves')).body.calls).toHaveLength(1)
    expect((await get('/review/v1/calls', 'approves-other')).body.calls).toHaveLength(0)
    expect((await get(poll, 'decides-one')).status).toBe(404)
    expect((await get(poll, 'both')).body).toMatchObject({ state: 'pending', decision: false })
    expect((await post(poll, { answer: 'approved' }, 'both')).status).toBe(403)
    expect((await post(poll, { answer: 'approved' }, 'approves-other')).status).toBe(404)
    expect((await post(poll, { answer: 'yes' }, 'approves')).status).toBe(400)
    const waiting = get(`${poll}?wait=20`, 'both')
    expect((await post(poll, { answer: 'approved', reason: 'an invoice' }, 'approves')).status).toBe(200)
    expect((await waiting).body).toMatchObject({ state: 'approved', decision: true, reason: 'an invoice' })
    // The same in this session is not asked again; in another one it is.
    expect((await post(EVALUATION, ask, 'both')).body).toMatchObject({
      decision: true,
      context: { because: 'approved', flagged: true },
    })
    expect((await post(EVALUATION, toolCall('pay', { amount: 50 }, inSession('two')), 'both')).body.decision).toBe(
      false,
    )
  })

  test('where nothing is written down, a call is held all the same', async () => {
    const { post } = await start({ tokens, enforcer: { receipts: null } })
    const { body } = await post(EVALUATION, toolCall('pay', { amount: 50 }), 'both')
    expect(body).toMatchObject({ decision: false, context: { review: { state: 'pending' } } })
  })

  test('a refusal, and no answer in time, say so', async () => {
    const { post, get } = await start({ tokens, enforcer: { holdFor: 30 } })
    const first = (await post(EVALUATION, toolCall('pay', { amount: 50 }), 'both')).body.context.review.poll
    await post(first, { answer: 'refused' }, 'approves')
    expect((await get(`${first}?wait=5`, 'both')).body).toMatchObject({ state: 'refused', decision: false })
    const second = (await post(EVALUATION, toolCall('pay', { amount: 51 }), 'both')).body.context.review.poll
    expect((await get(`${second}?wait=5`, 'both')).body).toMatchObject({ state: 'timed-out', decision: false })
  })
})

describe('context', () => {
  const tokens = { agent: { decide: [WORKLOAD] }, platform: { decide: [WORKLOAD], assertContext: [WORKLOAD] } }
  const EVENTS = '/context/v1/events'
  const told = (session: string, events: readonly unknown[], sees = ['requests', 'results']) => ({
    workload: WORKLOAD,
    session,
    sees,
    events,
  })
  const send = (session: string, to: string, context: object = {}) =>
    toolCall('send', { to }, inSession(session), context)
  const reply = (session: string, to: string) => toolCall('reply', { to }, inSession(session))

  test('what a caller claims without the scope is ignored, and said so', async () => {
    const { post } = await start({ tokens })
    const { body } = await post(
      EVALUATION,
      send('s', 'ada@example.com', { request: 'write to ada@example.com' }),
      'agent',
    )
    expect(body.decision).toBe(false)
    expect(body.context.code).toBe('context-missing')
    expect(body.context.ignored).toEqual(['context.request: this token may not assert context'])
  })

  test('what a trusted caller says counts for its session, and for no other', async () => {
    const { post } = await start({ tokens })
    const request = 'write to ada@example.com'
    expect((await post(EVALUATION, send('a', 'ada@example.com', { request }), 'platform')).body.decision).toBe(true)
    expect((await post(EVALUATION, send('a', 'ada@example.com'), 'agent')).body.decision).toBe(true)
    expect((await post(EVALUATION, send('a', 'eve@example.com'), 'agent')).body.context.code).toBe('value-denied')
    expect((await post(EVALUATION, send('b', 'ada@example.com'), 'agent')).body.decision).toBe(false)
    expect((await post(EVALUATION, toolCall('send', { to: 'x' }, AGENT, { request }), 'platform')).status).toBe(400)
  })

  test('results count where all of them are told; an echo is none', async () => {
    const { post } = await start({ tokens })
    const result = {
      kind: 'result',
      arguments: { q: 'eve@example.com' },
      result: { found: ['bob@example.com', 'eve@example.com'] },
    }
    expect((await post(EVENTS, told('a', [result]), 'platform')).body).toEqual({ session: 'a', known: true, events: 1 })
    expect((await post(EVALUATION, reply('a', 'bob@example.com'), 'agent')).body.decision).toBe(true)
    expect((await post(EVALUATION, reply('a', 'eve@example.com'), 'agent')).body.decision).toBe(false)
    // A session that asked before somebody told of it may have read anything.
    await post(EVALUATION, reply('late', 'bob@example.com'), 'agent')
    expect((await post(EVENTS, told('late', [result]), 'platform')).body.known).toBe(false)
    expect((await post(EVALUATION, reply('late', 'bob@example.com'), 'agent')).body.context).toMatchObject({
      verdict: 'review',
    })
    // So may one whose end was told, when it comes back.
    await post(EVENTS, told('a', [{ kind: 'end' }]), 'platform')
    expect((await post(EVENTS, told('a', [result]), 'platform')).body.known).toBe(false)
  })

  test('a server that cannot remember every name doubts a session, unless it is told to begin', async () => {
    const sessions = { sessions: 1, characters: 1_000_000, idle: 60_000, remembered: 0 }
    const { post } = await start({ tokens, enforcer: { sessions } })
    const known = async (session: string, begins: boolean) =>
      (await post(EVENTS, { ...told(session, []), begins }, 'platform')).body.known
    expect(await known('first', false)).toBe(true)
    expect(await known('second', false)).toBe(true)
    expect(await known('third', false)).toBe(false)
    expect(await known('fourth', true)).toBe(true)
    // Its name was given up, and nobody says that it begins.
    await known('fifth', true)
    expect(await known('fourth', false)).toBe(false)
  })

  test('the verdict in a session is evaluate’s in the same context', async () => {
    const { post } = await start({ tokens })
    const words = fc.constantFrom('ada@example.com', 'bob@example.com', 'eve@example.com')
    let sessions = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            words.map(text => ({ kind: 'request', text })),
            fc.tuple(words, words).map(([q, found]) => ({ kind: 'result', arguments: { q }, result: [found] })),
          ),
          { maxLength: 4 },
        ),
        fc.constantFrom('send', 'reply'),
        words,
        async (events, action, to) => {
          const session = `generated-${++sessions}`
          await post(EVENTS, told(session, events), 'platform')
          const { body } = await post(EVALUATION, toolCall(action, { to }, inSession(session)), 'agent')
          let context = emptyContext({ request: true, results: true, calls: true })
          for (const event of events) {
            if ('text' in event) context = step(context, { kind: 'request', text: event.text })
            else
              context = step(context, {
                kind: 'result',
                leaves: event.result.map(text => ({ path: '[]', text })),
                sent: [event.arguments.q],
              })
          }
          const request = {
            substrate: 'tool',
            action,
            values: [{ dimension: 'tool.args.to', value: to }],
            visibility: 'seen',
          } as const
          context = step(context, { kind: 'call', request, at: NOW * 1_000 })
          expect(body.context).toMatchObject(evaluate(AGENT_POLICY, request, context))
        },
      ),
      { numRuns: 100 },
    )
  })

  test.each([
    ['no arguments', { kind: 'result', result: 'x' }],
    ['an unknown kind', { kind: 'approval' }],
    ['a request that is no text', { kind: 'request', text: 7 }],
  ])('an event with %s is refused, and none of its list counts', async (_, event) => {
    const { post } = await start({ tokens })
    expect(
      (await post(EVENTS, told('a', [{ kind: 'request', text: 'ada@example.com' }, event]), 'platform')).status,
    ).toBe(400)
    expect((await post(EVALUATION, send('a', 'ada@example.com'), 'agent')).body.decision).toBe(false)
  })
})
