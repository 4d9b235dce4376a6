/** Detection is total, bounded and loses no sighting, whatever comes: any order of time, any text, any flood. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ALERT_KINDS, type Alert, type Noted } from '../../core/model/alert.ts'
import { VERDICT_CODES, type VerdictCode } from '../../core/model/verdict.ts'
import { createDetector, notedOf, taskOf } from '../../core/pipeline.ts'
import { HOSTILE } from './arbitrary-constraint.ts'
import { arbitraryFeed } from './arbitrary-evidence.ts'
import { collected, LAW_RUNS, policiesOf } from './evidence-line.ts'
import { deviation, HOUR, noted, START } from './noted.ts'
import { policyOf } from './policy-of.ts'

const POLICY = policyOf([
  { substrate: 'tool', action: 'send_money', allow: { 'tool.args.recipient': { kind: 'none' } } },
])
const LIMITS = { groups: 64, names: 128, valuesPerPlace: 4, perWitness: 8, perMinute: 16, burst: 5 }

const text = fc.oneof(
  fc.constantFrom(...HOSTILE, '__proto__', 'constructor', 'a'),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('x'.repeat(6_000)),
)
const CODES = Object.keys(VERDICT_CODES) as readonly VerdictCode[]

const arbitraryNoted: fc.Arbitrary<Noted> = fc
  .record({
    id: fc.option(text, { nil: null }),
    witness: text,
    at: fc.integer({ min: 0, max: 200 }).map(step => START + step * (HOUR / 100)),
    action: text,
    code: fc.constantFrom(...CODES),
    verdict: fc.constantFrom('deny' as const, 'review' as const),
    dimension: text,
    value: fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.double()),
    isSurface: fc.boolean(),
    outside: fc.constantFrom('named' as const, 'read' as const, 'nothing-read' as const, null),
    task: fc.option(fc.constantFrom('pay rent', 'read papers', '').map(taskOf), { nil: null }),
  })
  .map(({ code, dimension, value, isSurface, ...rest }) =>
    noted({ ...rest, code, deviations: isSurface ? [] : [{ ...deviation(value, code), dimension }] }),
  )

/** An alert with all the texts that others wrote, in characters. */
const size = (alert: Alert): number => JSON.stringify(alert).length

describe('detection', () => {
  test('every call that is not allowed is in the count of an alert that was told', () => {
    fc.assert(
      fc.property(fc.array(arbitraryNoted, { maxLength: 120 }), list => {
        // As many groups as may be needed, so that none is pushed out: only the ways to count together are under test.
        const detector = createDetector(POLICY, { ...LIMITS, groups: 1_000 })
        const told = list.flatMap(one => detector.note(one))
        const standing = new Map(detector.standing().map(alert => [alert.id, alert]))
        for (const { id, kind } of told) expect(standing.has(id) || kind === 'late-onset').toBe(true)
        const counted = [...standing.values()].reduce((sum, { evidence }) => sum + evidence.count, 0)
        expect(counted).toBeGreaterThanOrEqual(list.length)
        for (const alert of standing.values()) {
          expect(Object.keys(ALERT_KINDS)).toContain(alert.kind)
          expect(alert.evidence.firstSeen <= alert.evidence.lastSeen).toBe(true)
          expect(alert.evidence.witnesses).toBeGreaterThan(0)
        }
      }),
      { numRuns: LAW_RUNS },
    )
  })

  test('the same calls give the same alerts', () => {
    fc.assert(
      fc.property(fc.array(arbitraryNoted, { maxLength: 60 }), list => {
        const once = createDetector(POLICY, LIMITS)
        const again = createDetector(POLICY, LIMITS)
        expect(list.map(one => again.note(one))).toEqual(list.map(one => once.note(one)))
      }),
      { numRuns: LAW_RUNS },
    )
  })

  test('an id is one alert, told with revisions that count up', () => {
    fc.assert(
      fc.property(fc.array(arbitraryNoted, { maxLength: 120 }), list => {
        const detector = createDetector(POLICY, LIMITS)
        const revisions = new Map<string, number>()
        for (const { id, revision } of list.flatMap(one => detector.note(one))) {
          expect(revision).toBe(revisions.get(id) ?? 0)
          revisions.set(id, revision + 1)
        }
      }),
      { numRuns: LAW_RUNS },
    )
  })

  test('what is allowed, and what an exception covered, changes nothing', () => {
    const silent = arbitraryNoted.chain(one =>
      fc.constantFrom<Noted>({ ...one, verdict: 'allow' }, { ...one, exception: 'e' }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(arbitraryNoted, silent), { maxLength: 40 }), pairs => {
        const [plain, mixed] = [createDetector(POLICY, LIMITS), createDetector(POLICY, LIMITS)]
        for (const [loud, quiet] of pairs) {
          expect(mixed.note(quiet)).toEqual([])
          expect(mixed.note(loud)).toEqual(plain.note(loud))
        }
      }),
      { numRuns: LAW_RUNS },
    )
  })

  test('from evidence of every kind it is total, and names no secret', () => {
    fc.assert(
      fc.property(arbitraryFeed, feed => {
        const evidence = collected(feed)
        for (const [name, policy] of policiesOf(evidence, 'structural')) {
          const own = evidence.workloads.get(name)
          const list = own === undefined ? [] : notedOf(policy, own, 'all')
          const detector = createDetector(policy)
          const written = JSON.stringify(list.flatMap(one => detector.note(one)))
          for (const secret of ['ghp_0123456789', 'sk-live-0123456789', 'correct-horse-battery-staple'])
            expect(written).not.toContain(secret)
        }
      }),
      { numRuns: LAW_RUNS / 4 },
    )
  })
})

describe('a flood', () => {
  const long = 'x'.repeat(5_000)
  const floods: readonly (readonly [string, (index: number) => Partial<Noted>])[] = [
    ['values', index => ({ deviations: [deviation(`${index}${long}`)] })],
    [
      'actions',
      index => ({ action: `act-${index}${long}`, code: 'surface-unknown', permission: null, deviations: [] }),
    ],
    ['dimensions', index => ({ deviations: [{ ...deviation('v'), dimension: `tool.args.d${index}${long}` }] })],
    ['witnesses', index => ({ witness: `w-${index}-${long}` })],
    ['everything', index => ({ witness: `w-${index}`, action: `act-${index}`, deviations: [deviation(index)] })],
  ]

  test.each(floods)(
    'of distinct %s: memory is bounded, few alerts are told, and the next one still is',
    (_, fields) => {
      const detector = createDetector(POLICY)
      const told: Alert[] = []
      for (let index = 0; index < 10_000; index++)
        told.push(...detector.note(noted({ at: START + index * 1_000, ...fields(index) })))
      const { groups, names } = detector.state()
      expect(groups).toBeLessThanOrEqual(1_024)
      expect(names).toBeLessThanOrEqual(8_192)
      expect(told.length).toBeLessThan(150)
      for (const alert of told) expect(size(alert)).toBeLessThan(12_000)
      const next = detector.note(
        noted({ witness: 'honest', at: START + HOUR, action: 'wire', code: 'surface-unknown', deviations: [] }),
      )
      expect(next).toMatchObject([{ kind: 'deviation', action: 'wire', revision: 0 }])
    },
  )
})
