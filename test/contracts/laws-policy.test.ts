/** Laws 1, 5 and 8: what passed the gate is let through, the same evidence gives the same bytes, and nothing fails open. */
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { canonicalJson } from '../../core/model/canonical.ts'
import { policyDigest } from '../../core/model/digest.ts'
import type { Observation } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { SUBSTRATES } from '../../core/model/substrate.ts'
import { derivePolicy, ENCODERS, encodeAll, judge, profileOf } from '../../core/pipeline.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { inferType } from '../../core/policy/infer-type.ts'
import { emptyContext } from '../../core/policy/step.ts'
import { arbitraryCall, arbitraryFeed, arbitrarySessions } from './arbitrary-evidence.ts'
import { collected, decisionsFor, inJudgedOrder, LAW_RUNS, MODES, policiesOf } from './evidence-line.ts'

const law = { numRuns: LAW_RUNS }

/**
 * The gate once more, written as naively as the model states it: more than 5 times, each witness adding at most 3, by more
 * than 3 distinct witnesses.
 */
const gated = (witnesses: readonly string[]): boolean => {
  const times = new Map<string, number>()
  for (const witness of witnesses) times.set(witness, (times.get(witness) ?? 0) + 1)
  const count = [...times.values()].reduce((sum, seen) => sum + Math.min(3, seen), 0)
  return count > 5 && times.size > 3
}

const witnessOf = ({ session, witness }: Observation): string => (session === null ? `p:${witness}` : `s:${session}`)

/** Whether the surface, and every value in every dimension that the surface ever showed, passed the gate. */
const passed = (observation: Observation, need: readonly Observation[]): boolean => {
  const alike = need.filter(
    ({ substrate, action }) => substrate === observation.substrate && action === observation.action,
  )
  if (!gated(alike.map(witnessOf))) return false
  const dimensions = new Set(alike.flatMap(({ values }) => values.map(({ dimension }) => dimension)))
  return [...dimensions].every(dimension => {
    const own = observation.values.filter(entry => entry.dimension === dimension)
    const shown = (value: unknown) =>
      alike.filter(({ values }) => values.some(entry => entry.dimension === dimension && entry.value === value))
    return own.length > 0 && own.every(({ value }) => gated(shown(value).map(witnessOf)))
  })
}

/** No observed secret is ever allowed by being seen: it is not written down. */
const hasSecret = ({ substrate, action, values }: Observation, policy: DerivedPolicy | null): boolean => {
  const permission = policy?.permissions.find(entry => entry.substrate === substrate && entry.action === action)
  const secret = new Set(
    permission?.dimensions.filter(({ role }) => role.value === 'secret').map(({ dimension }) => dimension),
  )
  return values.some(({ dimension, value }) => secret.has(dimension) || inferType(value) === 'secret')
}

/** One of its values, or the surface for want of one, is withheld for want of agreement, and the policy says so. */
const isDoubtful = ({ substrate, action, values }: Observation, policy: DerivedPolicy | null): boolean =>
  policy?.withheld.some(
    entry =>
      entry.class === 'suggested' &&
      entry.substrate === substrate &&
      entry.action === action &&
      (entry.dimension === null ||
        values.some(({ dimension, value }) => dimension === entry.dimension && value === entry.value)),
  ) === true

describe('law 1: replay', () => {
  test.each(MODES)('what was seen is not denied, and what passed the gate is allowed: %s', mode => {
    let allowed = 0
    fc.assert(
      fc.property(arbitraryFeed, feed => {
        const evidence = collected(feed)
        const policies = policiesOf(evidence, mode)
        for (const [name, workload] of evidence.workloads) {
          const policy = policies.get(name) ?? null
          const judgements = judge(policy, workload, { context: 'all', at: null })
          const observations = inJudgedOrder(workload)
          const need = observations.filter(({ outcome }) => outcome !== 'denied')
          expect(judgements).toHaveLength(observations.length)
          observations.forEach((observation, index) => {
            const judgement = judgements[index]
            expect(judgement?.action).toBe(observation.action)
            if (observation.outcome === 'denied') return
            expect(judgement).not.toMatchObject({ verdict: 'deny' })
            if (observation.visibility !== 'seen' || hasSecret(observation, policy) || !passed(observation, need))
              return
            // By counting it passed; agreement is a part of the gate where nothing explains a value, or a text may have suggested it.
            if (isDoubtful(observation, policy) || judgement?.code === 'unusual') return
            allowed++
            expect(judgement).toMatchObject({ verdict: 'allow' })
          })
        }
      }),
      law,
    )
    // The law must not hold for want of anything that passes the gate.
    expect(allowed).toBeGreaterThan(LAW_RUNS)
  })
})

