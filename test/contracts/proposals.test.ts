/** Law 9: narrowing is automatic, widening needs a person. And what recurs, and what a reviewer marked. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Mark } from '../../core/model/mark.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { Verdict } from '../../core/model/verdict.ts'
import { markEvidence, profileOf, recurrencesOf } from '../../core/pipeline.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { proposalOf } from '../../core/policy/proposal.ts'
import { emptyContext, NO_CONTEXT } from '../../core/policy/step.ts'
import { arbitraryCall, arbitrarySessions } from './arbitrary-evidence.ts'
import { collected, LAW_RUNS, MODES, observationsOf, policiesOf, profileText } from './evidence-line.ts'
import { DAY, deviation, noted, START } from './noted.ts'
import { policyOf } from './policy-of.ts'
import { evidenceOf } from './sessions.ts'

const RANK: Readonly<Record<Verdict, number>> = { deny: 0, review: 1, allow: 2 }
const SEEING = emptyContext({ request: true, results: true })

describe('law 9', () => {
  test('what is put in place without a person is never more lenient, on any call', () => {
    const seen = { needed: 0, automatic: 0 }
    fc.assert(
      fc.property(
        arbitrarySessions,
        arbitrarySessions,
        fc.constantFrom(...MODES),
        fc.array(arbitraryCall, { maxLength: 20 }),
        fc.boolean(),
        (older, newer, mode, calls, swap) => {
          const [before, after] = [older, [...older, ...newer]].map(feed => policiesOf(collected(feed), mode))
          for (const [name, policy] of before ?? []) {
            const next = after?.get(name)
            if (next === undefined) continue
            const [from, to] = swap ? [next, policy] : [policy, next]
            const { approval } = proposalOf(from, to, [])
            const requests = [
              ...observationsOf(newer),
              ...calls.map(call => ({ ...call, visibility: 'seen' as const })),
            ]
            if (approval === 'needed') seen.needed++
            else {
              if (approval === 'automatic') seen.automatic++
              for (const request of requests)
                for (const context of [NO_CONTEXT, SEEING])
                  expect(RANK[evaluate(to, request, context).verdict]).toBeLessThanOrEqual(
                    RANK[evaluate(from, request, context).verdict],
                  )
            }
          }
        },
      ),
      { numRuns: LAW_RUNS / 2 },
    )
    expect(seen.needed).toBeGreaterThan(0)
    expect(seen.automatic).toBeGreaterThan(0)
  })

  const values = (...allowed: readonly string[]): DerivedPolicy => ({
    ...policyOf([{ substrate: 'tool', action: 'send', allow: { 'tool.args.to': { kind: 'set', values: allowed } } }]),
    digest: `sha256:${allowed.join('')}`,
  })

  test.each<[string, DerivedPolicy, DerivedPolicy | null, string]>([
    ['more values', values('a'), values('a', 'b'), 'needed'],
    ['fewer values', values('a', 'b'), values('a'), 'automatic'],
    ['other values', values('a'), values('b'), 'needed'],
    ['the same', values('a'), values('a'), 'unchanged'],
    ['no policy to propose', values('a'), null, 'none'],
  ])('%s', (_, before, after, approval) => {
    expect(proposalOf(before, after, [])).toMatchObject({ approval, from: before.digest, to: after?.digest ?? null })
  })

  test('the digest that a person approves is of this difference, between these two policies', () => {
    const digests = [
      proposalOf(values('a'), values('a', 'b'), []),
      proposalOf(values('a'), values('a', 'c'), []),
      proposalOf(values('b'), values('a', 'b'), []),
      proposalOf(values('a', 'b'), values('a'), []),
    ].map(({ difference }) => difference)
    expect(new Set(digests).size).toBe(4)
    expect(proposalOf(values('a'), values('a', 'b'), []).difference).toBe(digests[0])
  })
})

describe('what recurs', () => {
  const POLICY = policyOf([{ substrate: 'tool', action: 'send_money' }])
  const review = (witness: string, fields: object = {}) =>
    noted({
      witness,
      verdict: 'review',
      code: 'value-outside',
      deviations: [deviation('new', 'value-outside')],
      ...fields,
    })
  const by = (count: number, each: number, fields: (index: number) => object = () => ({})) =>
    Array.from({ length: count * each }, (_, index) =>
      review(`s-${index % count}`, { at: START + index * DAY, ...fields(index) }),
    )

  // More than 5 times, each witness adding at most 3, by more than 3.
  test.each([
    ['six times by four', by(4, 2), 1],
    ['four times by four', by(4, 1), 0],
    ['thousands of times by three', by(3, 1_000), 0],
    [
      'six times by four, but each another value',
      by(4, 2, at => ({ deviations: [deviation(at, 'value-outside')] })),
      0,
    ],
    ['denied', by(4, 2, () => ({ verdict: 'deny' })), 0],
    ['under an exception', by(4, 2, () => ({ exception: 'e' })), 0],
    [
      'unusual, by another measure each time',
      by(4, 2, at => ({ code: 'unusual', deviations: [deviation(at, 'unusual')] })),
      1,
    ],
  ])('%s', (_, list, count) => {
    expect(recurrencesOf(POLICY, list)).toHaveLength(count)
  })

  test('says what, how often, by whom, and whether a text named it', () => {
    const list = by(4, 2, at => ({ outside: at % 4 === 0 ? 'named' : 'read' }))
    expect(recurrencesOf(POLICY, list)).toEqual([
      {
        substrate: 'tool',
        action: 'send_money',
        dimension: 'tool.args.recipient',
        value: 'new',
        code: 'value-outside',
        count: 8,
        witnesses: 4,
        tasks: 4,
        named: 1,
        firstSeen: '2026-03-01T00:00:00.000000Z',
        lastSeen: '2026-03-08T00:00:00.000000Z',
      },
    ])
  })
})

describe('what a reviewer marked', () => {
  const mark = (fields: Partial<Mark>): Mark => ({
    session: null,
    observation: null,
    workload: null,
    by: 'ada',
    reason: 'injected',
    ...fields,
  })
  const call = { action: 'send', values: { to: 'x' }, result: ['done'] }
  const own = evidenceOf([
    { id: 'a', request: 'pay', calls: [call, call] },
    { id: 'b', request: 'pay', calls: [call] },
  ])
  const whole = { workloads: new Map([['agents/under-test', own]]), ledger: [] }
  const needed = (...marks: readonly Mark[]) => {
    const { evidence, unused } = markEvidence(whole, marks)
    const marked = evidence.workloads.get('agents/under-test') ?? own
    const profile = profileOf(marked, [])
    const sends = profile.surfaces.get('tool/send')
    return {
      times: [...(sends?.witnesses.values() ?? [])].reduce((sum, { count }) => sum + count, 0),
      unneeded: profile.unneeded.get('tool/send') ?? 0,
      requests: marked.requests.length,
      unused: unused.length,
    }
  }

  test.each([
    ['nothing', [], { times: 3, unneeded: 0, requests: 2, unused: 0 }],
    ['a session', [mark({ session: 'a' })], { times: 1, unneeded: 2, requests: 1, unused: 0 }],
    ['an observation', [mark({ observation: 'a-1' })], { times: 2, unneeded: 1, requests: 2, unused: 0 }],
    [
      'of another workload',
      [mark({ session: 'a', workload: 'x/y' })],
      { times: 3, unneeded: 0, requests: 2, unused: 1 },
    ],
    ['what is not there', [mark({ session: 'zzz' })], { times: 3, unneeded: 0, requests: 2, unused: 1 }],
  ])('%s', (_, marks, expected) => {
    expect(needed(...marks)).toEqual(expected)
  })

  test('what a marked session read is still known to have been read', () => {
    const { evidence } = markEvidence(whole, [mark({ session: 'a' })])
    const marked = evidence.workloads.get('agents/under-test') ?? own
    expect(profileText(profileOf(marked, []))).not.toBe(profileText(profileOf(own, [])))
    expect(profileOf(marked, []).witnesses.get('session:a')?.fields.size).toBe(1)
  })
})
