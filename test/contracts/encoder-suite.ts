/**
 * The contract of an encoder, for free: over generated policies and requests its artifact is compared with the reference
 * semantics. Each property names its law; what a law exempts must be named by the artifact's own loss report.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { excuses } from '../../core/encode/loss-excuses.ts'
import type { Context } from '../../core/model/context.ts'
import { type Artifact, type Encoder, type Fidelity, LOSS_CODES } from '../../core/model/encoder.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import { SUBSTRATES } from '../../core/model/substrate.ts'
import type { Verdict } from '../../core/model/verdict.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { arbitraryContext, arbitraryPolicy, arbitraryRequest } from './arbitrary-policy.ts'

export interface SuiteOptions {
  /** Generated policies per property. */
  readonly runs?: number
  /** What is wrong with a file as text, or null. Parses it with something other than the encoder's own reader. */
  readonly malformed: (name: string, content: string) => string | null
}

interface Case {
  readonly policy: DerivedPolicy
  readonly requests: readonly ActionRequest[]
  readonly context: Context
}

const RANK: Readonly<Record<Verdict, number>> = { deny: 0, review: 1, allow: 2 }
/** Control characters, separators, direction overrides and lone surrogates: a file for people has none, escaped at most. */
const UNSAFE = /(?![\t\n])[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e]/u

const withRequests = (encoder: Encoder): fc.Arbitrary<Case> =>
  arbitraryPolicy(encoder.substrates).chain(policy =>
    fc.record({
      policy: fc.constant(policy),
      requests: fc.array(arbitraryRequest(policy, encoder.substrates), { minLength: 4, maxLength: 24 }),
      context: arbitraryContext,
    }),
  )

const without = (policy: DerivedPolicy, encoder: Encoder): DerivedPolicy => ({
  ...policy,
  permissions: policy.permissions.filter(({ substrate }) => !encoder.substrates.includes(substrate)),
  bounds: policy.bounds.filter(substrate => !encoder.substrates.includes(substrate)),
})

