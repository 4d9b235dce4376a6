/** What one session alone shows opens nothing: an argument that it invents is judged like one that nobody has shown. */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { DEFAULT_DECISIONS, type Decisions } from '../../core/model/decisions.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { derivePolicy, encodeAll, judge, profileOf } from '../../core/pipeline.ts'
import { comparePolicies } from '../../core/policy/compare.ts'
import type { DifferenceCode } from '../../core/policy/difference.ts'
import { arbitrarySessions, type Fed } from './arbitrary-evidence.ts'
import { collected, decisionsFor, fed, LAW_RUNS, MODES, observationsOf, policiesOf } from './evidence-line.ts'
import { type Call, evidenceOf, repeated, type Session } from './sessions.ts'

const policyOf = (sessions: readonly Session[], decisions: Decisions = DEFAULT_DECISIONS): DerivedPolicy =>
  derivePolicy(profileOf(evidenceOf(sessions), []), decisions)

const one = (policy: DerivedPolicy, call: Call): string =>
  judge(policy, evidenceOf([{ id: 'judged', calls: [call] }]), { context: 'all', at: null }).map(
    ({ verdict, code }) => `${verdict} ${code}`,
  )[0] ?? ''

const send = (values: Call['values']): Call => ({ action: 'send_email', values: { to: 'ann@example.com', ...values } })
const usual = repeated(8, 'usual', [send({}), send({})])
const alone = { id: 'alone', calls: Array.from({ length: 50 }, () => send({ note: 'x', comment: 'see below' })) }

describe.each(MODES)('a dimension that one session shows: %s', mode => {
  const policy = policyOf([...usual, alone], decisionsFor(mode))

  it('is not listed, is withheld as a whole, and is for a person', () => {
    expect(policy.permissions[0]?.dimensions.map(({ dimension }) => dimension)).toEqual(['tool.args.to'])
    expect(policy.withheld).toMatchObject([
      { action: 'send_email', dimension: 'tool.args.comment', value: null, class: 'burst', evidence: { witnesses: 1 } },
      { action: 'send_email', dimension: 'tool.args.note', value: null },
    ])
    expect(one(policy, send({ comment: 'anything else at all' }))).toBe('review withheld')
    expect(one(policy, send({}))).toBe('allow permitted')
  })

  it('is listed once enough witnesses have shown it', () => {
    const more = policyOf([...usual, ...repeated(8, 'more', [send({ note: 'x' })])], decisionsFor(mode))
    expect(more.permissions[0]?.dimensions.map(({ dimension }) => dimension)).toEqual([
      'tool.args.note',
      'tool.args.to',
    ])
    expect(one(more, send({ note: 'x' }))).toBe('allow permitted')
  })

  it('counts as a difference: what was denied of it is now for a person', () => {
    const codes = (before: DerivedPolicy, after: DerivedPolicy) =>
      comparePolicies(before, after).map(({ code, dimension, widens }) => [code, dimension, widens])
    const without = policyOf(usual, decisionsFor(mode))
    const [there, back] = [codes(without, policy), codes(policy, without)]
    expect(there).toContainEqual(['withheld-added', 'tool.args.note', false])
    expect(there.filter(([code]) => code === 'review-widened')).toEqual(
      mode === 'literal'
        ? [
            ['review-widened', 'tool.args.comment', true],
            ['review-widened', 'tool.args.note', true],
          ]
        : [],
    )
    expect(back).toContainEqual(['withheld-removed', 'tool.args.note', false])
    expect(back.filter(([, , widens]) => widens)).toEqual([])
  })

  it('is named by an artifact that denies it', () => {
    const cedar = encodeAll(policy).find(({ encoder }) => encoder === 'cedar')
    const said = cedar?.losses.filter(({ detail }) => detail.includes('withheld argument')).map(({ code }) => code)
    expect(said).toEqual(mode === 'literal' ? ['review-as-deny'] : [])
  })
})

it('a rule that a person wrote for the dimension needs no evidence', () => {
  const written: Decisions = {
    ...DEFAULT_DECISIONS,
    closure: {
      ...DEFAULT_DECISIONS.closure,
      dimensions: [{ action: 'send_email', dimension: 'tool.args.note', role: null, closure: 'any' }],
    },
  }
  expect(one(policyOf([...usual, alone], written), send({ note: 'anything' }))).toBe('allow permitted')
})

it('values of a dimension that a role says is secret stay masked when it is withheld', () => {
  const written: Decisions = {
    ...DEFAULT_DECISIONS,
    closure: {
      ...DEFAULT_DECISIONS.closure,
      dimensions: [{ action: '*', dimension: 'tool.args.note', role: 'secret', closure: null }],
    },
  }
  const policy = policyOf([...usual, alone], written)
  const judged = judge(policy, evidenceOf([{ id: 's', calls: [send({ note: 'hunter2' })] }]), {
    context: 'all',
    at: null,
  })
  expect(judged[0]?.verdict).toBe('review')
  expect(JSON.stringify([policy, judged])).not.toContain('hunter2')
})

const OPENS: ReadonlySet<DifferenceCode> = new Set([
  'permission-added',
  'allow-widened',
  'allow-changed',
  'absent-widened',
  'arguments-unseen',
])

test.each(MODES)('law 6: arguments that one session invents allow nothing more: %s', mode => {
  let touched = 0
  fc.assert(
    fc.property(arbitrarySessions, fc.nat(500), fc.integer({ min: 1, max: 20 }), (feed, pick, count) => {
      const calls = observationsOf(feed).filter(
        ({ substrate, visibility }) => substrate === 'tool' && visibility === 'seen',
      )
      const chosen = calls[pick % calls.length]
      if (chosen === undefined) return
      const again = (names: readonly string[]): readonly Fed[] =>
        Array.from({ length: count }, (_, index) =>
          fed({
            ...chosen,
            id: `again-${index}`,
            values: [...chosen.values, ...names.map(name => ({ dimension: `tool.args.${name}`, value: index }))],
          }),
        )
      const without = policiesOf(collected([...feed, ...again([])]), mode)
      for (const [name, policy] of policiesOf(collected([...feed, ...again(['invented', 'comment_invented'])]), mode)) {
        const before = without.get(name)
        const opened =
          before === undefined ? null : comparePolicies(before, policy).filter(({ code }) => OPENS.has(code))
        expect(opened).toEqual([])
        if (policy.withheld.some(({ dimension }) => dimension === 'tool.args.invented')) touched++
      }
    }),
    { numRuns: LAW_RUNS },
  )
  expect(touched).toBeGreaterThan(LAW_RUNS / 20)
})
