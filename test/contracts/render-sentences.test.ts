/** Every code that a person can meet has a sentence of its own, in the style of the house. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderDiff } from '../../apps/cli/render/diff.ts'
import { READINESS } from '../../apps/cli/render/readiness.ts'
import { BASES, CONTEXT_PARTS, ROLES, VERDICTS, WITHHELD_CLASSES } from '../../apps/cli/render/sentences.ts'
import { SESSION_PARTS } from '../../apps/cli/render/session-part.ts'
import { PLAIN, wrap } from '../../apps/cli/render/terminal.ts'
import { TO_DECIDE, toDecide } from '../../apps/cli/render/to-decide.ts'
import { renderVerify, type VerifyRow } from '../../apps/cli/render/verify.ts'
import { quoted, visible } from '../../apps/cli/render/visible.ts'
import { LOSS_CODES } from '../../core/model/encoder.ts'
import { REJECTIONS } from '../../core/model/evidence.ts'
import { INCOMPLETE_CODES } from '../../core/model/policy.ts'
import { VERDICT_CODES } from '../../core/model/verdict.ts'
import { comparePolicies } from '../../core/policy/compare.ts'
import { describeConstraint } from '../../core/policy/describe-constraint.ts'
import { DIFFERENCE_CODES } from '../../core/policy/difference.ts'
import { arbitraryConstraint, HOSTILE, POOLS } from './arbitrary-constraint.ts'
import { filled } from './render-policy.ts'

const TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  REJECTIONS,
  VERDICT_CODES,
  LOSS_CODES,
  INCOMPLETE_CODES,
  DIFFERENCE_CODES,
  READINESS,
  BASES,
  CONTEXT_PARTS,
  ROLES,
  VERDICTS,
  WITHHELD_CLASSES,
  SESSION_PARTS,
  questions: Object.fromEntries(Object.entries(TO_DECIDE).map(([code, [question]]) => [code, question])),
  actions: Object.fromEntries(Object.entries(TO_DECIDE).map(([code, [, action]]) => [code, action])),
}

describe.each(Object.entries(TABLES))('%s', (_, table) => {
  test('a sentence each: lower case, no final period, none twice', () => {
    const sentences = Object.values(table)
    expect(sentences.length).toBeGreaterThan(0)
    expect(new Set(sentences).size).toBe(sentences.length)
    for (const sentence of sentences) {
      expect(sentence).toMatch(/^[\p{Ll}`]/u)
      expect(sentence).not.toMatch(/[.\n]$/)
    }
  })
})

test('a constraint is one bounded line, whatever is in it', () => {
  const pool = [...POOLS.text, ...POOLS.path, ...HOSTILE, 'y'.repeat(10_000)]
  fc.assert(
    fc.property(arbitraryConstraint(pool, 3), constraint => {
      const line = describeConstraint(constraint)
      expect(line.length).toBeGreaterThan(0)
      expect(line.length).toBeLessThanOrEqual(160)
      expect(line).not.toMatch(/\p{Cc}/u)
    }),
    { numRuns: 500 },
  )
})

test('what a session gives is never pushed out by values', () => {
  const values = POOLS.text.map(text => text.repeat(9))
  expect(
    describeConstraint({
      kind: 'anyOf',
      of: [{ kind: 'set', values }, { kind: 'request' }, { kind: 'field' }, { kind: 'unprompted' }],
    }),
  ).toMatch(/^one of .*and \d+ more; or in the request, a whole result field, unprompted$/)
})

test('visible text is injective, cut with a count, and quoted like JSON', () => {
  expect(visible('a\nb\\n\u202e\u00a0', 99)).toBe('a\\nb\\\\n\\u{202e}\\u{a0}')
  expect(visible('x'.repeat(9), 4)).toBe('xxxx…(+5)')
  expect(visible('😀😀', 3)).toBe('😀…(+2)')
  expect(quoted('5"', 9)).toBe('"5\\""')
  expect(quoted(5, 9)).toBe('5')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(visible(a, 9999) === visible(b, 9999)).toBe(a === b)
    }),
  )
})

test('wrapping keeps every character and every limit', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 130 }), { maxLength: 30 }), fc.nat(8), (words, indent) => {
      const wrapped = wrap(words.join(' '), ' '.repeat(indent))
      for (const line of wrapped.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
      expect(wrapped.replaceAll(/[ \n]/g, '')).toBe(words.join('').replaceAll(/[ \n]/g, ''))
    }),
  )
})

test('questions come in the order of their importance, and none where there is nothing to decide', () => {
  const { policy, artifacts } = filled(place => `word${place}`)
  const codes = toDecide(policy, artifacts).map(({ code }) => code)
  expect(codes).toEqual(Object.keys(TO_DECIDE).filter(code => codes.some(one => one === code)))
  expect(codes).toContain('destructive-allowed')
  expect(codes.indexOf('loss-widens')).toBeLessThan(codes.indexOf('near-threshold'))
  const settled = {
    ...policy,
    permissions: policy.permissions.filter(({ substrate }) => substrate === 'syscall'),
    withheld: [],
    coverage: { ...policy.coverage, complete: true, incomplete: [], substrates: [] },
    validity: { ...policy.validity, revisions: ['sha256:1'] },
    decisions: {
      ...policy.decisions,
      granularity: {
        ...policy.decisions.granularity,
        substrates: { value: ['syscall' as const], by: 'written' as const },
      },
    },
  }
  expect(toDecide(settled, []).map(({ code }) => code)).toEqual(['defaulted'])
})

test('a difference list says what widens first, and many alike values once', () => {
  const { policy } = filled(place => `word${place}`)
  const [entry] = policy.withheld
  if (entry === undefined) throw new Error('the policy withholds something')
  const values = Array.from({ length: 30 }, (_, index) => ({ ...entry, value: `value${index}` }))
  const text = renderDiff(
    comparePolicies({ ...policy, withheld: values }, { ...policy, withheld: [], bounds: ['tool'] }),
  )
  expect(text.split('\n')[0]).toMatch(/^widens {2}syscall: .*\(bound-removed\)$/)
  expect(text).toContain('value0, value1, value10, value11, value12 and 25 more')
  expect(text.split('\n').at(-2)).toBe('31 differences; 1 of them widens: that waits for a person')
  expect(renderDiff([])).toBe('the policies judge alike\n')
})

test('the verify matrix tells a violation, and a claim that was never put to the test, without color', () => {
  const row: VerifyRow = {
    workload: 'prod/agent',
    artifact: 'cedar',
    law: 'replay',
    oracle: 'cedar-wasm',
    requests: 1660,
    agree: 1650,
    narrowedAsDeclared: 10,
    widenedAsDeclared: 0,
    violations: 0,
    note: null,
  }
  const text = renderVerify([
    row,
    { ...row, artifact: 'seccomp', requests: 0, agree: 0, narrowedAsDeclared: 0, note: 'runc is not here' },
    { ...row, artifact: 'iam-boundary', agree: 1649, violations: 1, note: 'iam/s3:GetObject was denied' },
  ])
  expect(text).toContain('1,660')
  expect(text).toMatch(/^ok +cedar/m)
  expect(text).toMatch(/^none +seccomp/m)
  expect(text).toMatch(/^FAIL +iam-boundary/m)
  expect(text).toContain('1 of 3 claims violated; 1 claim not put to the test')
  expect(renderVerify([row], { ...PLAIN, good: one => `<${one}>` })).toContain('<ok>')
  expect(renderVerify([])).toBe('nothing to verify\n')
})
