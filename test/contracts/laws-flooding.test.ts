/** Law 6: how often, or with how many distinct values, one session repeats itself beyond the cap changes nothing. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NO_FACTS, type Observation } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { DIMENSION_VALUE_CAP, SIGHTING_CAP, WITNESS_VALUE_CAP } from '../../core/model/profile.ts'
import { arbitrarySessions, type Fed, SECRETS } from './arbitrary-evidence.ts'
import {
  collected,
  copies,
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

const withoutUsual = (policies: ReadonlyMap<string, DerivedPolicy>): ReadonlyMap<string, DerivedPolicy> =>
  new Map([...policies].map(([name, policy]) => [name, { ...policy, digest: '', usual: null }]))

describe('law 6: flooding', () => {
  const CAP = 3
  test('what one session repeats beyond the cap changes nothing', () => {
    fc.assert(
      fc.property(arbitrarySessions, fc.nat(500), fc.constantFrom(...MODES), (feed, pick, mode) => {
        const observations = observationsOf(feed)
        const chosen = observations[pick % observations.length]
        const flood = (count: number) =>
          policyTexts(
            // How often a session does something is what a signal measures: what one session can do to that is another test.
            withoutUsual(
              policiesOf(collected([...feed, ...(chosen === undefined ? [] : copies(chosen, count))]), mode),
            ),
          )
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
    const kind = (start: string) => FLOODS.findIndex(value => String(value(0)).startsWith(start))
    fc.assert(
      fc.property(arbitrarySessions, fc.nat(500), (feed, pick) => {
        const opened = (start: string) =>
          open(policiesOf(collected(withFresh(feed, pick, kind(start), 1)), 'structural'))
        // One more call may be the one that takes a surface over the gate, whatever it holds: a plain text does the same.
        expect([...open(policiesOf(collected(feed), 'structural')), ...opened('word')]).toEqual(
          expect.arrayContaining(opened('sk-')),
        )
      }),
      law,
    )
  })

  test('beyond the number of values that a profile keeps of one session, more of them change nothing', () => {
    fc.assert(
      fc.property(arbitrarySessions, fc.nat(500), fc.nat(FLOODS.length - 1), (feed, pick, kind) => {
        const some = policyTexts(policiesOf(collected(withFresh(feed, pick, kind, 520)), 'structural'))
        const more = policyTexts(policiesOf(collected(withFresh(feed, pick, kind, 900)), 'structural'))
        expect(more).toBe(some)
      }),
      { numRuns: Math.ceil(LAW_RUNS / 10) },
    )
  })

  const send = (session: number, id: string, values: Observation['values']): Fed =>
    fed({
      id: `${session}-${id}`,
      source: 'otlp',
      workload: { namespace: 'agents', name: 'mailer' },
      session: `s${session}`,
      witness: `s${session}`,
      substrate: 'tool',
      action: 'send_email',
      values,
      visibility: 'seen',
      start: Date.UTC(2026, 2, 1) * 1_000 + session * 3_600_000_000,
      end: null,
      outcome: 'ok',
      result: null,
      facts: NO_FACTS,
    })
  const to = (value: string): Observation['values'] => [{ dimension: 'tool.args.to', value }]

  test.each(MODES)('counts that saturate forget nothing that a verdict rests on: %s', mode => {
    const sessions = [1, 2, 3, 4, 5].flatMap(session => [
      send(session, 'a', to('alice@example.com')),
      send(session, 'b', to('alice@example.com')),
    ])
    const [call] = observationsOf(sessions)
    const without = send(1, 'without', [])
    const repeated = (count: number) =>
      policyTexts(
        policiesOf(collected([...sessions, without, ...(call === undefined ? [] : copies(call, count))]), mode),
      )
    expect(repeated(SIGHTING_CAP + 50)).toBe(repeated(10))
  })

  test('which values of a full dimension are kept depends on neither order nor on who flooded', () => {
    const honest = Array.from({ length: DIMENSION_VALUE_CAP / 500 + 2 }, (_, session) =>
      Array.from({ length: 500 }, (_, index) => send(session, `v${index}`, to(`user-${session}-${index}@example.com`))),
    ).flat()
    const flood = Array.from({ length: WITNESS_VALUE_CAP + 90 }, (_, index) =>
      send(999, `f${index}`, to(`mallory-${index}@example.com`)),
    )
    const [first, last] = [[...flood, ...honest], [...honest].reverse().concat(flood)].map(feed =>
      [...profilesOf(collected(feed)).values()].map(profileText),
    )
    expect(last).toEqual(first)
  })
})
