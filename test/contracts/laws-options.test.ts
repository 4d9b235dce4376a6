/** Laws 1, 4, 5, 6 and 8 under decisions of every kind: whatever a person writes, the laws hold. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../core/model/canonical.ts'
import type { Decisions } from '../../core/model/decisions.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { derivePolicy, judge, mergeProfiles } from '../../core/pipeline.ts'
import { arbitraryDecisions } from './arbitrary-decisions.ts'
import { arbitraryFeed, arbitrarySessions, type Fed } from './arbitrary-evidence.ts'
import { collected, copies, inJudgedOrder, LAW_RUNS, observationsOf, profilesOf } from './evidence-line.ts'

const law = { numRuns: LAW_RUNS }

const policiesOf = (feed: readonly Fed[], decisions: Decisions): ReadonlyMap<string, DerivedPolicy> =>
  new Map([...profilesOf(collected(feed))].map(([name, profile]) => [name, derivePolicy(profile, decisions)]))

describe('whatever was decided', () => {
  test('law 1: what was seen, and not refused, is not denied', () => {
    let judged = 0
    fc.assert(
      fc.property(arbitraryFeed, arbitraryDecisions, (feed, decisions) => {
        // Who asks for the latest revision alone asks to forget what the others did.
        const revisions = { value: 'merge', by: 'written' } as const
        const policies = policiesOf(feed, { ...decisions, validity: { ...decisions.validity, revisions } })
        for (const [name, workload] of collected(feed).workloads) {
          const judgements = judge(policies.get(name) ?? null, workload, { context: 'all', at: null })
          inJudgedOrder(workload).forEach(({ outcome }, index) => {
            if (outcome === 'denied') return
            judged++
            expect(judgements[index]).not.toMatchObject({ verdict: 'deny' })
          })
        }
      }),
      law,
    )
    expect(judged).toBeGreaterThan(LAW_RUNS)
  })

  test('laws 4 and 5: neither order nor sharding changes a byte', () => {
    fc.assert(
      fc.property(
        arbitrarySessions,
        arbitraryDecisions,
        fc.array(fc.boolean(), { minLength: 1 }),
        (feed, decisions, side) => {
          const inA = (index: number) => side[index % side.length] === true
          const a = profilesOf(collected(feed.filter((_, index) => inA(index))))
          const b = profilesOf(collected(feed.filter((_, index) => !inA(index))))
          const reversed = policiesOf([...feed].reverse(), decisions)
          for (const [name, profile] of profilesOf(collected(feed))) {
            const policy = canonicalJson(derivePolicy(profile, decisions))
            expect(canonicalJson(reversed.get(name))).toBe(policy)
            const [left, right] = [a.get(name), b.get(name)]
            if (left === undefined || right === undefined) continue
            const merged = { ...mergeProfiles(left, right), ledger: profile.ledger }
            expect(canonicalJson(derivePolicy(merged, decisions))).toBe(policy)
          }
        },
      ),
      law,
    )
  })

  test('law 6: what one session repeats beyond the cap changes nothing', () => {
    fc.assert(
      fc.property(arbitrarySessions, arbitraryDecisions, fc.nat(500), (feed, decisions, pick) => {
        const observations = observationsOf(feed)
        const chosen = observations[pick % observations.length]
        const cap = decisions.confidence.perWitness.value
        // How often a session does something is what a signal measures, and what is expected of it: see `usual.test.ts`.
        const withCopies = (count: number) =>
          [...policiesOf([...feed, ...(chosen === undefined ? [] : copies(chosen, count))], decisions)].map(
            ([name, { digest: _, usual: _usual, expected, ...policy }]) =>
              canonicalJson([name, policy, decisions.closure.signals.value.length > 0 ? null : expected]),
          )
        expect(withCopies(cap + 37)).toEqual(withCopies(cap))
      }),
      law,
    )
  })

  test('law 8: without evidence nothing is permitted, and what is not permitted is no artifact’s substrate', () => {
    fc.assert(
      fc.property(arbitraryFeed, arbitraryDecisions, (feed, decisions) => {
        for (const { bounds, permissions } of policiesOf(feed, decisions).values()) {
          expect([...bounds].sort()).toEqual([...new Set(permissions.map(({ substrate }) => substrate))].sort())
        }
      }),
      law,
    )
  })
})
