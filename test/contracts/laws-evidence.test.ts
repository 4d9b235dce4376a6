/** Laws 3, 4 and 7: what comes in is balanced, merges, and does not leak. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../core/model/canonical.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { decodeRecord, derivePolicy, encodeAll, judge, mergeProfiles, SOURCES } from '../../core/pipeline.ts'
import { arbitraryFeed, arbitrarySessions, type Fed, PASSWORD, SECRETS } from './arbitrary-evidence.ts'
import {
  collected,
  copies,
  decisionsFor,
  fed,
  LAW_RUNS,
  MODES,
  observationsOf,
  policiesOf,
  policyTexts,
  profilesOf,
  profileText,
} from './evidence-line.ts'

const law = { numRuns: LAW_RUNS }

describe('law 3: no silent loss', () => {
  test('received = accepted + duplicate + rejected, for every source', () => {
    fc.assert(
      fc.property(arbitraryFeed, feed => {
        const { ledger } = collected(feed)
        for (const { source, received, accepted, duplicate, rejected } of ledger) {
          expect(received).toBe(feed.filter(entry => entry.source === source).length)
          const refused = Object.values(rejected).reduce((sum, count) => sum + count, 0)
          expect(accepted + duplicate + refused).toBe(received)
          const said = feed.filter(entry => entry.source === source && entry.item.kind === 'rejected').length
          expect(refused).toBe(said)
        }
        expect(new Set(ledger.map(({ source }) => source))).toEqual(new Set(feed.map(({ source }) => source)))
      }),
      law,
    )
  })

  test('a workload whose sensor lost something is never complete, and says why', () => {
    fc.assert(
      fc.property(arbitrarySessions, fc.option(fc.integer({ min: 1, max: 9 })), (feed, count) => {
        const sources = new Set(feed.map(({ source }) => source))
        const losses = [...sources].map(
          (source): Fed => ({ source, item: { kind: 'loss', id: 'l', source, count, detail: 'ring buffer' } }),
        )
        for (const policy of policiesOf(collected([...feed, ...losses]), 'structural').values()) {
          expect(policy.coverage.complete).toBe(false)
          expect(policy.coverage.incomplete.map(({ code }) => code)).toContain('sensor-loss')
        }
      }),
      law,
    )
  })

  test('decoding is total: any JSON gives at least one item, and never an exception', () => {
    const forced = fc.constantFrom(null, ...SOURCES.map(({ id }) => id))
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), forced, (record, source) => {
        expect(decodeRecord(record, { source, identities: new Map() }).items.length).toBeGreaterThan(0)
      }),
      law,
    )
  })
})

describe('law 4: merge', () => {
  test('profile(a + b) = merge(profile(a), profile(b)), whatever the sharding', () => {
    fc.assert(
      fc.property(arbitrarySessions, fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (feed, side) => {
        const inA = (index: number) => side[index % side.length] === true
        const whole = profilesOf(collected(feed))
        const a = profilesOf(collected(feed.filter((_, index) => inA(index))))
        const b = profilesOf(collected(feed.filter((_, index) => !inA(index))))
        for (const [name, profile] of whole) {
          const [left, right] = [a.get(name), b.get(name)]
          for (const merged of [
            left === undefined ? right : right === undefined ? left : mergeProfiles(left, right),
            right === undefined ? left : left === undefined ? right : mergeProfiles(right, left),
          ]) {
            expect(merged === undefined ? null : profileText(merged)).toBe(profileText(profile))
            if (merged === undefined) continue
            const derived = derivePolicy({ ...merged, ledger: profile.ledger }, decisionsFor('structural'))
            expect(derived).toEqual(derivePolicy(profile, decisionsFor('structural')))
          }
        }
      }),
      law,
    )
  })

  test('the order of arrival changes nothing', () => {
    const shuffled = arbitraryFeed.chain(feed =>
      fc.tuple(fc.constant(feed), fc.shuffledSubarray([...feed], { minLength: feed.length, maxLength: feed.length })),
    )
    fc.assert(
      fc.property(shuffled, fc.constantFrom(...MODES), ([feed, other], mode) => {
        const one = policiesOf(collected(feed), mode)
        const two = policiesOf(collected(other), mode)
        expect([...two.keys()].sort()).toEqual([...one.keys()].sort())
        for (const [name, policy] of one) expect(two.get(name)).toEqual(policy)
      }),
      law,
    )
  })

  test('of several items with one id the same is kept, and counted, in whatever order they come', () => {
    const again = arbitrarySessions.chain(feed => {
      const observed = observationsOf(feed)
      const pick = fc.record({ at: fc.nat(500), action: fc.constantFrom('other', 'another', null), times: fc.nat(2) })
      return fc
        .array(pick, { minLength: 1, maxLength: 6 })
        .map(picks => [
          ...feed,
          ...picks.flatMap(({ at, action, times }) => {
            const chosen = observed[at % observed.length]
            if (chosen === undefined) return []
            return Array.from({ length: times + 1 }, () => fed({ ...chosen, action: action ?? chosen.action }))
          }),
        ])
        .chain(all => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })))
    })
    let conflicts = 0
    fc.assert(
      fc.property(again, ([feed, shuffled]) => {
        const [one, two] = [collected(feed), collected(shuffled)]
        expect(two.ledger).toEqual(one.ledger)
        for (const { received, accepted, duplicate, rejected } of one.ledger) {
          expect(accepted + duplicate + Object.values(rejected).reduce((sum, count) => sum + count, 0)).toBe(received)
          conflicts += rejected['conflicting-id'] ?? 0
        }
        const texts = (evidence: typeof one) => [...profilesOf(evidence).values()].map(profileText).sort()
        expect(texts(two)).toEqual(texts(one))
      }),
      law,
    )
    expect(conflicts).toBeGreaterThan(LAW_RUNS / 4)
  })

  test('the same id in another workload is other evidence: none can make another’s a duplicate', () => {
    const record = (name: string) => ({
      format: 'ambit.observation/v1',
      type: 'observation',
      id: '1',
      time: '2026-03-02T09:00:00Z',
      workload: { namespace: 'agents', name },
      session: 's',
      substrate: 'tool',
      action: 'look',
      arguments: {},
    })
    const items = [record('hostile'), record('honest'), record('honest')].flatMap(
      one => decodeRecord(one, { source: null, identities: new Map() }).items,
    )
    const { ledger, workloads } = collected(items.map((item): Fed => ({ source: 'ambit', item })))
    expect(ledger).toMatchObject([{ received: 3, accepted: 2, duplicate: 1 }])
    expect(workloads.get('agents/honest')?.observations).toHaveLength(1)
  })

  test('duplicates change nothing: not one byte, not the digest', () => {
    fc.assert(
      fc.property(arbitrarySessions, fc.array(fc.nat(500), { minLength: 1, maxLength: 9 }), (feed, again) => {
        const twice = [...feed, ...again.flatMap(index => feed[index % feed.length] ?? [])]
        expect(policyTexts(policiesOf(collected(twice), 'structural'))).toBe(
          policyTexts(policiesOf(collected(feed), 'structural')),
        )
      }),
      law,
    )
  })
})

describe('law 7: hygiene', () => {
  const UNNEEDED = [{ outcome: 'denied' }, { exception: 'incident-1' }, { malicious: true }] as const

  test.each(UNNEEDED)('calls that were refused, excepted or marked are not evidence of need: %o', unneeded => {
    fc.assert(
      fc.property(arbitrarySessions, fc.constantFrom(...MODES), (feed, mode) => {
        // The newest and the oldest stay, so that the window and with it the classes of the withheld stay.
        const times = observationsOf(feed).map(({ start }) => start)
        const refused = observationsOf(feed)
          .filter(({ start }) => start > Math.min(...times) && start < Math.max(...times))
          .flatMap(observation => copies({ ...observation, ...unneeded }, 12))
          .map(({ source, item }, index): Fed => {
            if (item.kind !== 'observation') return { source, item }
            const action = index % 2 === 0 ? item.observation.action : 'exfiltrate'
            return fed({ ...item.observation, action, session: `refused-${index}` })
          })
        const relevant = (policies: ReadonlyMap<string, DerivedPolicy>) =>
          [...policies].map(([name, { permissions, envelopes, withheld, bounds }]) =>
            canonicalJson([name, permissions, envelopes, withheld, bounds]),
          )
        expect(relevant(policiesOf(collected([...feed, ...refused]), mode))).toEqual(
          relevant(policiesOf(collected(feed), mode)),
        )
      }),
      law,
    )
  })

  test('a record that contradicts another with its id replaces nothing: neither is evidence of need', () => {
    const permissionsOf = (feed: readonly Fed[], mode: (typeof MODES)[number]) =>
      [...policiesOf(collected(feed), mode)]
        .map(([name, { permissions, envelopes }]) => canonicalJson([name, permissions, envelopes]))
        .sort()
    let contested = 0
    fc.assert(
      fc.property(arbitrarySessions, fc.constantFrom(...MODES), fc.constantFrom('!', 'zz'), (feed, mode, sorts) => {
        const times = observationsOf(feed).map(({ start }) => start)
        const chosen = new Set(
          observationsOf(feed)
            .filter(({ start }, index) => index % 2 === 0 && start > Math.min(...times) && start < Math.max(...times))
            .map(({ id }) => id),
        )
        contested += chosen.size
        const isChosen = ({ item }: Fed): boolean => item.kind === 'observation' && chosen.has(item.observation.id)
        const others = feed.filter(isChosen).map(({ source, item }): Fed => {
          if (item.kind !== 'observation') return { source, item }
          return { source, item: { ...item, observation: { ...item.observation, action: `${sorts}exfiltrate` } } }
        })
        const marked = feed.map((entry): Fed => {
          if (!isChosen(entry) || entry.item.kind !== 'observation') return entry
          return { ...entry, item: { ...entry.item, observation: { ...entry.item.observation, malicious: true } } }
        })
        const permitted = permissionsOf([...feed, ...others], mode)
        expect(permitted.join()).not.toContain('exfiltrate')
        expect(permitted).toEqual(permissionsOf([...others, ...feed], mode))
        expect(permitted).toEqual(permissionsOf(marked, mode))
      }),
      law,
    )
    expect(contested).toBeGreaterThan(0)
  })

  test('a call that merely returned an error is evidence of need', () => {
    fc.assert(
      fc.property(arbitrarySessions, feed => {
        const as = (outcome: 'ok' | 'error') =>
          feed.map(entry => (entry.item.kind === 'observation' ? fed({ ...entry.item.observation, outcome }) : entry))
        expect(policyTexts(policiesOf(collected(as('error')), 'structural'))).toBe(
          policyTexts(policiesOf(collected(as('ok')), 'structural')),
        )
      }),
      law,
    )
  })

  test('secrets are in no policy, no artifact and no verdict', () => {
    let carried = 0
    fc.assert(
      fc.property(arbitraryFeed, fc.constantFrom(...MODES), (feed, mode) => {
        const secrets = [...SECRETS, PASSWORD]
        if (secrets.some(secret => JSON.stringify(feed).includes(secret))) carried++
        const evidence = collected(feed)
        for (const policy of policiesOf(evidence, mode).values()) {
          const judged = [...evidence.workloads.values()].map(workload =>
            judge(policy, workload, { context: 'all', at: null }),
          )
          const written = JSON.stringify([policy, encodeAll(policy), judged])
          for (const secret of secrets) expect(written).not.toContain(secret)
        }
      }),
      law,
    )
    expect(carried).toBeGreaterThan(0)
  })
})
