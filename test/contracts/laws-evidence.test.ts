/** Laws 3, 4, 6 and 7: what comes in is balanced, merges, and neither floods nor leaks. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../core/model/canonical.ts'
import type { Observation } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { decodeRecord, derivePolicy, encodeAll, judge, mergeProfiles, SOURCES } from '../../core/pipeline.ts'
import { arbitraryFeed, arbitrarySessions, type Fed, PASSWORD, SECRETS } from './arbitrary-evidence.ts'
import {
  boundsText,
  collected,
  decisionsFor,
  LAW_RUNS,
  MODES,
  policiesOf,
  profilesOf,
  profileText,
} from './evidence-line.ts'

const law = { numRuns: LAW_RUNS }

const observationsOf = (feed: readonly Fed[]): readonly Observation[] =>
  feed.flatMap(({ item }) => (item.kind === 'observation' ? item.observation : []))

const fed = (observation: Observation): Fed => ({
  source: observation.source,
  item: { kind: 'observation', observation },
})

const texts = (policies: ReadonlyMap<string, DerivedPolicy>): string =>
  [...policies.values()].map(boundsText).sort().join('\n')

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

  test('duplicates change nothing but the ledger', () => {
    fc.assert(
      fc.property(arbitrarySessions, fc.array(fc.nat(500), { minLength: 1, maxLength: 9 }), (feed, again) => {
        const twice = [...feed, ...again.flatMap(index => feed[index % feed.length] ?? [])]
        expect(texts(policiesOf(collected(twice), 'structural'))).toBe(texts(policiesOf(collected(feed), 'structural')))
      }),
      law,
    )
  })
})

/** The same observation, so many times more, under ids of their own. */
const copies = (observation: Observation, count: number): readonly Fed[] =>
  Array.from({ length: count }, (_, index) => fed({ ...observation, id: `${observation.id}-copy-${index}` }))

/** What the policy allows and asks about, without the counts beside it. */
const constraints = (policies: ReadonlyMap<string, DerivedPolicy>): unknown =>
  [...policies].map(([name, { permissions, envelopes, bounds }]) => [
    name,
    bounds,
    envelopes,
    permissions.map(({ id, access, dimensions, others }) => [
      id,
      access,
      others,
      dimensions.map(({ dimension, type, role, rule, allow, review, absent }) => [
        dimension,
        type,
        role,
        rule,
        allow,
        review,
        absent,
      ]),
    ]),
  ])

const FLOODS: readonly ((index: number) => string | number)[] = [
  index => `https://evil-${index}.example.com/x`,
  index => `mallory-${index}@example.org`,
  index => `/tmp/x/${index}`,
  index => `${SECRETS[1]}${index}`,
  index => `word ${index} and words`,
  index => `10.1.${index >> 8}.${index & 255}`,
  index => 1_000 + index,
  index => `evil${index}`,
]

describe('law 6: flooding', () => {
  const CAP = 3
  test('what one session repeats beyond the cap changes nothing', () => {
    fc.assert(
      fc.property(arbitrarySessions, fc.nat(500), fc.constantFrom(...MODES), (feed, pick, mode) => {
        const observations = observationsOf(feed)
        const chosen = observations[pick % observations.length]
        const flood = (count: number) =>
          texts(policiesOf(collected([...feed, ...(chosen === undefined ? [] : copies(chosen, count))]), mode))
        expect(flood(CAP + 37)).toBe(flood(CAP))
      }),
      law,
    )
  })

  /** The chosen observation's session again, now with `count` values that nobody has shown before. */
  const withFresh = (feed: readonly Fed[], pick: number, kind: number, count: number): readonly Fed[] => {
    const candidates = observationsOf(feed).filter(({ values, outcome }) => values.length > 0 && outcome !== 'denied')
    const chosen = candidates[pick % candidates.length]
    const dimension = chosen?.values[pick % chosen.values.length]?.dimension
    const value = FLOODS[kind % FLOODS.length]
    if (chosen === undefined || dimension === undefined || value === undefined) return feed
    const fresh = Array.from({ length: count }, (_, index) =>
      fed({
        ...chosen,
        id: `fresh-${index}`,
        values: chosen.values.map(entry =>
          entry.dimension === dimension ? { dimension, value: value(index) } : entry,
        ),
      }),
    )
    return [...feed, ...fresh]
  }

  test('how many distinct values one session shows widens nothing', () => {
    fc.assert(
      fc.property(
        arbitrarySessions,
        fc.nat(500),
        fc.nat(FLOODS.length - 1),
        fc.constantFrom(...MODES),
        (feed, pick, kind, mode) => {
          const few = constraints(policiesOf(collected(withFresh(feed, pick, kind, CAP)), mode))
          const many = constraints(policiesOf(collected(withFresh(feed, pick, kind, 60)), mode))
          expect(many).toEqual(few)
        },
      ),
      law,
    )
  })

  test('one session with something that looks like a secret opens nothing', () => {
    const open = (policies: ReadonlyMap<string, DerivedPolicy>) =>
      [...policies.values()].flatMap(({ permissions }) =>
        permissions.flatMap(({ id, dimensions }) =>
          dimensions.flatMap(({ dimension, allow }) => (allow.kind === 'any' ? `${id} ${dimension}` : [])),
        ),
      )
    const SECRET_LIKE = FLOODS.findIndex(value => String(value(0)).startsWith('sk-'))
    fc.assert(
      fc.property(arbitrarySessions, fc.nat(500), (feed, pick) => {
        const before = open(policiesOf(collected(feed), 'structural'))
        const after = open(policiesOf(collected(withFresh(feed, pick, SECRET_LIKE, 1)), 'structural'))
        expect(before).toEqual(expect.arrayContaining(after))
      }),
      law,
    )
  })

  test('beyond the number of values that a profile keeps of one session, more of them change nothing', () => {
    fc.assert(
      fc.property(arbitrarySessions, fc.nat(500), fc.nat(FLOODS.length - 1), (feed, pick, kind) => {
        const some = texts(policiesOf(collected(withFresh(feed, pick, kind, 520)), 'structural'))
        const more = texts(policiesOf(collected(withFresh(feed, pick, kind, 900)), 'structural'))
        expect(more).toBe(some)
      }),
      { numRuns: Math.ceil(LAW_RUNS / 10) },
    )
  })
})

describe('law 7: hygiene', () => {
  test('calls that an authorization refused are not evidence of need', () => {
    fc.assert(
      fc.property(arbitrarySessions, fc.constantFrom(...MODES), (feed, mode) => {
        // The newest and the oldest stay, so that the window and with it the classes of the withheld stay.
        const times = observationsOf(feed).map(({ start }) => start)
        const refused = observationsOf(feed)
          .filter(({ start }) => start > Math.min(...times) && start < Math.max(...times))
          .flatMap(observation => copies({ ...observation, outcome: 'denied' }, 12))
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

  test('a call that merely returned an error is evidence of need', () => {
    fc.assert(
      fc.property(arbitrarySessions, feed => {
        const as = (outcome: 'ok' | 'error') =>
          feed.map(entry => (entry.item.kind === 'observation' ? fed({ ...entry.item.observation, outcome }) : entry))
        expect(texts(policiesOf(collected(as('error')), 'structural'))).toBe(
          texts(policiesOf(collected(as('ok')), 'structural')),
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
