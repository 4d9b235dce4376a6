/** Exceptions widen as little as they say, expire by themselves, and cost nothing but themselves where they are wrong. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Constraint } from '../../core/model/constraint.ts'
import type { Exception, ExceptionScope } from '../../core/model/exception.ts'
import type { DerivedPolicy, Permission, PermissionDimension } from '../../core/model/policy.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import { microsOfRfc3339, rfc3339 } from '../../core/model/rfc3339.ts'
import type { Decision, VerdictCode } from '../../core/model/verdict.ts'
import { workloadKey } from '../../core/model/workload.ts'
import { coveringException } from '../../core/pipeline.ts'
import { contains, contextOf } from '../../core/policy/contains.ts'
import { evaluate, SECRET_MASK } from '../../core/policy/evaluate.ts'
import { NO_CONTEXT } from '../../core/policy/step.ts'
import { arbitraryConstraint, POOLS } from './arbitrary-constraint.ts'
import { arbitraryContext, arbitraryPolicy, arbitraryRequest } from './arbitrary-policy.ts'
import { LAW_RUNS } from './evidence-line.ts'

const START = Date.UTC(2026, 2, 1) * 1_000
const END = START + 3_600_000_000

const exceptionOf = (workload: string, scope: ExceptionScope): Exception => ({
  id: 'e-1',
  workload,
  owner: 'ada',
  reason: 'because',
  approvedBy: ['bob'],
  scope,
  start: rfc3339(START),
  end: rfc3339(END),
})

const contextFree = arbitraryConstraint([...POOLS.text, ...POOLS.number, ...POOLS.path], 1).filter(
  constraint => contextOf(constraint).length === 0,
)

/** A policy, a request near it, and an exception that is about this request more often than not. */
const arbitraryCase = arbitraryPolicy().chain(generated => {
  const policy = { ...generated, usual: null }
  return fc.record({
    policy: fc.constant(policy),
    context: arbitraryContext,
    asked: arbitraryRequest(policy).chain(request => {
      const names = [...new Set(request.values.map(({ dimension }) => dimension)), 'tool.args.other']
      const dimensions = fc
        .subarray(names)
        .chain(list => fc.tuple(...list.map(dimension => contextFree.map(allow => ({ dimension, allow })))))
      return fc.record({
        request: fc.constant(request),
        session: fc.constantFrom('s', null),
        scope: fc.record({
          substrate: fc.constantFrom(request.substrate, request.substrate, 'tool'),
          actions: fc.constantFrom(null, [request.action], [request.action, 'x'], ['x']),
          dimensions: fc.option(dimensions, { nil: null, freq: 4 }),
          session: fc.constantFrom(null, 's', 'other'),
        }),
      })
    }),
  })
})

/** The policy as if the exception were a part of it: what its permissions would say with the scope's values allowed. */
const relaxed = (policy: DerivedPolicy, scope: ExceptionScope): DerivedPolicy => {
  const added = new Map((scope.dimensions ?? []).map(({ dimension, allow }) => [dimension, allow]))
  const wider = (one: PermissionDimension, allow: Constraint): PermissionDimension => ({
    ...one,
    allow: { kind: 'anyOf', of: [one.allow, allow] },
    absent: contains(allow, null, NO_CONTEXT) ? 'allow' : one.absent,
  })
  const permissionOf = (permission: Permission): Permission => {
    const [listed] = permission.dimensions
    const unlisted = [...added].filter(([name]) => !permission.dimensions.some(one => one.dimension === name))
    const fresh = unlisted.map(([dimension, allow]) => ({
      ...(listed ?? ({} as PermissionDimension)),
      dimension,
      role: { value: 'free' as const, by: 'name' as const },
      allow: { kind: 'anyOf' as const, of: [permission.others.allow, allow] },
      review: permission.others.review,
      absent: 'allow' as const,
    }))
    const widened = permission.dimensions.map(one => {
      const allow = added.get(one.dimension)
      return allow === undefined ? one : wider(one, allow)
    })
    return { ...permission, dimensions: [...widened, ...fresh] }
  }
  return { ...policy, permissions: policy.permissions.map(permissionOf) }
}

