/** `comparePolicies` against the reference semantics: a policy that is said not to widen never judges more leniently. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Constraint } from '../../core/model/constraint.ts'
import type {
  DerivedPolicy,
  Permission,
  PermissionDimension,
  SurfaceEnvelope,
  Withheld,
} from '../../core/model/policy.ts'
import type { Verdict } from '../../core/model/verdict.ts'
import { comparePolicies } from '../../core/policy/compare.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { arbitraryConstraint, POOLS } from './arbitrary-constraint.ts'
import { arbitraryContext, arbitraryPolicy, arbitraryRequest } from './arbitrary-policy.ts'

const READS: SurfaceEnvelope = {
  substrate: 'tool',
  access: 'read',
  rule: 'surface',
  values: null,
  firstWords: ['get'],
  prefixes: [],
  explained: null,
  statement: '',
}

const RANK: Record<Verdict, number> = { deny: 0, review: 1, allow: 2 }
const TEXTS = [...POOLS.text, ...POOLS.path, ...POOLS.host]

const EVIDENCE = {
  count: 2,
  witnesses: 1,
  sessions: 1,
  clusters: 1,
  days: 1,
  firstSeen: '2026-01-02T00:00:00Z',
  lastSeen: '2026-01-02T00:00:00Z',
  sources: ['otlp'],
}

const onDimension = (
  policy: DerivedPolicy,
  at: number,
  change: (dimension: PermissionDimension, permission: Permission) => Partial<PermissionDimension> | null,
): DerivedPolicy => ({
  ...policy,
  permissions: policy.permissions.map((permission, index) => {
    if (index !== at % policy.permissions.length) return permission
    const chosen = at % Math.max(1, permission.dimensions.length)
    const dimensions = permission.dimensions.flatMap((dimension, place) => {
      if (place !== chosen) return [dimension]
      const changed = change(dimension, permission)
      return changed === null ? [] : [{ ...dimension, ...changed }]
    })
    return { ...permission, dimensions }
  }),
})

/** One small change each, many of them narrowing, so that the interesting case is common. */
const mutations: readonly ((policy: DerivedPolicy, at: number, constraint: Constraint) => DerivedPolicy)[] = [
  policy => policy,
  (policy, at, values) => ({
    ...policy,
    envelopes: policy.envelopes.map((one, i) => (i === at ? { ...one, values: i > 0 ? null : values } : one)),
  }),
  (policy, at) => ({ ...policy, permissions: policy.permissions.filter((_, index) => index !== at) }),
  (policy, at, allow) => onDimension(policy, at, () => ({ allow })),
  (policy, at, one) => onDimension(policy, at, ({ allow }) => ({ allow: { kind: 'anyOf', of: [allow, one] } })),
  (policy, at) =>
    onDimension(policy, at, ({ allow }) => (allow.kind === 'anyOf' ? { allow: allow.of[0] ?? allow } : {})),
  (policy, at, review) => onDimension(policy, at, () => ({ review })),
  (policy, at) => onDimension(policy, at, () => ({ review: null })),
  (policy, at) =>
    onDimension(policy, at, ({ allow, review }) => ({ allow: { kind: 'none' }, review: review ?? allow })),
  (policy, at) => onDimension(policy, at, ({ absent }) => ({ absent: absent === 'allow' ? 'review' : 'deny' })),
  (policy, at) => onDimension(policy, at, () => null),
  (policy, at) => ({ ...policy, envelopes: policy.envelopes.slice(at % 2) }),
  (policy, at) => ({ ...policy, bounds: policy.bounds.filter((_, index) => index !== at) }),
  (policy, at) => ({
    ...policy,
    permissions: policy.permissions.map((one, index) => (index === at ? { ...one, argumentsSeen: at % 2 === 0 } : one)),
  }),
  (policy, at) => ({
    ...policy,
    permissions: policy.permissions.map((one, index) =>
      index === at ? { ...one, others: { allow: { kind: 'none' }, review: null } } : one,
    ),
  }),
  (policy, at) => ({ ...policy, withheld: policy.withheld.filter((_, index) => index !== at % 3) }),
  (policy, at) => ({ ...policy, withheld: [...policy.withheld, ...withheldOf(policy).slice(at, at + 1)] }),
]

