/**
 * The compiled decision function against the reference semantics: equal decisions, word for word, on every request. Policies are
 * generated or derived from generated evidence; requests come from what the policies bound. What fails becomes a case.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Constraint } from '../../core/model/constraint.ts'
import type { Visibility } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import { type Decision, VERDICT_CODES, type Verdict, type VerdictCode } from '../../core/model/verdict.ts'
import { compile, replay } from '../../core/pipeline.ts'
import { contains } from '../../core/policy/contains.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { NO_CONTEXT } from '../../core/policy/step.ts'
import { arbitrarySessions } from '../contracts/arbitrary-evidence.ts'
import { arbitraryPolicy } from '../contracts/arbitrary-policy.ts'
import { collected, MODES, policiesOf } from '../contracts/evidence-line.ts'
import { type PermissionSketch, policyOf } from '../contracts/policy-of.ts'
import { type Asked, askedLike, askedNear, disturbed } from './asked-near.ts'

/** Requests in all: quick by default, as many as asked for by AMBIT_DECISIONS. */
const DECISIONS = Number(process.env.AMBIT_DECISIONS ?? 30_000)
const PER_POLICY = 32

/** What a policy alone never says: that is for whoever holds it. */
const ABOUT_POLICIES: readonly string[] = ['no-policy', 'policy-unreadable', 'expired']
const CODES = Object.keys(VERDICT_CODES).filter(code => !ABOUT_POLICIES.includes(code)) as readonly VerdictCode[]

const KINDS: Readonly<Record<Exclude<Constraint['kind'], 'anyOf'>, 'both' | 'in' | 'out'>> = {
  any: 'in',
  none: 'out',
  set: 'both',
  prefix: 'both',
  path: 'both',
  domain: 'both',
  cidr: 'both',
  range: 'both',
  length: 'both',
  shape: 'both',
  type: 'both',
  request: 'both',
  field: 'both',
  unprompted: 'both',
}

const membersOf = (constraint: Constraint): readonly Constraint[] =>
  constraint.kind === 'anyOf' ? constraint.of.flatMap(membersOf) : [constraint]

/** What the questions reached: a test that never gets to a branch cannot find it broken. */
const tally = () => {
  const counts = new Map<string, number>()
  const add = (key: string): void => {
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return {
    counts,
    decision: ({ verdict, code, deviations }: Decision): void => {
      add('decisions')
      add(verdict)
      add(code)
      for (const deviation of deviations) add(`deviation ${deviation.code}`)
    },
    constraints: (policy: DerivedPolicy, { request, context }: Asked): void => {
      const permission = policy.permissions.find(
        ({ substrate, action }) => substrate === request.substrate && action === request.action,
      )
      for (const { dimension, value } of request.values) {
        const listed = permission?.dimensions.find(one => one.dimension === dimension)
        if (listed === undefined) continue
        for (const member of membersOf(listed.allow))
          add(`${member.kind} ${contains(member, value, context) ? 'in' : 'out'}`)
      }
    },
  }
}

/** NaN and -0 as they are: JSON would say of neither what it is. */
const shown = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    part instanceof Set || part instanceof Map
      ? [...part]
      : typeof part === 'number' && !Object.is(part, 0)
        ? String(part)
        : part,
  )

const compare = (policy: DerivedPolicy, decide: ReturnType<typeof compile>, { request, context }: Asked): Decision => {
  const reference = evaluate(policy, request, context)
  const compiled = decide(request, context)
  if (!isDeepStrictEqual(compiled, reference)) expect.fail(shown({ reference, compiled, request, context }))
  return compiled
}

test('equal decisions for generated policies, whatever is asked', () => {
  const reached = tally()
  const cases = arbitraryPolicy()
    .chain(disturbed)
    .chain(policy =>
      fc.record({
        policy: fc.constant(policy),
        asked: fc.array(askedNear(policy), { minLength: PER_POLICY, maxLength: PER_POLICY }),
      }),
    )
  const check = fc.property(cases, ({ policy, asked }) => {
    const decide = compile(policy)
    for (const [index, one] of asked.entries()) {
      reached.decision(compare(policy, decide, one))
      if (index % 4 === 0) reached.constraints(policy, one)
    }
  })
  fc.assert(check, { numRuns: Math.ceil(DECISIONS / PER_POLICY) })
  const count = (key: string): number => reached.counts.get(key) ?? 0
  const seen = shown([...reached.counts])
  for (const verdict of ['allow', 'review', 'deny']) expect(count(verdict), seen).toBeGreaterThan(1_000)
  for (const code of CODES) expect(count(code), `${code}: ${seen}`).toBeGreaterThan(5)
  for (const [kind, sides] of Object.entries(KINDS)) {
    if (sides !== 'out') expect(count(`${kind} in`), `${kind} in: ${seen}`).toBeGreaterThan(20)
    if (sides !== 'in') expect(count(`${kind} out`), `${kind} out: ${seen}`).toBeGreaterThan(20)
  }
}, 3_600_000)