describe('an exception covers what it says', () => {
  test('exactly what the policy would allow if the scope were a part of it, and only at its time, for its workload and session', () => {
    const seen = { covered: 0, uncovered: 0 }
    fc.assert(
      fc.property(arbitraryCase, ({ policy, context, asked: { request, session, scope } }) => {
        const decision = evaluate(policy, request, context)
        const workload = workloadKey(policy.workload)
        const exception = exceptionOf(workload, scope)
        const covers = (at: number, of = workload, who: string | null = session, what: ActionRequest = request) =>
          coveringException([exception], at, of, who, what, decision) !== null

        for (const at of [START - 1, END, END + 1, Number.NaN, Number.POSITIVE_INFINITY]) expect(covers(at)).toBe(false)
        expect(covers(START, `${workload}-2`)).toBe(false)
        expect(covers(START, workload, session, { ...request, action: `${request.action}-2` })).toBe(
          scope.actions === null && covers(START),
        )
        const inScope =
          scope.substrate === request.substrate &&
          (scope.actions === null || scope.actions.includes(request.action)) &&
          (scope.session === null || scope.session === session)
        if (!inScope || decision.verdict === 'allow') {
          expect(covers(START)).toBe(false)
          seen.uncovered++
          return
        }
        const covered = covers(START)
        expect(covers(END - 1)).toBe(covered)
        seen[covered ? 'covered' : 'uncovered']++
        if (scope.dimensions === null) expect(covered).toBe(true)
        else if (decision.permission === null) {
          const inside = request.values.every(({ dimension, value }) =>
            scope.dimensions?.some(one => one.dimension === dimension && contains(one.allow, value, NO_CONTEXT)),
          )
          expect(covered).toBe(inside && request.visibility === 'seen')
        } else {
          const would = evaluate(relaxed(policy, scope), request, context).verdict === 'allow'
          // Where a secret deviates, every value of its dimension must be in the scope: that can only be stricter.
          const masked = decision.deviations.some(({ observed }) => observed === SECRET_MASK)
          if (masked) expect(covered && !would).toBe(false)
          else expect(covered).toBe(would)
        }
      }),
      { numRuns: LAW_RUNS * 5 },
    )
    expect(seen.covered).toBeGreaterThan(LAW_RUNS / 10)
    expect(seen.uncovered).toBeGreaterThan(LAW_RUNS / 10)
  })

  const wide = exceptionOf('a/b', { substrate: 'tool', actions: null, dimensions: null, session: null })
  const request: ActionRequest = { substrate: 'tool', action: 'x', values: [], visibility: 'seen' }
  const decision = (code: VerdictCode): Decision => ({ verdict: 'deny', code, permission: null, deviations: [] })

  test.each(['no-policy', 'policy-unreadable', 'expired'] as const)(
    'without a policy there is nothing to widen: %s',
    code => {
      expect(coveringException([wide], START, 'a/b', null, request, decision('surface-unknown'))).toBe(wide)
      expect(coveringException([wide], START, 'a/b', null, request, decision(code))).toBeNull()
    },
  )

  test.each([
    ['', 'x'],
    ['2026-02-30T00:00:00Z', rfc3339(END)],
    [rfc3339(START), 'never'],
    [rfc3339(END), rfc3339(START)],
  ])('times that cannot be read, or that end before they start, are never in force: %s %s', (start, end) => {
    const at = microsOfRfc3339(start) ?? START
    expect(
      coveringException([{ ...wide, start, end }], at, 'a/b', null, request, decision('surface-unknown')),
    ).toBeNull()
  })

  test('two exceptions are not added up', () => {
    const policyDecision: Decision = {
      verdict: 'deny',
      code: 'value-denied',
      permission: 'tool/x',
      deviations: ['a', 'b'].map(dimension => ({ dimension, code: 'value-denied', observed: 1, allowed: 'no value' })),
    }
    const only = (dimension: string): Exception => ({
      ...wide,
      id: dimension,
      scope: { ...wide.scope, actions: ['x'], dimensions: [{ dimension, allow: { kind: 'any' } }] },
    })
    const both: Exception = {
      ...wide,
      scope: { ...wide.scope, dimensions: ['a', 'b'].map(dimension => ({ dimension, allow: { kind: 'any' } })) },
    }
    const cover = (list: readonly Exception[]) => coveringException(list, START, 'a/b', null, request, policyDecision)
    expect(cover([only('a'), only('b')])).toBeNull()
    expect(cover([only('a'), both])).toBe(both)
  })
})