/** Behaviors that could be withheld next to a policy: some of its surfaces, others, and values. */
const withheldOf = (policy: DerivedPolicy): readonly Withheld[] => [
  ...policy.permissions.flatMap(({ substrate, action, dimensions }): Withheld[] => [
    ...dimensions.flatMap(({ dimension }): Withheld[] =>
      ['item-7x', 'alice@example.com', '/etc/passwd'].map(value => ({
        substrate,
        action,
        dimension,
        value,
        class: 'one-time',
        findings: [],
        evidence: EVIDENCE,
      })),
    ),
    { substrate, action, dimension: null, value: null, class: 'burst', findings: [], evidence: EVIDENCE },
  ]),
  {
    substrate: 'tool',
    action: 'send_money',
    dimension: null,
    value: null,
    class: 'burst',
    findings: [],
    evidence: EVIDENCE,
  },
  {
    substrate: 'iam',
    action: 's3:PutObject',
    dimension: null,
    value: null,
    class: 'burst',
    findings: [],
    evidence: EVIDENCE,
  },
]

const pair = fc
  .record({
    policy: arbitraryPolicy(),
    withheld: fc.nat(7),
    swap: fc.boolean(),
    steps: fc.array(fc.tuple(fc.constantFrom(...mutations), fc.nat(6), arbitraryConstraint(TEXTS, 1)), {
      maxLength: 3,
    }),
  })
  .map(({ policy, withheld, swap, steps }) => {
    const before: DerivedPolicy = { ...policy, withheld: withheldOf(policy).filter((_, i) => (i + withheld) % 3 === 0) }
    const after = steps.reduce((now, [mutate, at, constraint]) => mutate(now, at, constraint), before)
    return swap ? { before: after, after: before } : { before, after }
  })

const changesOf = (before: DerivedPolicy, after: DerivedPolicy) =>
  comparePolicies(before, after).map(({ code }) => code)

test('law 9: when nothing is said to widen, no request is judged more leniently', () => {
  let unwidened = 0
  let stricter = 0
  let lenient = 0
  fc.assert(
    fc.property(
      pair.chain(({ before, after }) =>
        fc
          .tuple(
            fc.array(fc.oneof(arbitraryRequest(before), arbitraryRequest(after)), { minLength: 6, maxLength: 6 }),
            arbitraryContext,
          )
          .map(([requests, context]) => ({ before, after, requests, context })),
      ),
      ({ before, after, requests, context }) => {
        const widens = comparePolicies(before, after).some(difference => difference.widens)
        for (const request of requests) {
          const was = RANK[evaluate(before, request, context).verdict]
          const is = RANK[evaluate(after, request, context).verdict]
          if (is > was) lenient++
          if (widens) continue
          unwidened++
          if (is < was) stricter++
          expect(is).toBeLessThanOrEqual(was)
        }
      },
    ),
    { numRuns: 3000 },
  )
  // The tested path really ran, in both directions.
  expect(unwidened).toBeGreaterThan(1500)
  expect(stricter).toBeGreaterThan(30)
  expect(lenient).toBeGreaterThan(100)
})

test('a policy does not differ from itself', () => {
  fc.assert(
    fc.property(arbitraryPolicy(), policy => {
      expect(comparePolicies(policy, policy)).toEqual([])
    }),
  )
})

