/**
 * What the decision path does with texts is linear in them, whatever they are. The long texts here took minutes with expressions
 * and searches that look harmless; a test that hangs has failed.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalizeText, standsIn } from '../../core/policy/normalize-text.ts'
import { someOccurrence } from '../../core/policy/occurrences.ts'
import { tokensOf } from '../../core/policy/tokens.ts'

const LONG = 262_144

/** Every place at which it begins, the plain way. */
const placesOf = (text: string, needle: string): readonly number[] =>
  Array.from({ length: text.length }, (_, at) => at).filter(at => text.startsWith(needle, at))

test('a text is found at the same places, however it is looked for', () => {
  const repeated = fc
    .tuple(fc.constantFrom('a', 'ab', 'aab', 'ü '), fc.integer({ min: 1, max: 60 }), fc.constantFrom('', 'b', 'a'))
    .map(([part, times, end]) => part.repeat(times) + end)
  let found = 0
  const check = fc.property(repeated, repeated, (text, needle) => {
    const places: number[] = []
    someOccurrence(text, needle, at => places.push(at) < 0)
    expect(places).toEqual(placesOf(text, needle))
    if (needle.length > 64) found += places.length
    const [first] = places
    expect(someOccurrence(text, needle, () => true)).toBe(first !== undefined)
  })
  fc.assert(check, { numRuns: 2_000 })
  expect(found).toBeGreaterThan(100)
})

test('where no letter has thirty marks, the normal form is NFKC in lower case with single blanks', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom('A', 'b', ' ', '\t', '\u0301', '\u0316', 'ﾞ', 'ｶ', 'İ', '\u{1d15f}'),
      maxLength: 29,
    }),
    fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
  )
  const check = fc.property(texts, text => {
    expect(normalizeText(text)).toBe(text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim())
  })
  fc.assert(check, { numRuns: 5_000 })
})

test('every letter that becomes a mark counts as one', () => {
  const counts = /^[\p{M}\uFF9E\uFF9F]/u
  /** A letter leaves the mark before it where it stands. */
  const reorders = (text: string): boolean => `a\u0301${text}`.normalize('NFKD') !== `a\u0301${text.normalize('NFKD')}`
  const unknown: string[] = []
  let marks = 0
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const text = String.fromCodePoint(code)
    if (!reorders(text)) continue
    marks++
    if (!counts.test(text)) unknown.push(code.toString(16))
  }
  expect(marks).toBeGreaterThan(100)
  expect(unknown).toEqual([])
})

test('long texts cost no more than their length', () => {
  const marks = `a${'\u0301'.repeat(LONG / 2)}${'\u0316'.repeat(LONG / 2)}`
  expect(normalizeText(marks)).toHaveLength(marks.length - 1)
  expect(normalizeText(`a${'\uff9e\u0334'.repeat(LONG / 2)}`).startsWith('a')).toBe(true)
  const [all, half] = ['a'.repeat(LONG), 'a'.repeat(LONG / 4)]
  expect(standsIn(`x${all}`, `${half}${half}`)).toBe(false)
  expect(standsIn(all, `${half}b${half}`)).toBe(false)
  expect(standsIn(`${all} ${half}b${half}`, `${half}b${half}`)).toBe(true)
  expect(tokensOf(`a${'.'.repeat(LONG)}b`).size).toBeGreaterThan(0)
})
