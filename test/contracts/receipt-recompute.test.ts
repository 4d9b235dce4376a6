/** A decision computed again from its record is the one that was made, and what is not in the record is never guessed. */
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { auditDecision } from '../../core/decide/audit-decision.ts'
import { receiptOf } from '../../core/decide/receipt.ts'
import { recompute, sameDecision } from '../../core/decide/recompute.ts'
import type { Redaction } from '../../core/decide/redaction.ts'
import type { Context } from '../../core/model/context.ts'
import type { DerivedPolicy, EvidenceCount } from '../../core/model/policy.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import type { Decision } from '../../core/model/verdict.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { NO_CONTEXT } from '../../core/policy/step.ts'
import { arbitraryContext, arbitraryPolicy, arbitraryRequest } from './arbitrary-policy.ts'
import { policyOf } from './policy-of.ts'

const RUNS = Number(process.env.AMBIT_LAW_RUNS ?? 2_000)

const digest = (text: string): string =>
  `hmac-sha256:${createHmac('sha256', 'k'.repeat(32)).update(text).digest('hex')}`

const REDACTION: Redaction = { digest, keep: new Set(), hide: new Set() }

const keepAll = (request: ActionRequest): Redaction => ({
  ...REDACTION,
  keep: new Set(request.values.map(({ dimension }) => dimension)),
})
const hideAll = (request: ActionRequest): Redaction => ({ ...REDACTION, hide: keepAll(request).keep })

const cases = arbitraryPolicy().chain(policy =>
  fc.record({ policy: fc.constant(policy), request: arbitraryRequest(policy), context: arbitraryContext }),
)

const recordOf = (policy: DerivedPolicy, request: ActionRequest, context: Context, redaction: Redaction) =>
  receiptOf(request, evaluate(policy, request, context), context, policy, redaction)

describe('recomputing', () => {
  test.each([
    ['all values that are no secrets', keepAll, 0.8],
    ['what is kept by default', () => REDACTION, 0.4],
    ['nothing', hideAll, 0.3],
  ] as const)('from a record that keeps %s', (_, redactionOf, atLeast) => {
    let [known, all] = [0, 0]
    fc.assert(
      fc.property(cases, ({ policy, request, context }) => {
        const recorded = recordOf(policy, request, context, redactionOf(request))
        const again = recompute(policy, recorded.request, digest)
        all++
        if (!again.known) return
        known++
        expect(sameDecision(again.decision, recorded.decision)).toBe(true)
        expect(again.decision).toEqual(recorded.decision)
      }),
      { numRuns: RUNS },
    )
    expect(known / all).toBeGreaterThan(atLeast)
  })

  test('without the digest key: never another decision', () => {
    let known = 0
    fc.assert(
      fc.property(cases, ({ policy, request, context }) => {
        const recorded = recordOf(policy, request, context, hideAll(request))
        const again = recompute(policy, recorded.request, null)
        if (!again.known) return
        known++
        expect(again.decision).toEqual(recorded.decision)
      }),
      { numRuns: RUNS },
    )
    expect(known).toBeGreaterThan(RUNS / 10)
  })

  test('what is not known names the dimension, and why', () => {
    const policy = policyOf([
      {
        substrate: 'tool',
        action: 'read',
        allow: {
          'tool.args.path': { kind: 'path', under: ['papers'] },
          'tool.args.mode': { kind: 'set', values: ['r'] },
        },
      },
    ])
    const ask = (path: string, mode: string) => {
      const request: ActionRequest = {
        substrate: 'tool',
        action: 'read',
        visibility: 'seen',
        values: [
          { dimension: 'tool.args.path', value: path },
          { dimension: 'tool.args.mode', value: mode },
        ],
      }
      return recordOf(policy, request, NO_CONTEXT, REDACTION).request
    }
    expect(recompute(policy, ask('papers/a.md', 'r'), digest)).toEqual({
      known: false,
      reason: 'value-redacted',
      dimension: 'tool.args.path',
    })
    const listed = policyOf([
      {
        substrate: 'tool',
        action: 'read',
        allow: { 'tool.args.path': { kind: 'any' }, 'tool.args.mode': { kind: 'set', values: ['r'] } },
      },
    ])
    expect(recompute(listed, ask('papers/a.md', 'w'), null)).toMatchObject({
      reason: 'digest-key-missing',
      dimension: 'tool.args.mode',
    })
    expect(recompute(listed, ask('papers/a.md', 'w'), digest)).toMatchObject({
      known: true,
      decision: { verdict: 'deny', code: 'value-denied' },
    })
  })
})

