/** A policy lists a bounded part of what is withheld, the strongest, and says what it leaves out. */
import { expect, it } from 'vitest'
import { DEFAULT_DECISIONS } from '../../core/model/decisions.ts'
import { derivePolicy, judge, profileOf } from '../../core/pipeline.ts'
import { type Call, evidenceOf, repeated, type Session } from './sessions.ts'

const LISTED = 5_000
const send = (to: string): Call => ({ action: 'send_email', values: { to } })
const flood = (count: number): readonly Session[] =>
  Array.from({ length: count / 100 }, (_, session) => ({
    id: `flood-${session}`,
    calls: Array.from({ length: 100 }, (_, index) => send(`user-${session}-${index}@example.com`)),
  }))
const honest = [...repeated(8, 'honest', [send('ann@example.com')]), ...repeated(3, 'rare', [send('zoe@example.com')])]

it('keeps surfaces and the most witnessed values, and says how many more there are', () => {
  const evidence = evidenceOf([...honest, { id: 'once', calls: [{ action: 'archive' }] }, ...flood(6_000)])
  const { withheld, coverage } = derivePolicy(profileOf(evidence, []), DEFAULT_DECISIONS)
  expect(withheld).toHaveLength(LISTED + 1)
  expect(withheld).toContainEqual(expect.objectContaining({ action: 'archive', dimension: null }))
  expect(withheld).toContainEqual(expect.objectContaining({ value: 'zoe@example.com' }))
  expect(coverage.complete).toBe(false)
  expect(coverage.incomplete).toEqual([
    {
      code: 'withheld-overflow',
      detail: '1001 more values, seen by at most one witness each, are judged like those that nobody has shown',
    },
  ])
})

it('asks a person about a value that is not listed where it asks about any other', () => {
  const evidence = evidenceOf([...honest, ...flood(6_000)])
  const policy = derivePolicy(profileOf(evidence, []), DEFAULT_DECISIONS)
  const verdicts = judge(policy, evidence, { context: 'none', at: null }).map(({ verdict }) => verdict)
  expect(verdicts.filter(verdict => verdict === 'deny')).toEqual([])
})
