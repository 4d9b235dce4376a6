/** `policy.yaml`: reading gives back what was written, whoever reads; an edited policy is refused. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { policyDigest } from '../../core/model/digest.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { decisionsInWords } from '../../io/policy-file/decisions-in-words.ts'
import { policyJsonSchema } from '../../io/policy-file/policy-schema.ts'
import { readPolicy } from '../../io/policy-file/read-policy.ts'
import { writePolicy } from '../../io/policy-file/write-policy.ts'
import { HOSTILE } from './arbitrary-constraint.ts'
import { arbitraryPolicy } from './arbitrary-policy.ts'

const sealed = (policy: DerivedPolicy): DerivedPolicy => ({ ...policy, digest: policyDigest(policy) })
const policies = arbitraryPolicy().map(sealed)

/** A policy with one hostile text in the places that evidence reaches. */
const hostile = fc
  .tuple(policies, fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' })))
  .map(([policy, text]) =>
    sealed({
      ...policy,
      withheld: [
        {
          substrate: 'tool',
          action: text,
          dimension: text,
          value: text,
          class: 'one-time',
          findings: [],
          evidence: {
            count: 1,
            witnesses: 1,
            sessions: 1,
            clusters: 1,
            days: 1,
            firstSeen: text,
            lastSeen: text,
            sources: [text],
          },
        },
      ],
      blindTo: [{ source: text, statement: text }],
      validity: { ...policy.validity, models: [text] },
    }),
  )

describe('writing and reading', () => {
  test('gives the same policy back', () => {
    fc.assert(
      fc.property(hostile, policy => {
        expect(readPolicy(writePolicy(policy), 'policy.yaml')).toEqual({ ok: true, value: policy })
      }),
      { numRuns: 150 },
    )
  })

  test('any YAML version reads the same document', () => {
    fc.assert(
      fc.property(hostile, policy => {
        const text = writePolicy(policy)
        expect(parse(text, { version: '1.1', merge: false })).toEqual(policy)
        expect(parse(text, { version: '1.2', schema: 'core' })).toEqual(policy)
      }),
      { numRuns: 100 },
    )
  })

  test('the text shows nothing that a terminal would act on', () => {
    fc.assert(
      fc.property(hostile, policy => {
        expect(writePolicy(policy)).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      }),
      { numRuns: 150 },
    )
  })

  test('the order of fields changes no byte', () => {
    fc.assert(
      fc.property(policies, policy => {
        const turned = Object.fromEntries(Object.entries(policy).reverse())
        expect(writePolicy({ ...policy, ...turned })).toBe(writePolicy(policy))
      }),
      { numRuns: 30 },
    )
  })

  test('format, digest, workload and the four decisions come first, and in words above them', () => {
    const [policy] = fc.sample(policies, { numRuns: 1, seed: 1 })
    if (policy === undefined) throw new Error('no sample')
    const text = writePolicy(policy)
    const keys = text.split('\n').flatMap(line => /^(\w+):/.exec(line)?.[1] ?? [])
    expect(keys.slice(0, 4)).toEqual(['format', 'digest', 'workload', 'decisions'])
    const comments = text.split('\n').filter(line => line.startsWith('# '))
    for (const words of decisionsInWords(policy.decisions)) expect(comments).toContain(`# ${words}`)
    expect(decisionsInWords(policy.decisions).join('\n')).toMatch(
      /granularity.*\n.*closure.*structural \(defaulted\).*\nconfidence.*\nvalidity/,
    )
  })
})

describe('a file that is not what was derived', () => {
  const [policy] = fc.sample(policies, { numRuns: 1, seed: 2 })
  const text = policy === undefined ? '' : writePolicy(policy)
  const codes = (edited: string) => {
    const outcome = readPolicy(edited, 'policy.yaml')
    return outcome.ok ? [] : outcome.problems.map(({ code }) => code)
  }

  test('is read when untouched', () => {
    expect(codes(text)).toEqual([])
  })
  test('is refused when a value was edited, naming the line of the digest', () => {
    const edited = text
      .replace('structural', 'literal')
      .replaceAll('mode:\n      value: structural', 'mode:\n      value: literal')
    const outcome = readPolicy(edited.replace('value: structural', 'value: literal'), 'policy.yaml')
    expect(outcome).toMatchObject({ ok: false, problems: [{ code: 'policy-digest-mismatch' }] })
    expect(outcome.ok ? '' : outcome.problems[0]?.where).toMatch(/^policy\.yaml:\d+:9$/)
  })
  test('is refused when a field was added, removed, or is of another kind', () => {
    expect(codes(`${text}allowEverything: true\n`)).toEqual(['field-unknown'])
    expect(codes(text.replace(/^format: .*$/m, ''))).toEqual(['field-unknown'])
    expect(codes(text.replace(/^bounds:/m, 'bounds: 3\nbound:'))).toContain('field-invalid')
  })
  test('is refused when it is cut off or is something else', () => {
    for (const other of ['', 'a', '[]', '{}', text.slice(0, text.length / 2)]) expect(codes(other)).not.toEqual([])
  })
})

test('the JSON Schema names the format and every top-level field as required', () => {
  expect(policyJsonSchema()).toMatchObject({
    properties: { format: { const: 'ambit.policy/v1' } },
    required: expect.arrayContaining(['digest', 'decisions', 'permissions', 'withheld', 'coverage']),
    additionalProperties: false,
  })
})
