/** What is usual: calibration keeps its promise, no single session decides it, and the reference sees what it can see. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calibrated } from '../../core/derive/usual-rank.ts'
import { DEFAULT_DECISIONS, type Decisions } from '../../core/model/decisions.ts'
import type { Observation } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { SIGNAL_NAMES, type Signal } from '../../core/model/usual.ts'
import { derivePolicy, judge, profileOf } from '../../core/pipeline.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { emptyContext, step } from '../../core/policy/step.ts'
import { TEMPO_SURFACES } from '../../core/policy/tempo.ts'
import { collected, fed } from './evidence-line.ts'

const START = 1_772_323_200_000_000
const HOUR = 3_600_000_000

interface Shown {
  readonly calls: number
  readonly length: number
  readonly amount: number
}

const call = (session: number, index: number, action: string, values: Observation['values']): Observation => ({
  id: `${session}-${action}-${index}`,
  source: 'otlp',
  workload: { namespace: 'agents', name: 'teller' },
  session: `s${session}`,
  witness: `s${session}`,
  substrate: 'tool',
  action,
  values,
  visibility: 'seen',
  start: START + session * HOUR + index * 1_000_000,
  end: START + session * HOUR + index * 1_000_000 + 1,
  outcome: 'ok',
  result: [],
  facts: { model: 'm', prompt: null, catalog: null, image: null, identity: null },
})

const sessionOf = ({ calls, length, amount }: Shown, session: number): readonly Observation[] => [
  ...Array.from({ length: calls }, (_, index) => call(session, index, 'list_transactions', [])),
  call(session, calls, 'send_money', [
    { dimension: 'tool.args.amount', value: amount },
    { dimension: 'tool.args.body', value: 'x'.repeat(length) },
  ]),
]

const decisionsFor = (sigma: number, signals: readonly Signal[]): Decisions => ({
  ...DEFAULT_DECISIONS,
  closure: {
    ...DEFAULT_DECISIONS.closure,
    mode: { value: 'probabilistic', by: 'written' },
    sigma: { value: sigma, by: 'written' },
    signals: { value: signals, by: 'written' },
  },
})

const evidenceOf = (sessions: readonly Shown[]) => {
  const { workloads, ledger } = collected(sessions.flatMap(sessionOf).map(fed))
  const [workload] = workloads.values()
  if (workload === undefined) throw new Error('no workload')
  return { workload, ledger }
}

const policyOf = (sessions: readonly Shown[], sigma: number, signals: readonly Signal[]): DerivedPolicy => {
  const { workload, ledger } = evidenceOf(sessions)
  return derivePolicy(profileOf(workload, ledger), decisionsFor(sigma, signals))
}

/** A draw that depends on its number alone: heavy to the right, as counts and sizes are. */
const draw = (seed: number): Shown => {
  const uniform = (salt: number): number => (((Math.sin(seed * 12.9898 + salt * 78.233) * 43_758.5453) % 1) + 1) % 1
  const heavy = (salt: number): number => Math.exp(-Math.log(1 - 0.999 * uniform(salt)))
  return { calls: 1 + Math.floor(heavy(1)), length: Math.floor(20 * heavy(2)), amount: Math.floor(100 * heavy(3)) }
}

const drawn = (from: number, count: number): readonly Shown[] =>
  Array.from({ length: count }, (_, index) => draw(from + index))

const unusualSessions = (policy: DerivedPolicy, sessions: readonly Shown[]): number => {
  const { workload } = evidenceOf(sessions)
  const judged = judge(policy, workload, { context: 'all', at: null })
  return new Set(judged.filter(({ code }) => code === 'unusual').map(({ session }) => session)).size
}

const NUMERIC: readonly Signal[] = ['calls', 'session', 'minute', 'length', 'amount']

