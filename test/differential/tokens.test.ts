/** Names in a text, found unit by unit, are those that the expressions find which say what a name is. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashName } from '../../core/policy/name-hash.ts'
import { legible } from '../../core/policy/normalize-text.ts'
import { eachTokenHash, tokensOf } from '../../core/policy/tokens.ts'

const NAME = /[\p{Script=Latin}\p{N}][\p{Script=Latin}\p{N}._@+-]*|[\p{L}\p{M}]+/gu
const WORD = /[\p{L}\p{M}\p{N}]+/gu

const byExpressions = (text: string): ReadonlySet<string> => {
  const tokens = new Set<string>()
  for (const [name] of legible(text).matchAll(NAME)) {
    const whole = name.replace(/[._@+-]+$/, '')
    tokens.add(whole)
    for (const part of whole.split('@')) tokens.add(part)
    for (const [word] of whole.matchAll(WORD)) tokens.add(word)
  }
  tokens.delete('')
  return tokens
}

/** Letters, marks and numbers of many scripts, what joins words, what is hidden, what is half a character, and any other. */
const PIECES =
  'aZ09._@+- \t\n\u0000\u200b\u00adéßıİΣςжक\u0915\u094d日本한ｶﾞªⅧ½²\u0301\ud835\udc00\u{1f600}\u{20000}\ud800\udc00ﬁ'
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(...PIECES, '\ud800', '\udfff', 'bob@example.org', 'a.b@c-d'),
      fc.string({ unit: 'binary' }),
    ),
    {
      maxLength: 40,
    },
  )
  .map(parts => parts.join(''))

test('tokens are those of the expressions, and their hashes those of the tokens', () => {
  fc.assert(
    fc.property(text, value => {
      const expected = [...byExpressions(value)].sort()
      expect([...tokensOf(value)].sort()).toEqual(expected)
      const hashes = new Set<number>()
      eachTokenHash(value, hash => hashes.add(hash))
      expect(hashes).toEqual(new Set(expected.map(hashName)))
    }),
    { numRuns: 3_000 },
  )
})