test('equal decisions for derived policies, on what their evidence shows and near it', () => {
  const reached = tally()
  const cases = fc.record({ feed: arbitrarySessions, mode: fc.constantFrom(...MODES) }).chain(({ feed, mode }) => {
    const evidence = collected(feed)
    const policies = policiesOf(evidence, mode)
    const pairs = [...evidence.workloads].flatMap(([name, workload]) => {
      const policy = policies.get(name)
      const made = [...replay(workload, 'all')].map(({ observation, context }) => ({ request: observation, context }))
      return policy === undefined || made.length === 0 ? [] : [{ policy, made }]
    })
    return fc.tuple(
      ...pairs.map(({ policy, made }) =>
        fc.record({
          policy: fc.constant(policy),
          asked: fc.array(
            fc.constantFrom(...made).chain(one => askedLike(policy, one)),
            { minLength: PER_POLICY, maxLength: PER_POLICY },
          ),
        }),
      ),
    )
  })
  const check = fc.property(cases, pairs => {
    for (const { policy, asked } of pairs) {
      const decide = compile(policy)
      for (const one of asked) {
        reached.decision(compare(policy, decide, one))
        reached.constraints(policy, one)
      }
    }
  })
  // Deriving costs a thousand times what deciding does.
  fc.assert(check, { numRuns: Math.ceil(DECISIONS / PER_POLICY / 10) })
  const seen = shown([...reached.counts])
  for (const verdict of ['allow', 'review', 'deny']) expect(reached.counts.get(verdict) ?? 0, seen).toBeGreaterThan(50)
}, 3_600_000)

test('a decision without deviations is one that nobody can change', () => {
  const check = fc.property(
    arbitraryPolicy().chain(policy => fc.record({ policy: fc.constant(policy), asked: askedNear(policy) })),
    ({ policy, asked: { request, context } }) => {
      const decide = compile(policy)
      const first = decide(request, context)
      const again = decide(request, context)
      expect(again).toEqual(first)
      expect(again === first).toBe(first.deviations.length === 0)
      expect(Object.isFrozen(first)).toBe(first.deviations.length === 0)
    },
  )
  fc.assert(check, { numRuns: 500 })
})

interface Case {
  readonly says: string
  readonly permissions: readonly PermissionSketch[]
  readonly asked: readonly {
    readonly action: string
    readonly values: readonly (readonly [string, Scalar])[]
    readonly visibility: Visibility
    readonly context: Readonly<Record<'request' | 'fields' | 'prose', readonly string[] | null>>
    readonly verdict: Verdict
    readonly code: VerdictCode
  }[]
}

const CASES = join(import.meta.dirname, '..', 'cases', 'decide')
const setOf = (texts: readonly string[] | null): ReadonlySet<string> | null => (texts === null ? null : new Set(texts))

test.each(readdirSync(CASES))('case: %s', name => {
  const { permissions, asked }: Case = JSON.parse(readFileSync(join(CASES, name, 'case.json'), 'utf8'))
  const policy = policyOf(permissions)
  const decide = compile(policy)
  expect(asked.length).toBeGreaterThan(0)
  for (const { action, values, visibility, context, verdict, code } of asked) {
    const { request, fields, prose } = context
    const one: Asked = {
      request: {
        substrate: 'tool',
        action,
        values: values.map(([dimension, value]) => ({ dimension, value })),
        visibility,
      },
      context: { ...NO_CONTEXT, request: setOf(request), fields: setOf(fields), prose: setOf(prose) },
    }
    expect(compare(policy, decide, one), shown(one)).toMatchObject({ verdict, code })
  }
})