describe('one difference at a time', () => {
  const dimension: PermissionDimension = {
    dimension: 'tool.args.to',
    type: 'email',
    role: { value: 'sink', by: 'name' },
    rule: 'exact',
    allow: { kind: 'set', values: ['a@x.org', 'b@x.org'] },
    review: { kind: 'type', types: ['email'] },
    absent: 'review',
    context: [],
    trace: { distinct: 2, samples: [], considered: [] },
    latitude: { statement: 'nothing', beyond: 0 },
    openness: 'observed',
    evidence: EVIDENCE,
  }
  const permission: Permission = {
    id: 'tool/send',
    substrate: 'tool',
    action: 'send',
    access: { value: 'write', by: 'name' },
    dimensions: [dimension],
    others: { allow: { kind: 'none' }, review: { kind: 'any' } },
    argumentsSeen: true,
    evidence: EVIDENCE,
  }
  const [sample] = fc.sample(arbitraryPolicy(['tool']), { numRuns: 1, seed: 1 })
  if (sample === undefined) throw new Error('no sample')
  const base: DerivedPolicy = { ...sample, bounds: ['tool'], envelopes: [], permissions: [permission], withheld: [] }
  const having = (change: Partial<PermissionDimension>): DerivedPolicy => ({
    ...base,
    permissions: [{ ...permission, dimensions: [{ ...dimension, ...change }] }],
  })
  const withheld = (value: string): Withheld => ({
    substrate: 'tool',
    action: 'send',
    dimension: 'tool.args.to',
    value,
    class: 'one-time',
    findings: [],
    evidence: EVIDENCE,
  })

  test.each<readonly [string, DerivedPolicy, readonly (readonly [string, boolean])[]]>([
    ['one value more', having({ allow: { kind: 'type', types: ['email'] } }), [['allow-widened', true]]],
    ['one value fewer', having({ allow: { kind: 'set', values: ['a@x.org'] } }), [['allow-narrowed', false]]],
    ['another value', having({ allow: { kind: 'set', values: ['c@x.org'] } }), [['allow-changed', true]]],
    ['from deny to review', having({ review: { kind: 'any' } }), [['review-widened', true]]],
    ['from review to deny', having({ review: null }), [['review-narrowed', false]]],
    [
      'from allow to review',
      having({ allow: { kind: 'none' }, review: { kind: 'type', types: ['email'] } }),
      [['allow-narrowed', false]],
    ],
    ['absent allowed', having({ absent: 'allow' }), [['absent-widened', true]]],
    ['absent denied', having({ absent: 'deny' }), [['absent-narrowed', false]]],
    [
      'others allowed',
      { ...base, permissions: [{ ...permission, others: { allow: { kind: 'any' }, review: null } }] },
      [['allow-widened', true]],
    ],
    [
      'arguments no longer seen',
      { ...base, permissions: [{ ...permission, argumentsSeen: false }] },
      [['arguments-unseen', true]],
    ],
    ['a surface removed', { ...base, permissions: [] }, [['permission-removed', false]]],
    [
      'a dimension no longer constrained',
      { ...base, permissions: [{ ...permission, dimensions: [], others: { allow: { kind: 'any' }, review: null } }] },
      [
        ['allow-widened', true],
        ['allow-widened', true],
        ['absent-widened', true],
      ],
    ],
    ['a withheld value that was denied', { ...base, withheld: [withheld('no address')] }, [['withheld-added', true]]],
    ['a withheld value that was reviewed', { ...base, withheld: [withheld('z@x.org')] }, [['withheld-added', false]]],
    ['no longer bounded', { ...base, bounds: [] }, [['bound-removed', true]]],
    [
      'an envelope of reads',
      {
        ...base,
        envelopes: [
          {
            substrate: 'tool',
            access: 'read',
            rule: 'surface',
            values: null,
            firstWords: ['get'],
            prefixes: ['list_'],
            explained: null,
            statement: '',
          },
        ],
      },
      [['envelope-widened', true]],
    ],
    [
      'reads that the session explains',
      { ...base, envelopes: [{ ...READS, explained: { every: { kind: 'any' }, some: null, except: [] } }] },
      [['envelope-widened', true]],
    ],
    [
      'valid for longer',
      { ...base, validity: { ...base.validity, notAfter: '2026-12-31T00:00:00Z' } },
      [['term-extended', true]],
    ],
    [
      'renewed by newer evidence',
      {
        ...base,
        coverage: { ...base.coverage, window: { ...base.coverage.window, last: '2026-01-15T00:00:00Z' } },
        validity: { ...base.validity, notAfter: '2026-02-15T00:00:00Z' },
      },
      [['expiry-moved', false]],
    ],
    [
      'an expiry that cannot be read',
      { ...base, validity: { ...base.validity, notAfter: 'never' } },
      [['term-extended', true]],
    ],
    ['bound to a model', { ...base, validity: { ...base.validity, models: ['m'] } }, [['binding-narrowed', false]]],
  ])('%s', (_, after, expected) => {
    const found = comparePolicies(base, after).map(({ code, widens }) => [code, widens] as const)
    expect(found.sort()).toEqual([...expected].sort())
  })

  test('the other way round, what was added is removed', () => {
    expect(changesOf({ ...base, permissions: [] }, base)).toEqual(['permission-added'])
    expect(changesOf({ ...base, withheld: [withheld('z@x.org')] }, base)).toEqual(['withheld-removed'])
    const bound = { ...base, validity: { ...base.validity, models: ['m'] } }
    expect(comparePolicies(bound, base).map(({ code, widens }) => [code, widens])).toEqual([['binding-widened', true]])
  })

  test('a removed permission that is now withheld lets a person decide about what it denied', () => {
    const entry: Withheld = { ...withheld(''), dimension: null, value: null }
    const after = { ...base, permissions: [], withheld: [entry] }
    expect(
      comparePolicies(having({ absent: 'deny' }), after).find(({ code }) => code === 'permission-removed')?.widens,
    ).toBe(true)
  })
})
