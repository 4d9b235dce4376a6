/**
 * What one long session may cost. Every call has a context of its own and all of them are kept, as verification does: were
 * one a copy of the other, these tests would not end in time or memory.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judge } from '../../core/decide/judge.ts'
import { replay } from '../../core/decide/replay.ts'
import type { Places, Texts } from '../../core/model/context.ts'
import { NAMES_CAP } from '../../core/model/profile.ts'
import { grow, someText } from '../../core/policy/grow.ts'
import { growPlaces } from '../../core/policy/grow-places.ts'
import { profileOf } from '../../core/profile/fold.ts'
import { policyOf } from './policy-of.ts'
import { evidenceOf } from './sessions.ts'

const CALLS = 30_000
const callsWith = (result: (index: number) => readonly string[], asked = (index: number) => `v${index}`) =>
  Array.from({ length: CALLS }, (_, index) => ({
    action: 'look',
    values: { q: asked(index) },
    result: result(index),
  }))

test('thirty thousand calls, each with a field that the others did not return', () => {
  const calls = callsWith(
    index => [`r${index}`],
    () => 'again',
  )
  const evidence = evidenceOf([{ id: 'long', calls, request: 'look at all of it' }])
  const contexts = [...replay(evidence, 'all')].map(({ context }) => context)
  expect(contexts[1]?.fields?.has('r0')).toBe(true)
  expect(contexts[1]?.fields?.has('r1')).toBe(false)
  expect(contexts.at(-1)?.fields?.has(`r${CALLS - 2}`)).toBe(true)
}, 20_000)

test('a session that sent more than its context keeps has no new fields, for an echo could not be told', () => {
  const evidence = evidenceOf([{ id: 'long', calls: callsWith(index => [`r${index}`]), request: 'look at all of it' }])
  const contexts = [...replay(evidence, 'all')].map(({ context }) => context)
  expect(contexts[1]?.fields?.has('r0')).toBe(true)
  expect(contexts.at(-1)?.prose).toBeNull()
  expect(contexts.at(-1)?.fields?.has(`r${CALLS - 2}`) ?? false).toBe(false)
}, 20_000)

test('thirty thousand calls whose results say more, from one session, are one bounded witness', () => {
  const evidence = evidenceOf([{ id: 'long', calls: callsWith(index => [`word${index} and more`, `r${index}`]) }])
  const [witness] = profileOf(evidence, []).witnesses.values()
  expect([witness?.read.size, witness?.fields.size]).toEqual([NAMES_CAP, NAMES_CAP])
  expect(witness?.unknown).toBe(Number.NEGATIVE_INFINITY)
}, 20_000)

test('thirty thousand values that a person is asked about', () => {
  const policy = policyOf([
    {
      substrate: 'tool',
      action: 'look',
      allow: { 'tool.args.q': { kind: 'set', values: ['known'] } },
      review: { 'tool.args.q': { kind: 'any' } },
    },
  ])
  const evidence = evidenceOf([{ id: 'long', calls: callsWith(() => []) }])
  const judgements = judge(policy, evidence, { context: 'all', at: null })
  expect(judgements.filter(({ verdict, prompt }) => verdict === 'review' && prompt)).toHaveLength(CALLS)
}, 20_000)

test('places that grew are the first that were said of each text, and what they grew from is what it was', () => {
  const letter = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
  const said = fc.array(fc.array(fc.tuple(letter, letter)).map(pairs => new Map(pairs)))
  fc.assert(
    fc.property(said, steps => {
      const versions: Places[] = [new Map<string, string>()]
      const first = new Map<string, string>()
      const expected = [new Map(first)]
      let characters = 0
      for (const more of steps) {
        const grown = growPlaces(versions.at(-1), more)
        versions.push(grown.places)
        characters += grown.characters
        for (const [text, place] of more) if (!first.has(text)) first.set(text, place)
        expected.push(new Map(first))
      }
      for (const [index, version] of versions.entries())
        for (const text of 'abcdefz') expect(version.get(text)).toBe(expected[index]?.get(text))
      expect(characters).toBe(new Set(first.values()).size)
    }),
  )
})

test('a set that grew is the set of all that was added, and what it grew from is what it was', () => {
  const word: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')
  fc.assert(
    fc.property(fc.array(fc.array(word)), steps => {
      const versions: Texts[] = [new Set<string>()]
      for (const more of steps) versions.push(grow(versions.at(-1) ?? new Set(), more))
      for (const [index, version] of versions.entries()) {
        const expected = new Set(steps.slice(0, index).flat())
        expect([...version]).toEqual([...expected])
        for (const text of ['a', 'h', 'z']) {
          expect(version.has(text)).toBe(expected.has(text))
          expect(someText(version, one => one === text)).toBe(expected.has(text))
        }
      }
    }),
  )
})
