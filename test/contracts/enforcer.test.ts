/** What the gateway, the decision API and the guard share: sessions, modes, approvals, receipts, states of a policy. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { policyDigest } from '../../core/model/digest.ts'
import type { Mode } from '../../core/model/enforcement.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { ReceiptBody } from '../../core/model/receipt.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Decision } from '../../core/model/verdict.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { type ApprovalLimits, createApprovals } from '../../io/enforce/approvals.ts'
import { createEnforcer, type EnforcerOptions } from '../../io/enforce/enforcer.ts'
import { fixedPolicies } from '../../io/enforce/fixed-policies.ts'
import { ENFORCE, type Modes } from '../../io/enforce/modes.ts'
import { type Decide, openPolicies, type Policies } from '../../io/enforce/policies.ts'
import { writePolicy } from '../../io/policy-file/write-policy.ts'
import { policyOf } from './policy-of.ts'

const WORKLOAD = 'research/research-agent'
const IDENTITY = { subject: 'agent-1', client: null }
const JANUARY = Date.parse('2026-01-20T00:00:00Z')

const policy = policyOf([
  {
    substrate: 'tool',
    action: 'read_file',
    allow: { 'tool.args.path': { kind: 'set', values: ['a', 'b'] } },
    review: { 'tool.args.path': { kind: 'set', values: ['a', 'b', 'c', 'd'] } },
  },
])
const compile =
  (of: DerivedPolicy): Decide =>
  (request, context) =>
    evaluate(of, request, context)

const read = (path: string): ActionRequest => ({
  substrate: 'tool',
  action: 'read_file',
  values: [{ dimension: 'tool.args.path', value: path }],
  visibility: 'seen',
})

const LIMITS: ApprovalLimits = { timeout: 60_000, held: 3, perSession: 2 }

const enforcerOf = (changes: Partial<EnforcerOptions> = {}) => {
  let id = 0
  const approvals = createApprovals(LIMITS)
  const written: ReceiptBody[] = []
  const enforcer = createEnforcer({
    policies: fixedPolicies([policy], compile),
    modes: ENFORCE,
    exceptions: null,
    receipts: {
      sink: { append: async body => void written.push(body) },
      describe: ({ substrate, action, visibility }, decision) => ({
        request: { substrate, action, visibility, values: [], measures: [] },
        decision,
      }),
      allows: false,
    },
    approvals,
    holdFor: 60_000,
    now: () => JANUARY,
    newId: () => `call-${++id}`,
    ...changes,
  })
  const ask = (request: ActionRequest, session: string | null = 's') =>
    enforcer.ask({ workload: WORKLOAD, session, identity: IDENTITY, request })
  return { enforcer, approvals, written, ask }
}

const held = async (approvals: { list(): readonly { call: string }[] }, count = 1): Promise<string> => {
  await expect.poll(() => approvals.list().length).toBe(count)
  return approvals.list().at(-1)?.call ?? ''
}

const by = (subject: string) => ({ by: subject, channel: 'cli', reason: null }) as const

describe('verdict and effect', () => {
  test('allow runs without a record, deny is refused and recorded', async () => {
    const { ask, written } = enforcerOf()
    expect(await ask(read('a'))).toMatchObject({ run: true, answer: null, recorded: true })
    expect(written).toEqual([])
    expect(await ask(read('x'))).toMatchObject({ run: false, ruling: { effect: 'refuse' } })
    expect(written.map(({ event }) => event.kind)).toEqual(['decision'])
    expect(written[0]).toMatchObject({ workload: WORKLOAD, session: 's', identity: IDENTITY, policy: policy.digest })
  })

  test('review waits for a person; what was approved covers the same value in the session, and no other', async () => {
    const { ask, approvals, written } = enforcerOf()
    const first = ask(read('c'))
    expect(approvals.answer(await held(approvals), { answer: 'approved', ...by('ada') })).toBe('accepted')
    expect(await first).toMatchObject({ run: true, answer: 'approved' })
    expect(written.map(({ event }) => event.kind)).toEqual(['decision', 'approval'])
    expect(await ask(read('c'))).toMatchObject({ run: true, ruling: { because: 'approved' } })
    const other = ask(read('d'))
    approvals.answer(await held(approvals), { answer: 'refused', ...by('ada') })
    expect(await other).toMatchObject({ run: false, answer: 'refused' })
    const elsewhere = ask(read('c'), 'other')
    approvals.answer(await held(approvals), { answer: 'refused', ...by('ada') })
    expect(await elsewhere).toMatchObject({ run: false })
  })

  test('who asks cannot approve, and may withdraw', async () => {
    const { ask, approvals } = enforcerOf()
    const call = ask(read('c'))
    const id = await held(approvals)
    expect(approvals.answer(id, { answer: 'approved', ...by('agent-1') })).toBe('own')
    expect(approvals.answer('call-99', { answer: 'approved', ...by('ada') })).toBe('unknown')
    expect(approvals.answer(id, { answer: 'refused', ...by('agent-1') })).toBe('accepted')
    expect(await call).toMatchObject({ run: false })
  })

  test('time runs out, the caller gives up, too many are held: each refuses and says so', async () => {
    const { ask } = enforcerOf({ holdFor: 5 })
    expect(await ask(read('c'))).toMatchObject({ run: false, answer: 'timed-out' })
    const { enforcer, approvals } = enforcerOf()
    const controller = new AbortController()
    const asked = {
      workload: WORKLOAD,
      session: 's',
      identity: IDENTITY,
      request: read('c'),
      signal: controller.signal,
    }
    const given = enforcer.ask(asked)
    await held(approvals)
    controller.abort()
    expect(await given).toMatchObject({ run: false, answer: 'cancelled' })
    expect(await enforcer.ask(asked)).toMatchObject({ run: false, answer: 'cancelled' })
    const two = [1, 2].map(() => enforcer.ask({ ...asked, signal: new AbortController().signal }))
    await held(approvals, 2)
    expect(await enforcer.ask({ ...asked, signal: new AbortController().signal })).toMatchObject({
      run: false,
      answer: 'refused',
      reason: expect.stringContaining('more calls are held'),
    })
    approvals.close()
    expect(await Promise.all(two)).toMatchObject([{ answer: 'cancelled' }, { answer: 'cancelled' }])
  })

  test('an elicited answer counts; a client that fails to ask leaves the call to others', async () => {
    const { enforcer, approvals } = enforcerOf()
    const asked = { workload: WORKLOAD, session: 's', identity: IDENTITY, request: read('c') }
    expect(await enforcer.ask({ ...asked, elicit: async () => 'approved' })).toMatchObject({ run: true })
    const failing = enforcer.ask({ ...asked, request: read('d'), elicit: () => Promise.reject(new Error('no')) })
    approvals.answer(await held(approvals), { answer: 'approved', ...by('ada') })
    expect(await failing).toMatchObject({ run: true })
  })

  test('a trigger holds what is allowed, once per session and change', async () => {
    const { enforcer, approvals } = enforcerOf()
    const asked = { workload: WORKLOAD, session: 's', identity: IDENTITY, request: read('a'), triggered: 'parameter' }
    const given = enforcer.ask(asked)
    approvals.answer(await held(approvals), { answer: 'approved', ...by('ada') })
    expect(await given).toMatchObject({ run: true, ruling: { because: 'triggered' } })
    expect(await enforcer.ask(asked)).toMatchObject({ run: true })
    const another = enforcer.ask({ ...asked, triggered: 'another' })
    approvals.answer(await held(approvals), { answer: 'refused', ...by('ada') })
    expect(await another).toMatchObject({ run: false })
  })
})

describe('a decision that cannot be written down', () => {
  test('does not run, and says why', async () => {
    const full = { append: () => Promise.reject(new Error('ENOSPC')) }
    const { enforcer, ask } = enforcerOf()
    expect(await ask(read('a'))).toMatchObject({ run: true })
    const request = { substrate: 'tool', action: 'x', visibility: 'seen', values: [], measures: [] } as const
    const describe_ = (_: ActionRequest, decision: Decision) => ({ request, decision })
    const failing = enforcerOf({ receipts: { sink: full, describe: describe_, allows: true } })
    expect(await failing.ask(read('a'))).toMatchObject({ run: false, recorded: false })
    await expect(failing.enforcer.record({}, { kind: 'start', detail: '' })).rejects.toThrow('ENOSPC')
    expect(enforcer.sessions()).toBe(1)
  })
})

describe('modes', () => {
  const modes = (changes: Partial<Modes>): Modes => ({ ...ENFORCE, ...changes })
  const rows: readonly (readonly [string, Partial<Modes>, Mode])[] = [
    ['the default', { default: 'observe' }, 'observe'],
    ['the workload', { workloads: new Map([[WORKLOAD, 'alert-only']]) }, 'alert-only'],
    ['the permission', { permissions: new Map([['tool/read_file', 'alert-only']]) }, 'alert-only'],
    ['thin evidence', { alertOnlyBelow: { witnesses: 10, sessions: 0 } }, 'alert-only'],
    ['enough evidence', { alertOnlyBelow: { witnesses: 9, sessions: 9 } }, 'enforce'],
  ]

  test.each(rows)('by %s', async (_, changes, mode) => {
    const { ask } = enforcerOf({ modes: modes(changes) })
    const answered = await ask(read('x'))
    expect(answered.ruling.mode).toBe(mode)
    expect(answered.run).toBe(mode !== 'enforce')
  })

  test('of a surface without a permission', async () => {
    const { ask } = enforcerOf({ modes: modes({ permissions: new Map([['tool/fly', 'alert-only']]) }) })
    const request = { ...read('a'), action: 'fly' }
    expect(await ask(request)).toMatchObject({ run: true, ruling: { decision: { code: 'surface-unknown' } } })
  })
})

describe('states of a policy', () => {
  const written = (folder: string, of: DerivedPolicy): void => {
    const place = join(folder, of.workload.namespace, of.workload.name)
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'policy.yaml'), writePolicy({ ...of, digest: policyDigest(of) }))
  }
  const codeOf = async (policies: Policies, now = JANUARY) => {
    const { ask } = enforcerOf({ policies, now: () => now })
    const { ruling, run } = await ask(read('a'))
    return `${ruling.decision.code} ${run ? 'runs' : 'refused'}`
  }

  test('missing, read, expired, unreadable and gone; a reload says what changed and drops no session', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ambit-enforce-'))
    const policies = await openPolicies(folder, compile)
    expect(await codeOf(policies)).toBe('no-policy refused')
    written(folder, policy)
    expect(await policies.isStale()).toBe(true)
    expect(await policies.reload()).toMatchObject([{ workload: WORKLOAD, from: null, detail: 'read' }])
    expect(await policies.isStale()).toBe(false)
    const { enforcer, ask } = enforcerOf({ policies })
    enforcer.open(WORKLOAD, 's', { request: false, results: true, calls: true }, true)
    expect(await ask(read('a'))).toMatchObject({ run: true })
    expect(await codeOf(policies, Date.parse('2026-02-15T00:00:00Z'))).toBe('expired refused')

    const file = join(folder, WORKLOAD, 'policy.yaml')
    writeFileSync(file, 'digest: nonsense')
    expect(await policies.reload()).toMatchObject([{ to: null, detail: expect.stringContaining('cannot be read') }])
    expect(await codeOf(policies)).toBe('policy-unreadable refused')
    expect(await ask(read('a'))).toMatchObject({ run: false, ruling: { decision: { code: 'policy-unreadable' } } })
    rmSync(file)
    await policies.reload()
    expect(await codeOf(policies)).toBe('no-policy refused')
    expect(enforcer.sessions()).toBe(1)
    rmSync(folder, { recursive: true })
    await policies.reload()
    expect(await codeOf(policies)).toBe('policy-unreadable refused')
  })

  test('while a call is held, a policy that is lost refuses what was approved', async () => {
    let state: Policies = fixedPolicies([policy], compile)
    const policies: Policies = { ...state, of: (workload, at) => state.of(workload, at) }
    const { ask, approvals } = enforcerOf({ policies })
    const given = ask(read('c'))
    const id = await held(approvals)
    state = fixedPolicies([], compile)
    approvals.answer(id, { answer: 'approved', ...by('ada') })
    expect(await given).toMatchObject({ run: false, answer: 'approved', reason: expect.stringContaining('changed') })
  })
})

describe('sessions', () => {
  const SEEN = { request: false, results: true, calls: true }
  const result = { kind: 'result', leaves: [{ path: '', text: 'plain' }], sent: [] } as const
  const small = { sessions: 2, characters: 1_000, idle: 1_000, remembered: 3 }

  /** Whether the context is known, told by a constraint that needs it. */
  const contextual = policyOf([
    { substrate: 'tool', action: 'read_file', allow: { 'tool.args.path': { kind: 'field' } } },
  ])
  const codeIn = async ({ enforcer }: ReturnType<typeof enforcerOf>, session: string) =>
    enforcer.preview(WORKLOAD, session, read('plain')).decision.code

  test('a session that was given up is unknown when it comes back, and never empty', async () => {
    const lost: string[] = []
    const policies = fixedPolicies([contextual], compile)
    const of = enforcerOf({ policies, sessions: small, gaveUp: (_, session, why) => lost.push(`${session} ${why}`) })
    const { enforcer } = of
    expect(enforcer.open(WORKLOAD, 'a', SEEN, false)).toBe(true)
    expect(await codeIn(of, 'a')).toBe('value-denied')
    enforcer.saw(WORKLOAD, 'a', result)
    expect(await codeIn(of, 'a')).toBe('permitted')
    enforcer.open(WORKLOAD, 'b', SEEN, false)
    enforcer.open(WORKLOAD, 'c', SEEN, false)
    expect(lost).toEqual(['a sessions'])
    expect(enforcer.open(WORKLOAD, 'a', SEEN, false)).toBe(false)
    expect(await codeIn(of, 'a')).toBe('context-missing')
    // Also where somebody says that it is new.
    enforcer.close(WORKLOAD, 'a')
    expect(enforcer.open(WORKLOAD, 'a', SEEN, true)).toBe(false)
    expect(await codeIn(of, 'a')).toBe('context-missing')
    expect(await codeIn(of, 'never opened')).toBe('context-missing')
    expect(enforcer.sessions()).toBe(2)
  })

  test('idle ones and long ones are given up; more than are remembered make every chosen name unknown', async () => {
    let now = JANUARY
    const lost: string[] = []
    const of = enforcerOf({
      policies: fixedPolicies([contextual], compile),
      sessions: { ...small, sessions: 3 },
      now: () => now,
      gaveUp: (_, session, why) => lost.push(`${session} ${why}`),
    })
    const { enforcer } = of
    enforcer.open(WORKLOAD, 'a', SEEN, false)
    now += 1_001
    expect(await codeIn(of, 'a')).toBe('context-missing')
    enforcer.open(WORKLOAD, 'b', SEEN, false)
    enforcer.open(WORKLOAD, 'c', SEEN, false)
    enforcer.saw(WORKLOAD, 'c', { ...result, leaves: [{ path: '', text: 'x'.repeat(1_001) }] })
    expect(lost).toEqual(['a idle', 'a characters', 'b characters'])
    enforcer.close(WORKLOAD, 'c')
    expect(enforcer.open(WORKLOAD, 'd', SEEN, false)).toBe(true)
    enforcer.close(WORKLOAD, 'd')
    expect(enforcer.open(WORKLOAD, 'e', SEEN, false)).toBe(false)
    expect(enforcer.open(WORKLOAD, 'f', SEEN, true)).toBe(true)
  })
})