describe('an audited decision', () => {
  const policy = policyOf([
    { substrate: 'tool', action: 'pay', allow: { 'tool.args.to': { kind: 'set', values: ['A'] } } },
  ])
  const request = (to: string): ActionRequest => ({
    substrate: 'tool',
    action: 'pay',
    visibility: 'seen',
    values: [{ dimension: 'tool.args.to', value: to }],
  })
  const at = '2026-01-20T00:00:00.000Z'
  const receipt = { time: at, policy: policy.digest }
  const eventOf = (to: string, changes: object = {}) =>
    ({
      kind: 'decision',
      ...recordOf(policy, request(to), NO_CONTEXT, REDACTION),
      mode: 'enforce',
      effect: to === 'A' ? 'run' : 'refuse',
      because: 'verdict',
      exception: null,
      call: 'c',
      ...changes,
    }) as const

  test('is the same', () => {
    expect(auditDecision(eventOf('A'), receipt, policy, digest)).toEqual({ kind: 'same' })
    expect(auditDecision(eventOf('B'), receipt, policy, digest)).toEqual({ kind: 'same' })
  })

  test('that was written down otherwise differs', () => {
    const { decision } = recordOf(policy, request('A'), NO_CONTEXT, REDACTION)
    expect(auditDecision(eventOf('B', { decision, effect: 'run' }), receipt, policy, digest)).toMatchObject({
      kind: 'differs',
      expected: { verdict: 'deny', code: 'value-denied' },
    })
  })

  test('whose effect is not what the mode makes of it differs', () => {
    expect(auditDecision(eventOf('B', { effect: 'run' }), receipt, policy, digest)).toEqual({ kind: 'effect-differs' })
    const observed = { mode: 'observe', effect: 'run', because: 'observe' }
    expect(auditDecision(eventOf('B', observed), receipt, policy, digest)).toEqual({ kind: 'same' })
    const excused = { because: 'exception', effect: 'run' }
    expect(auditDecision(eventOf('B', excused), receipt, policy, digest)).toEqual({ kind: 'effect-differs' })
    expect(auditDecision(eventOf('B', { ...excused, exception: 'e-1' }), receipt, policy, digest)).toEqual({
      kind: 'same',
    })
  })

  test('after the policy has expired can only be that', () => {
    const late = { ...receipt, time: '2027-01-01T00:00:00.000Z' }
    const expired: Decision = { verdict: 'deny', code: 'expired', permission: null, deviations: [] }
    expect(auditDecision(eventOf('A'), late, policy, digest)).toEqual({ kind: 'differs', expected: expired })
    expect(auditDecision(eventOf('B', { decision: expired }), late, policy, digest)).toEqual({ kind: 'same' })
    expect(auditDecision(eventOf('B', { decision: expired }), receipt, policy, digest)).toEqual({
      kind: 'differs',
      expected: null,
    })
  })

  test('without a policy can only be a denial', () => {
    const none = { time: at, policy: null }
    const decision: Decision = { verdict: 'deny', code: 'no-policy', permission: null, deviations: [] }
    expect(auditDecision(eventOf('B', { decision }), none, null, digest)).toEqual({ kind: 'same' })
    expect(auditDecision(eventOf('A'), none, null, digest)).toEqual({ kind: 'differs', expected: null })
  })
})

describe('hygiene of a record', () => {
  const secrets: readonly Scalar[] = ['AKIAABCDEFGHIJKLMNOP', 'hunter2-hunter2', 4_929_123_412_341_234]
  const evidence: EvidenceCount = {
    count: 1,
    witnesses: 1,
    sessions: 1,
    clusters: 1,
    days: 1,
    firstSeen: '2026-01-01T00:00:00Z',
    lastSeen: '2026-01-01T00:00:00Z',
    sources: [],
  }
  const policy = policyOf(
    [
      {
        substrate: 'tool',
        action: 'login',
        allow: { 'tool.args.password': { kind: 'any' }, 'tool.args.user': { kind: 'set', values: ['root'] } },
      },
    ],
    {
      withheld: [
        {
          substrate: 'tool',
          action: 'login',
          dimension: 'tool.args.user',
          value: 'backup',
          class: 'one-time',
          findings: [],
          evidence,
        },
      ],
    },
  )
  const written = (values: ActionRequest['values'], redaction: Redaction = REDACTION): string => {
    const request: ActionRequest = { substrate: 'tool', action: 'login', visibility: 'seen', values }
    return JSON.stringify(recordOf(policy, request, NO_CONTEXT, redaction))
  }

  test('holds no secret, by name or by look, whatever is to be kept', () => {
    const values = [
      { dimension: 'tool.args.password', value: 'hunter2-hunter2' },
      { dimension: 'tool.args.note', value: 'AKIAABCDEFGHIJKLMNOP' },
      { dimension: 'tool.args.AKIAABCDEFGHIJKLMNOP', value: 1 },
      { dimension: 'tool.args.card', value: 4_929_123_412_341_234 },
    ]
    const keep = new Set(values.map(({ dimension }) => dimension).filter(dimension => dimension !== 'tool.args.card'))
    for (const redaction of [REDACTION, { ...REDACTION, keep }]) {
      const text = written(values, redaction)
      for (const secret of secrets) expect(text).not.toContain(String(secret))
    }
  })

  test('holds what the policy names, and no other text', () => {
    const text = (user: string): string => written([{ dimension: 'tool.args.user', value: user }])
    expect(text('root')).toContain('"value":"root"')
    expect(text('backup')).toContain('"value":"backup"')
    expect(text('alice')).not.toContain('alice')
  })

  test('holds no text of the agent’s own in names', () => {
    expect(written([{ dimension: 'tool.args.alice@example%2Ecom', value: 1 }])).not.toContain('alice')
    expect(written([{ dimension: `tool.args.${'x'.repeat(500)}`, value: 1 }])).not.toContain('xxx')
  })

  test('lists a bounded number of values, and says so', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => ({ dimension: 'tool.args.user', value: `u${index}` }))
    const request: ActionRequest = { substrate: 'tool', action: 'login', visibility: 'seen', values }
    const recorded = recordOf(policy, request, NO_CONTEXT, REDACTION)
    expect(recorded.request).toMatchObject({ omitted: 10_000 - 256 })
    expect(recorded.decision.deviations.length).toBeLessThanOrEqual(256)
    expect(recompute(policy, recorded.request, digest)).toEqual({
      known: false,
      reason: 'values-omitted',
      dimension: null,
    })
  })
})
