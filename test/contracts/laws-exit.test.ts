/** Law 10: every state has an exit and a reason. Whatever the evidence, nothing waits without a named cause and a way out. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { READINESS, type Readiness, readinessOf } from '../../apps/cli/render/readiness.ts'
import { renderReview } from '../../apps/cli/render/review.ts'
import { TO_DECIDE, type ToDecideCode, toDecide, unbounded } from '../../apps/cli/render/to-decide.ts'
import { type DerivedPolicy, INCOMPLETE_CODES } from '../../core/model/policy.ts'
import { VERDICT_CODES } from '../../core/model/verdict.ts'
import type { Evidence } from '../../core/model/workload-evidence.ts'
import { encodeAll, judge } from '../../core/pipeline.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { emptyContext } from '../../core/policy/step.ts'
import { arbitraryFeed } from './arbitrary-evidence.ts'
import { collected, LAW_RUNS, MODES, policiesOf } from './evidence-line.ts'

const law = { numRuns: Math.ceil(LAW_RUNS / 2) }
interface Derived {
  readonly evidence: Evidence
  readonly policies: readonly DerivedPolicy[]
}

const derived: fc.Arbitrary<Derived> = fc.tuple(arbitraryFeed, fc.constantFrom(...MODES)).map(([feed, mode]) => {
  const evidence = collected(feed)
  return { evidence, policies: [...policiesOf(evidence, mode).values()] }
})

/** What a policy that cannot be enforced yet waits for: the question that says how it gets on. */
const EXIT: Readonly<Record<Exclude<Readiness, 'ready'>, ToDecideCode>> = {
  withheld: 'no-evidence',
  incomplete: 'evidence-incomplete',
  learning: 'coverage-open',
}

describe('law 10: every state has an exit and a reason', () => {
  test('a policy that is not ready says what it waits for, and what to do about it', () => {
    const met = new Set<Readiness>()
    const check = ({ evidence, policies }: Derived): void => {
      for (const policy of policies) {
        const readiness = readinessOf(policy)
        met.add(readiness)
        const artifacts = encodeAll(policy)
        const questions = toDecide(policy, artifacts)
        const review = renderReview(policy, artifacts, evidence.ledger)
        if (readiness !== 'ready') expect(questions.map(({ code }) => code)).toContain(EXIT[readiness])
        for (const { code } of questions) expect(review).toContain(`→ ${TO_DECIDE[code][1]}`)
        expect(policy.coverage.complete).toBe(policy.coverage.incomplete.length === 0)
        for (const { code } of policy.coverage.incomplete) expect(INCOMPLETE_CODES).toHaveProperty(code)
        for (const substrate of unbounded(policy)) expect(review).toContain(substrate)
      }
    }
    fc.assert(fc.property(derived, check), law)
    expect([...met].sort()).toEqual(expect.arrayContaining(['incomplete', 'withheld']))
    expect([...met].every(one => one in READINESS)).toBe(true)
  })

  test('what is withheld has a class, numbers, and a person to go to', () => {
    const nothing = emptyContext({ request: false, results: false })
    let surfaces = 0
    fc.assert(
      fc.property(derived, ({ policies }) => {
        for (const policy of policies) {
          for (const { substrate, action, dimension, evidence } of policy.withheld) {
            expect(evidence.count).toBeGreaterThan(0)
            expect(evidence.firstSeen <= evidence.lastSeen).toBe(true)
            if (dimension !== null) continue
            surfaces++
            const request = { substrate, action, values: [], visibility: 'seen' as const }
            expect(evaluate(policy, request, nothing)).toMatchObject({ verdict: 'review', code: 'withheld' })
          }
        }
      }),
      law,
    )
    expect(surfaces).toBeGreaterThan(law.numRuns)
  })

  test('every policy ends, after its last evidence; then it denies, and says that it expired', () => {
    fc.assert(
      fc.property(derived, ({ evidence, policies }) => {
        for (const policy of policies) {
          const end = Date.parse(policy.validity.notAfter) * 1000
          expect(end).toBeGreaterThan(Date.parse(policy.coverage.window.last) * 1000)
          const own = evidence.workloads.get(`${policy.workload.namespace}/${policy.workload.name}`)
          if (own === undefined) throw new Error('a policy of nobody')
          for (const judgement of judge(policy, own, { context: 'all', at: end + 1_000 })) {
            expect(judgement).toMatchObject({ verdict: 'deny', code: 'expired' })
          }
        }
      }),
      law,
    )
  })

  test('an artifact that is not written says why; a verdict that does not allow has a reason', () => {
    fc.assert(
      fc.property(derived, ({ evidence, policies }) => {
        for (const policy of policies) {
          for (const { files, losses } of encodeAll(policy)) {
            if (files.length === 0) expect(losses.find(({ code }) => code === 'not-written')?.detail).toMatch(/\S/)
          }
          const own = evidence.workloads.get(`${policy.workload.namespace}/${policy.workload.name}`)
          for (const { verdict, code } of own === undefined ? [] : judge(policy, own, { context: 'all', at: null })) {
            expect(VERDICT_CODES).toHaveProperty(code)
            expect(code === 'permitted').toBe(verdict === 'allow')
          }
        }
      }),
      law,
    )
  })
})
