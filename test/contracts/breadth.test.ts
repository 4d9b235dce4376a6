/** Law 6 for names: a session that invents tools or arguments without end opens nothing, displaces nothing and is bounded. */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { DEFAULT_DECISIONS } from '../../core/model/decisions.ts'
import type { Observation } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { WITNESS_DIMENSION_CAP, WITNESS_SURFACE_CAP, WITNESS_VALUE_CAP } from '../../core/model/profile.ts'
import type { WorkloadEvidence } from '../../core/model/workload-evidence.ts'
import { derivePolicy, mergeProfiles, profileOf } from '../../core/pipeline.ts'
import { profileText } from './evidence-line.ts'
import { type Call, evidenceOf, repeated, type Session } from './sessions.ts'
import { throughRows } from './stored-rows.ts'

const profile = (evidence: WorkloadEvidence) => profileOf(evidence, [])
const policyOf = (sessions: readonly Session[]): DerivedPolicy =>
  derivePolicy(profile(evidenceOf(sessions)), DEFAULT_DECISIONS)

const mail: Call = { action: 'send_email', values: { to: 'ann@example.com', body: 'hello' } }
const honest = [
  ...repeated(6, 'honest', [mail, mail, { action: 'read_inbox', values: { folder: 'inbox' } }]),
  ...repeated(2, 'rare', [{ action: 'archive', values: { id: 'f-1' } }]),
]
const flood = (id: string, kind: 'arguments' | 'tools' | 'values', count: number): Session => ({
  id,
  calls: [
    mail,
    { action: 'archive' },
    ...Array.from(
      { length: count },
      (_, index): Call =>
        kind === 'values'
          ? { action: 'send_email', values: { to: `ann+${index}@example.com`, body: 'x' } }
          : kind === 'tools'
            ? { action: `invented_${index}`, values: { a: 'x' } }
            : { action: 'send_email', values: { to: 'ann@example.com', [`invented_${index}`]: 'x' } },
    ),
  ],
})
const bare = ({ permissions }: DerivedPolicy) =>
  permissions.map(({ action, others, dimensions }) => [
    action,
    others,
    dimensions.map(({ dimension, rule, allow, review }) => [dimension, rule, allow, review]),
  ])
const KINDS = [
  ['arguments', WITNESS_DIMENSION_CAP],
  ['tools', WITNESS_SURFACE_CAP],
] as const

describe.each(KINDS)('a session that invents %s', (kind, cap) => {
  it('changes no permission, and the policy says that the session does not count', () => {
    const policy = policyOf([...honest, flood('flood', kind, cap + 1)])
    const { coverage, withheld } = policy
    expect(bare(policy)).toEqual(bare(policyOf(honest)))
    expect(withheld.filter(({ action, dimension }) => /invented/.test(`${action} ${dimension}`))).toEqual([])
    expect(coverage.incomplete).toContainEqual({
      code: 'witness-overflow',
      detail: `${kind === 'tools' ? 'tool surfaces' : 'tool/send_email dimensions'}: 1 witnesses`,
    })
  })

  it('changes nothing and keeps nothing by inventing more', () => {
    const { incomplete } = policyOf([...honest, flood('flood', kind, cap + 1)]).coverage
    expect(policyOf([...honest, flood('flood', kind, 4 * cap)]).coverage.incomplete).toEqual(incomplete)
    const kept = profile(evidenceOf([flood('flood', kind, 4 * cap)]))
    expect(kept.surfaces.size).toBeLessThan(3)
    for (const { dimensions } of kept.surfaces.values()) expect(dimensions.size).toBeLessThan(3)
  })
})

describe.each([...KINDS, ['values', WITNESS_VALUE_CAP] as const])('too many %s', (kind, cap) => {
  test('law 4: neither order, nor sharding, nor where the cap was passed changes the profile', () => {
    const sessions = [...honest, flood('first', kind, cap + 3), flood('second', kind, cap - 40)]
    const evidence = evidenceOf(sessions)
    const whole = profileText(profile(evidence))
    const part = (observations: readonly Observation[]) => profile({ ...evidence, observations })
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...evidence.observations], { minLength: evidence.observations.length }),
        fc.nat(evidence.observations.length),
        (shuffled, at) => {
          expect(profileText(part(shuffled))).toBe(whole)
          const [a, b] = [part(shuffled.slice(0, at)), part(shuffled.slice(at))]
          expect(profileText(mergeProfiles(a, b))).toBe(whole)
          expect(profileText(mergeProfiles(b, a))).toBe(whole)
          for (const parts of [
            [a, b],
            [b, a],
          ])
            expect(profileText(throughRows(parts, 1 + (at % 2)))).toBe(whole)
        },
      ),
      { numRuns: 12 },
    )
  })
})
