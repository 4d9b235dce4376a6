/** Whether a text mentions a value: the same answer as one search for each part, at the cost of one pass. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Context } from '../../core/model/context.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import { disguisesOf } from '../../core/policy/disguises.ts'
import { mentionedIn } from '../../core/policy/mentions.ts'
import { legible, spellings, standsIn } from '../../core/policy/normalize-text.ts'
import { isPrompted } from '../../core/policy/prompted.ts'
import { emptyContext, step } from '../../core/policy/step.ts'

const TELLING = 5

/** As it was written first, and still meant. */
const plainly = (given: Scalar, { prose, fields, request }: Context): boolean => {
  // What nobody sees in it is not what a text names.
  const value = typeof given === 'string' ? legible(given) : given
  const partsOf = (text: string): readonly string[] =>
    [...text.split(/[^\p{L}\p{N}._-]+/u), ...text.split(/[^\p{L}\p{N}]+/u)].filter(part => part.length >= TELLING)
  const mentioned = (needle: string): boolean =>
    fields?.has(needle) === true ||
    [...(prose ?? [])].some(text => (needle.length < TELLING ? standsIn(text, needle) : text.includes(needle)))
  if (disguisesOf(given).some(mentioned)) return true
  return spellings(value).some(
    spelling =>
      mentioned(spelling) ||
      partsOf(spelling).some(part => ![...(request ?? [])].some(text => text.includes(part)) && mentioned(part)),
  )
}

/** Few letters, so that names begin, end and contain one another. */
const word = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 9 }) },
  { weight: 1, arbitrary: fc.constantFrom('evil-corp.org', 'Ünïcode', '𝔘𝔫𝔦', 'İstanbul', '__proto__', 'constructor') },
)
const sentence = fc
  .array(fc.tuple(word, fc.constantFrom(' ', '@', '.', '-', '/', '\n')), { maxLength: 24 })
  .map(list => list.flat().join(''))

test('a value is prompted exactly where one search for each part says so', () => {
  const seen = [0, 0]
  fc.assert(
    fc.property(
      fc.oneof(sentence, fc.string({ unit: 'binary' }), fc.double(), fc.boolean()),
      fc.array(sentence, { maxLength: 3 }),
      fc.array(sentence, { maxLength: 4 }),
      (value, asked, read) => {
        let context = emptyContext({ request: true, results: true })
        for (const text of asked) context = step(context, { kind: 'request', text })
        for (const text of read)
          context = step(context, { kind: 'result', leaves: [{ path: '', text: `${text} and` }], sent: [] })
        const prompted = isPrompted(value, context)
        expect(prompted).toBe(plainly(value, context))
        seen[Number(prompted)] = (seen[Number(prompted)] ?? 0) + 1
      },
    ),
    { numRuns: 3_000 },
  )
  expect(Math.min(...seen)).toBeGreaterThan(50)
})

test('many names are found at once as they are one by one', () => {
  let found = 0
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { minLength: 1, maxLength: 40 }),
      fc.array(sentence, { maxLength: 4 }),
      (names, texts) => {
        const wanted = names.filter(name => texts.some(text => text.includes(name)))
        expect([...mentionedIn(texts, names)].sort()).toEqual([...wanted].sort())
        found += wanted.length
      },
    ),
    { numRuns: 3_000 },
  )
  expect(found).toBeGreaterThan(1_000)
})

test('a thousand names cost one pass over what was read, also where all of them almost stand in it', () => {
  const prose = 'a'.repeat(262_000)
  const names = Array.from({ length: 1_000 }, (_, index) => `${'a'.repeat(200)}${index.toString(36)}`)
  const context: Context = {
    ...emptyContext({ request: true, results: true }),
    request: new Set([prose.slice(0, 1_000)]),
    prose: new Set([prose]),
  }
  const start = performance.now()
  expect(isPrompted(names.join(' '), context)).toBe(false)
  // One search for each took more than ten seconds.
  expect(performance.now() - start).toBeLessThan(2_000)
})