describe('law 5: determinism', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  test('the same evidence and decisions give the same bytes, without clock and without chance', () => {
    fc.assert(
      fc.property(arbitraryFeed, fc.constantFrom(...MODES), (feed, mode) => {
        const clock = vi.spyOn(Date, 'now').mockImplementation(() => {
          throw new Error('the clock was read')
        })
        const chance = vi.spyOn(Math, 'random').mockImplementation(() => {
          throw new Error('chance was used')
        })
        try {
          const write = () =>
            [...policiesOf(collected(structuredClone(feed)), mode).values()].map(policy => [
              canonicalJson(policy),
              canonicalJson(encodeAll(policy)),
            ])
          expect(write()).toEqual(write())
        } finally {
          clock.mockRestore()
          chance.mockRestore()
        }
      }),
      law,
    )
  })

  test('the digest is over everything else, and survives writing and reading', () => {
    fc.assert(
      fc.property(arbitraryFeed, fc.constantFrom(...MODES), (feed, mode) => {
        for (const policy of policiesOf(collected(feed), mode).values()) {
          const { digest, ...rest } = JSON.parse(JSON.stringify(policy))
          expect(policyDigest(rest)).toBe(digest)
          expect(policyDigest({ ...rest, bounds: [] })).not.toBe(rest.bounds.length === 0 ? '' : digest)
        }
      }),
      law,
    )
  })
})

describe('law 8: fail closed, and never empty', () => {
  test('without evidence there is no policy, and without a policy everything is denied', () => {
    expect(collected([]).workloads.size).toBe(0)
    fc.assert(
      fc.property(arbitrarySessions, feed => {
        for (const workload of collected(feed).workloads.values()) {
          for (const judgement of judge(null, workload, { context: 'all', at: null })) {
            expect(judgement).toMatchObject({ verdict: 'deny', code: 'no-policy' })
          }
        }
      }),
      law,
    )
  })

  test('no artifact is written for a substrate that the policy does not bound, and its losses say so', () => {
    fc.assert(
      fc.property(arbitraryFeed, fc.constantFrom(...MODES), (feed, mode) => {
        for (const policy of policiesOf(collected(feed), mode).values()) {
          const artifacts = encodeAll(policy)
          expect(artifacts.map(({ encoder }) => encoder)).toEqual(ENCODERS.map(({ id }) => id))
          ENCODERS.forEach(({ substrates }, index) => {
            if (substrates.some(substrate => policy.bounds.includes(substrate))) return
            expect(artifacts[index]?.files).toEqual([])
            expect(artifacts[index]?.losses.map(({ code }) => code)).toContain('not-written')
          })
          expect(new Set(policy.permissions.map(({ substrate }) => substrate))).toEqual(new Set(policy.bounds))
        }
      }),
      law,
    )
  })

  test('what was never seen is not allowed, on any substrate', () => {
    const nowhere = emptyContext({ request: true, results: true })
    fc.assert(
      fc.property(arbitraryFeed, arbitraryCall, fc.constantFrom(...MODES), (feed, call, mode) => {
        for (const policy of policiesOf(collected(feed), mode).values()) {
          for (const substrate of SUBSTRATES) {
            const request = { ...call, substrate, action: `${call.action}-never-seen`, visibility: 'seen' as const }
            expect(evaluate(policy, request, nowhere).verdict).not.toBe('allow')
          }
        }
      }),
      law,
    )
  })

  test('evidence below the gate gives a policy without permissions, and not one file', () => {
    fc.assert(
      fc.property(arbitrarySessions, feed => {
        const few = feed.filter(({ item }) => item.kind === 'observation' && /^s[01]-/.test(item.observation.id))
        const evidence = collected(few)
        for (const workload of evidence.workloads.values()) {
          const policy = derivePolicy(profileOf(workload, evidence.ledger), decisionsFor('structural'))
          // Name resolution is never gated by count: a runtime needs it to start.
          expect(policy.permissions.filter(({ action }) => !action.endsWith('/53'))).toEqual([])
          if (policy.permissions.length > 0) continue
          for (const { files } of encodeAll(policy)) expect(files).toEqual([])
        }
      }),
      law,
    )
  })
})
