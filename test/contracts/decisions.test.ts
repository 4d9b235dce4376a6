/**
 * `ambit.yaml`: what is written and what is defaulted, and what a person is told about a wrong file. Each folder under
 * `cases/decisions` holds a wrong `ambit.yaml` and, in `problems.txt`, everything that must be said about it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { DEFAULT_DECISIONS } from '../../core/model/decisions.ts'
import { decisionsJsonSchema } from '../../io/decisions/decisions-schema.ts'
import { readDecisions } from '../../io/decisions/read-decisions.ts'
import type { Outcome, Problem } from '../../io/problem.ts'

const RULES = ['exact', 'prefix', 'domain', 'any']
const CASES = join(import.meta.dirname, '../cases/decisions')

const line = ({ code, what, where, help }: Problem): string =>
  `${where} [${code}] ${what}${help === null ? '' : ` -- ${help}`}\n`
const problems = (outcome: Outcome<unknown>): string => (outcome.ok ? '' : outcome.problems.map(line).join(''))

describe('a wrong file', () => {
  test.each(readdirSync(CASES))('%s', async name => {
    const text = readFileSync(join(CASES, name, 'ambit.yaml'), 'utf8')
    const said = problems(readDecisions(text, 'ambit.yaml', RULES))
    await expect(said).toMatchFileSnapshot(join(CASES, name, 'problems.txt'))
    expect(said).not.toBe('')
  })

  test.each([
    ['nested lists', '['.repeat(250_000)],
    ['nested maps', '{a: '.repeat(60_000)],
    ['nested blocks', Array.from({ length: 700 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['many keys', Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n')],
    [
      'aliases of aliases',
      Array.from({ length: 9_000 }, (_, index) => `k${index}: &a${index} [*a${index - 1}]`).join('\n'),
    ],
    ['a large file', 'a'.repeat(10_000_000)],
  ])('%s are refused with a bounded answer', (_, text) => {
    const outcome = readDecisions(text, 'ambit.yaml', RULES)
    expect(outcome.ok).toBe(false)
    expect(problems(outcome).length).toBeLessThan(20_000)
  })

  test('any text gives decisions or problems, never an exception', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.stringMatching(/^[-{}[\]:,&*!|>'"%@`#?\n ac1]{0,80}$/),
    )
    fc.assert(
      fc.property(texts, text => {
        const outcome = readDecisions(text, 'ambit.yaml', RULES)
        expect(outcome.ok ? outcome.value.closure.mode.value : outcome.problems.length).toBeTruthy()
      }),
      { numRuns: 500 },
    )
  })
})

describe('a right file', () => {
  test.each(['', '# nothing decided\n', '{}\n'])('%j decides nothing', text => {
    expect(readDecisions(text, 'ambit.yaml', RULES)).toEqual({ ok: true, value: DEFAULT_DECISIONS })
  })

  test('what is written is recorded as written, the rest as defaulted, lists in order', () => {
    const outcome = readDecisions(
      stringify({
        granularity: { substrates: ['iam', 'tool'], actions: [{ substrate: 'tool', action: 'x', access: 'read' }] },
        closure: {
          mode: 'literal',
          substrates: { iam: 'structural' },
          sigma: 2.5,
          signals: ['length', 'calls'],
          unobserved: 'explained',
          dimensions: [
            { action: 'send', dimension: 'tool.args.to', role: 'sink' },
            { dimension: 'tool.args.id', closure: 'prefix(2)' },
          ],
        },
        confidence: { moreThan: 5, substrates: { tool: { moreThan: 9, witnesses: 2 } } },
        validity: { revisions: 'latest' },
        identities: { 'arn:aws:iam::1:role/b': 'agents/b', 'arn:aws:iam::1:role/a': 'agents/a' },
      }),
      'ambit.yaml',
      RULES,
    )
    const { confidence, validity } = DEFAULT_DECISIONS
    expect(outcome).toEqual({
      ok: true,
      value: {
        granularity: {
          substrates: { value: ['tool', 'iam'], by: 'written' },
          actions: [{ substrate: 'tool', action: 'x', access: 'read' }],
        },
        closure: {
          mode: { value: 'literal', by: 'written' },
          perSubstrate: { iam: 'structural' },
          missBudget: DEFAULT_DECISIONS.closure.missBudget,
          sigma: { value: 2.5, by: 'written' },
          signals: { value: ['calls', 'length'], by: 'written' },
          unobserved: { value: 'explained', by: 'written' },
          fields: { value: 'any', by: 'defaulted' },
          dimensions: [
            { action: '*', dimension: 'tool.args.id', role: null, closure: 'prefix(2)' },
            { action: 'send', dimension: 'tool.args.to', role: 'sink', closure: null },
          ],
        },
        confidence: {
          ...confidence,
          moreThan: { value: 5, by: 'written' },
          perSubstrate: { tool: { moreThan: 9, witnesses: 2 } },
        },
        validity: { ...validity, revisions: { value: 'latest', by: 'written' } },
        identities: [
          { arn: 'arn:aws:iam::1:role/a', workload: { namespace: 'agents', name: 'a' } },
          { arn: 'arn:aws:iam::1:role/b', workload: { namespace: 'agents', name: 'b' } },
        ],
      },
    })
  })
})

test('the JSON Schema describes every field', () => {
  const undescribed: string[] = []
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return
    const properties = 'properties' in node && typeof node.properties === 'object' ? (node.properties ?? {}) : {}
    for (const [name, field] of Object.entries(properties)) {
      if (typeof field.description !== 'string') undescribed.push(`${path}.${name}`)
      walk(field, `${path}.${name}`)
    }
    if ('items' in node) walk(node.items, `${path}[]`)
    if ('additionalProperties' in node) walk(node.additionalProperties, `${path}.*`)
  }
  const schema = decisionsJsonSchema(RULES)
  walk(schema, '')
  expect(undescribed).toEqual([])
  expect(Object.keys(schema ?? {})).toContain('properties')
})