describe('calibration', () => {
  test.each(NUMERIC)('%s: as many later sessions are beyond as the policy promises', signal => {
    const policy = policyOf(drawn(0, 400), 1.5, [signal])
    const reported = policy.usual?.signals.find(entry => entry.signal === signal)
    expect(reported).toMatchObject({ on: true, reason: 'written' })
    expect(policy.usual?.promised).toBeCloseTo(0.1336, 3)
    const later = drawn(10_000, 1_000)
    // Three standard errors of both samples: whole numbers tie, so fewer may be beyond, but not more.
    expect(unusualSessions(policy, later) / later.length).toBeLessThan(
      0.1336 + 3 * Math.sqrt(0.116 * (1 / 400 + 1 / 1000)),
    )
    expect(unusualSessions(policy, later)).toBeGreaterThan(0)
  })

  test('several signals share one promise', () => {
    const policy = policyOf(drawn(0, 400), 1.5, NUMERIC)
    const later = drawn(10_000, 1_000)
    expect(policy.usual?.signals.filter(({ on }) => on).map(({ signal }) => signal)).toEqual([...NUMERIC])
    expect(unusualSessions(policy, later) / later.length).toBeLessThan(
      0.1336 + 3 * Math.sqrt(0.116 * (1 / 400 + 1 / 1000)),
    )
  })

  test('too few sessions promise nothing, and say what would', () => {
    const { usual } = policyOf(drawn(0, 100), 3, ['calls'])
    expect(usual?.signals.find(({ signal }) => signal === 'calls')).toMatchObject({
      on: false,
      reason: 'too-few',
      spreads: null,
    })
    expect(usual?.bounds).toEqual([])
    expect(usual?.heldOut).toBeNull()
  })

  test('signals that nobody asked for are measured and off', () => {
    const { usual } = policyOf(drawn(0, 200), 1.5, [])
    expect(usual?.signals.map(({ signal }) => signal)).toEqual([...SIGNAL_NAMES])
    expect(usual?.signals.every(({ on }) => !on)).toBe(true)
    expect(usual?.signals.find(({ signal }) => signal === 'length')).toMatchObject({ reason: 'not-written' })
    expect(usual?.bounds).toEqual([])
  })
})

describe('law 6: one session does not decide what is usual', () => {
  test('however wild one session is, the limit moves to no more than the next that another session reached', () => {
    const scores = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 20, maxLength: 200 })
    let moved = 0
    fc.assert(
      fc.property(scores, fc.double({ min: 0.05, max: 0.5, noNaN: true }), (others, share) => {
        const before = calibrated(others, share, 3)
        const after = calibrated([...others, Number.POSITIVE_INFINITY], share, 3)
        if (before === null || after === null) return
        moved++
        const next = others.filter(score => score > before).sort((a, b) => a - b)[0] ?? before
        expect(after).toBeGreaterThanOrEqual(before)
        expect(after).toBeLessThanOrEqual(next)
        // More sessions than could open a value are at or beyond it.
        expect(others.filter(score => score >= after).length).toBeGreaterThanOrEqual(3)
      }),
      { numRuns: 500 },
    )
    expect(moved).toBeGreaterThan(100)
  })

  test('beyond what the profile counts, more of the same changes no byte', () => {
    const usual = drawn(0, 60)
    const flooded = (calls: number) =>
      policyOf([...usual, { calls, length: 1, amount: 1 }], 1.2, ['calls', 'session']).usual
    expect(flooded(2_000)).toEqual(flooded(1_200))
  })
})

describe('the reference', () => {
  const policy = policyOf(drawn(0, 400), 1.5, ['calls'])
  const most = policy.usual?.bounds.find(({ action }) => action === 'list_transactions')?.most ?? Number.NaN
  const request = { substrate: 'tool', action: 'list_transactions', values: [], visibility: 'seen' } as const

  test('the call after the last usual one is for a person, and an approval covers the rest of the session', () => {
    let context = emptyContext({ request: true, results: true, calls: true })
    for (let index = 1; index <= most; index++) {
      context = step(context, { kind: 'call', request, at: START + index })
      expect(evaluate(policy, request, context)).toMatchObject({ verdict: 'allow' })
    }
    context = step(context, { kind: 'call', request, at: START + most + 1 })
    const decision = evaluate(policy, request, context)
    expect(decision).toMatchObject({
      verdict: 'review',
      code: 'unusual',
      deviations: [
        { dimension: 'session.calls', observed: most + 1, allowed: `usually at most ${most} calls of it in a session` },
      ],
    })
  })

  test('who does not count the calls finds nothing unusual, and what the envelope denies stays denied', () => {
    expect(evaluate(policy, request, emptyContext({ request: true, results: true }))).toMatchObject({
      verdict: 'allow',
    })
    const elsewhere = { ...request, action: 'delete_everything' }
    expect(evaluate(policy, elsewhere, emptyContext({ request: true, results: true, calls: true }))).toMatchObject({
      verdict: 'deny',
    })
  })

  test('a session of ever new surfaces is counted in bounded memory, and in whole', () => {
    let context = emptyContext({ request: true, results: true, calls: true })
    for (let index = 0; index < 3 * TEMPO_SURFACES; index++)
      context = step(context, { kind: 'call', request: { substrate: 'tool', action: `t${index}` }, at: START })
    expect(context.tempo?.surfaces.size).toBe(TEMPO_SURFACES)
    expect(context.tempo?.before.size).toBe(TEMPO_SURFACES)
    expect(context.tempo?.total.get('tool')).toBe(3 * TEMPO_SURFACES)
    expect(context.tempo?.inMinute.get('tool')).toBe(3 * TEMPO_SURFACES)
  })
})