export const encoderContract = (encoder: Encoder, { runs = 400, malformed }: SuiteOptions): void => {
  const cases = withRequests(encoder)
  const policies = arbitraryPolicy()

  /** Checks one law on every request that the artifact governs, and that both of its sides were really reached. */
  const compare = (law: (found: Verdict, wanted: Verdict) => 'widens' | 'narrows' | null): void => {
    const reached: Record<string, number> = {}
    fc.assert(
      fc.property(cases, ({ policy, requests, context }) => {
        const artifact = encoder.encode(policy)
        for (const request of requests) {
          const found = encoder.decide(artifact, request, context)
          if (found === null) continue
          const decision = evaluate(policy, request, context)
          const pair = `${found}/${decision.verdict}`
          reached[pair] = (reached[pair] ?? 0) + 1
          const direction = law(found, decision.verdict)
          if (direction === null || excuses(direction, artifact.losses, policy, request, decision)) continue
          expect.fail(
            `artifact says ${found}, policy says ${decision.verdict}: ${JSON.stringify({ request, decision, artifact })}`,
          )
        }
      }),
      { numRuns: runs },
    )
    expect(reached['allow/allow'] ?? 0, JSON.stringify(reached)).toBeGreaterThan(runs / 20)
    expect(reached['deny/deny'] ?? 0, JSON.stringify(reached)).toBeGreaterThan(runs / 20)
  }

  describe(`encoder ${encoder.id}`, () => {
    test('law 2: it never allows more than the policy without a loss that says so', () => {
      compare((found, wanted) => (RANK[found] > RANK[wanted] ? 'widens' : null))
    })

    test('law 1: what the policy allows it allows, or a loss says that it does not', () => {
      compare((found, wanted) => (wanted === 'allow' && found !== 'allow' ? 'narrows' : null))
    })

    test('law 5: the same policy gives the same artifact', () => {
      const check = (policy: DerivedPolicy): void => {
        const copy = structuredClone(policy)
        expect(encoder.encode(copy)).toEqual(encoder.encode(policy))
        expect(copy).toEqual(policy)
      }
      fc.assert(fc.property(policies, check), { numRuns: runs / 4 })
    })

    test('law 8: nothing is written for a substrate without permissions, and a loss says why', () => {
      const check = (policy: DerivedPolicy): void => {
        const { files, losses } = encoder.encode(without(policy, encoder))
        expect(files).toEqual([])
        expect(losses.map(({ code }) => code)).toContain('not-written')
      }
      fc.assert(fc.property(policies, check), { numRuns: runs / 4 })
    })

    test('law 8: an artifact that cannot be read allows nothing', () => {
      const check = ({ policy, requests, context }: Case): void => {
        const artifact = encoder.encode(policy)
        const broken: Artifact = { ...artifact, files: artifact.files.map(file => ({ ...file, content: '\u0000{[' })) }
        for (const request of requests) expect(encoder.decide(broken, request, context)).not.toBe('allow')
      }
      fc.assert(fc.property(cases, check), { numRuns: runs / 4 })
    })

    test('it answers only for its own substrates', () => {
      const other = SUBSTRATES.filter(substrate => !encoder.substrates.includes(substrate))
      const check = ([policy, request, context]: readonly [DerivedPolicy, ActionRequest, Context]): void => {
        expect(encoder.decide(encoder.encode(policy), request, context)).toBeNull()
      }
      const elsewhere = policies.chain(p => fc.tuple(fc.constant(p), arbitraryRequest(p, other), arbitraryContext))
      fc.assert(fc.property(elsewhere, check), { numRuns: runs / 4 })
    })

    test('its files are well-formed, safely named and free of control characters', () => {
      let written = 0
      const check = (policy: DerivedPolicy): void => {
        for (const { name, content } of encoder.encode(policy).files) {
          written++
          expect(name).toMatch(/^[a-z0-9][a-z0-9.-]{0,63}$/)
          expect(content).not.toMatch(UNSAFE)
          expect(malformed(name, content)).toBeNull()
        }
      }
      fc.assert(fc.property(arbitraryPolicy(encoder.substrates), check), { numRuns: runs })
      expect(written).toBeGreaterThan(runs / 20)
    })

    test('what it says it can express agrees with its losses', () => {
      const said: Record<Fidelity, number> = { exact: 0, approximate: 0, inexpressible: 0 }
      const check = (policy: DerivedPolicy): void => {
        const { losses } = encoder.encode(policy)
        if (losses.some(({ code }) => code === 'not-written')) return
        for (const permission of policy.permissions) {
          if (!encoder.substrates.includes(permission.substrate)) continue
          const own = losses.filter(loss => loss.permission === permission.id)
          for (const dimension of permission.dimensions) {
            const fidelity = encoder.express(permission, dimension)
            said[fidelity]++
            const changed = own.some(loss => loss.dimension === dimension.dimension && (loss.widens || loss.narrows))
            if (fidelity === 'exact') expect(changed, JSON.stringify({ dimension, own })).toBe(false)
            if (fidelity === 'inexpressible') expect(own, JSON.stringify({ permission, dimension })).not.toEqual([])
          }
        }
      }
      fc.assert(fc.property(arbitraryPolicy(encoder.substrates), check), { numRuns: runs / 2 })
      const hasDimensions = encoder.substrates.some(substrate => substrate !== 'syscall')
      if (hasDimensions) expect(Math.min(said.exact, said.inexpressible), JSON.stringify(said)).toBeGreaterThan(0)
      else expect(said).toEqual({ exact: 0, approximate: 0, inexpressible: 0 })
    })

    test('its losses name permissions and dimensions that exist, with codes that are known', () => {
      const check = (policy: DerivedPolicy): void => {
        for (const loss of encoder.encode(policy).losses) {
          expect(LOSS_CODES).toHaveProperty(loss.code)
          expect(loss.detail.length).toBeLessThan(2_000)
          if (loss.permission !== null) expect(policy.permissions.map(({ id }) => id)).toContain(loss.permission)
          else expect(loss.dimension).toBeNull()
        }
      }
      fc.assert(fc.property(policies, check), { numRuns: runs })
    })
  })
}
