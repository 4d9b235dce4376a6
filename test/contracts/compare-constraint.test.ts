/** `subsumes` against the meaning of constraints: what it says is proved is searched for a value that disproves it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Constraint, RunClass, ShapeToken } from '../../core/model/constraint.ts'
import type { Context } from '../../core/model/context.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import { type Subsumption, subsumes } from '../../core/policy/compare-constraint.ts'
import { contains } from '../../core/policy/contains.ts'
import { normalizeText } from '../../core/policy/normalize-text.ts'
import { matchesShape } from '../../core/policy/shape.ts'
import { arbitraryConstraint, arbitraryValueNear, HOSTILE, POOLS } from './arbitrary-constraint.ts'

const POOL: readonly Scalar[] = Object.values(POOLS).flat()

const contexts = (value: Scalar): fc.Arbitrary<Context> => {
  const lists = fc.constantFrom(null, [], [normalizeText(String(value))], ['pay alice@example.com 42 from /work/a'])
  const texts = lists.map(list => (list === null ? null : new Set<string>(list)))
  return fc.record({
    request: texts,
    fields: texts,
    prose: texts,
    approved: fc.constant(new Set<string>()),
    size: fc.constant(0),
  })
}

/** Two constraints that are often related: alike, or one made of the other. */
const pair = fc
  .tuple(arbitraryConstraint(POOL), arbitraryConstraint(POOL), fc.nat(3))
  .map(([a, b, how]): readonly [Constraint, Constraint] =>
    how === 0 ? [a, b] : how === 1 ? [{ kind: 'anyOf', of: [a, b] }, a] : how === 2 ? [a, a] : [a, narrowed(a)],
  )

/** Something that ought to lie within, of the same kind. */
const narrowed = (constraint: Constraint): Constraint => {
  switch (constraint.kind) {
    case 'set':
      return { kind: 'set', values: constraint.values.slice(1) }
    case 'prefix':
      return { kind: 'prefix', prefixes: constraint.prefixes.map(prefix => `${prefix}x`) }
    case 'path':
      return { kind: 'path', under: constraint.under.map(path => `${path}/a/../b`) }
    case 'domain':
      return {
        kind: 'domain',
        names: constraint.parents.map(p => `A.${p}`),
        parents: constraint.parents.map(p => `b.${p}`),
      }
    case 'cidr':
      return { kind: 'cidr', blocks: POOLS.address.filter(address => contains(constraint, address, NOTHING)) }
    case 'range':
      return { kind: 'range', min: constraint.min + 1, max: constraint.max }
    case 'length':
      return { kind: 'length', max: Math.max(0, constraint.max - 1) }
    case 'shape':
      return { kind: 'shape', shapes: constraint.shapes.map(tokens => tokens.map(token => tighter(token))) }
    case 'anyOf':
      return { kind: 'anyOf', of: constraint.of.map(narrowed) }
    default:
      return constraint
  }
}
const NOTHING: Context = { request: null, fields: null, prose: null, approved: new Set(), size: 0 }
const tighter = (token: ShapeToken): ShapeToken =>
  typeof token === 'string' ? token : 'run' in token ? { run: 'digits' } : '/tail'

test('what is said to be contained is contained, in every context', () => {
  const answers: Record<Subsumption, number> = { yes: 0, no: 0, unknown: 0 }
  let inside = 0
  fc.assert(
    fc.property(
      pair.chain(([wide, narrow]) =>
        arbitraryValueNear(narrow, POOL).chain(value =>
          contexts(value).map(context => ({ wide, narrow, value, context })),
        ),
      ),
      ({ wide, narrow, value, context }) => {
        const answer = subsumes(wide, narrow)
        answers[answer]++
        if (answer !== 'yes' || !contains(narrow, value, context)) return
        inside++
        expect(contains(wide, value, context)).toBe(true)
      },
    ),
    { numRuns: 6000 },
  )
  // The tested path really ran.
  expect(answers.yes).toBeGreaterThan(1000)
  expect(answers.no).toBeGreaterThan(500)
  expect(inside).toBeGreaterThan(800)
})

test('a constraint contains itself, and a union each of its members', () => {
  fc.assert(
    fc.property(arbitraryConstraint(POOL), arbitraryConstraint(POOL), (a, b) => {
      expect(subsumes(a, a)).toBe('yes')
      expect(subsumes({ kind: 'anyOf', of: [b, a] }, a)).toBe('yes')
      expect(subsumes({ kind: 'any' }, a)).toBe('yes')
      expect(subsumes(a, { kind: 'none' })).toBe('yes')
    }),
    { numRuns: 1000 },
  )
})

test('`no` is never said where a wider constraint of the same kind holds everything', () => {
  fc.assert(
    fc.property(
      arbitraryConstraint(POOL, 0).filter(({ kind }) => kind !== 'shape'),
      constraint => {
        expect(subsumes(constraint, narrowed(constraint))).not.toBe('no')
      },
    ),
    { numRuns: 1000 },
  )
})

test('inclusion of shapes agrees with an exhaustive search over short strings', () => {
  const run = fc
    .constantFrom<RunClass>('digits', 'letters', 'alphanumeric', 'hex')
    .map((one): ShapeToken => ({ run: one }))
  const literal = fc.constantFrom<ShapeToken>('a', '1', '-', 'a-', '')
  const rest = fc.constant<ShapeToken>({ rest: true })
  const shape = fc.array(fc.oneof(run, literal, rest), { maxLength: 4 })
  const letters = ['', 'a', 'g', '1', '-', '#']
  const texts = new Set(
    letters.flatMap(a => letters.flatMap(b => letters.flatMap(c => letters.map(d => a + b + c + d)))),
  )
  let within = 0
  fc.assert(
    fc.property(shape, fc.array(shape, { minLength: 1, maxLength: 2 }), (narrow, wide) => {
      const answer = subsumes({ kind: 'shape', shapes: wide }, { kind: 'shape', shapes: [narrow] })
      expect(answer).not.toBe('unknown')
      const witness = [...texts].find(text => matchesShape(text, narrow) && !wide.some(one => matchesShape(text, one)))
      if (witness !== undefined) expect(answer).toBe('no')
      else within += answer === 'yes' && [...texts].some(text => matchesShape(text, narrow)) ? 1 : 0
    }),
    { numRuns: 1500 },
  )
  expect(within).toBeGreaterThan(50)
})

test.each<readonly [string, Constraint, Constraint, Subsumption]>([
  ['a longer prefix', { kind: 'prefix', prefixes: ['ab', 'x'] }, { kind: 'prefix', prefixes: ['abc'] }, 'yes'],
  ['a prefix is not a path', { kind: 'path', under: ['/a'] }, { kind: 'prefix', prefixes: ['/a/'] }, 'no'],
  ['a path is not a prefix', { kind: 'prefix', prefixes: ['/a/'] }, { kind: 'path', under: ['/a/b'] }, 'no'],
  ['a deeper path', { kind: 'path', under: ['/a'] }, { kind: 'path', under: ['/a/./b'] }, 'yes'],
  ['a sibling path', { kind: 'path', under: ['/a'] }, { kind: 'path', under: ['/ab'] }, 'no'],
  [
    'a subdomain',
    { kind: 'domain', names: [], parents: ['x.org'] },
    { kind: 'domain', names: ['A.X.org'], parents: [] },
    'yes',
  ],
  [
    'the parent itself',
    { kind: 'domain', names: [], parents: ['x.org'] },
    { kind: 'domain', names: ['x.org'], parents: [] },
    'no',
  ],
  ['a smaller block', { kind: 'cidr', blocks: ['10.0.0.0/8'] }, { kind: 'cidr', blocks: ['10.9.0.0/16'] }, 'yes'],
  ['a block of the other family', { kind: 'cidr', blocks: ['::/0'] }, { kind: 'cidr', blocks: ['10.0.0.0/8'] }, 'no'],
  [
    'digits where a run and its end differ',
    { kind: 'shape', shapes: [[{ run: 'hex' }, 'a']] },
    { kind: 'shape', shapes: [[{ run: 'digits' }, 'a']] },
    'no',
  ],
  [
    'a shape in a prefix',
    { kind: 'prefix', prefixes: ['v'] },
    { kind: 'shape', shapes: [['v', { run: 'digits' }]] },
    'yes',
  ],
  [
    'a prefix in a shape with rest',
    { kind: 'shape', shapes: [['v', { run: 'digits' }, { rest: true }]] },
    { kind: 'prefix', prefixes: ['v1'] },
    'yes',
  ],
  ['numbers and strings are different values', { kind: 'set', values: [42] }, { kind: 'set', values: ['42'] }, 'no'],
  ['the request is not any value', { kind: 'request' }, { kind: 'any' }, 'no'],
  ['a literal is not covered by the request', { kind: 'request' }, { kind: 'set', values: ['a'] }, 'no'],
  [
    'the request within a union',
    { kind: 'anyOf', of: [{ kind: 'request' }, { kind: 'set', values: ['a'] }] },
    { kind: 'request' },
    'yes',
  ],
  ['results are not the request', { kind: 'request' }, { kind: 'field' }, 'no'],
  ['nothing', { kind: 'none' }, { kind: 'set', values: [] }, 'yes'],
  ['no set holds a range', { kind: 'set', values: [1, 2] }, { kind: 'range', min: 1, max: 2 }, 'no'],
])('%s', (_, wide, narrow, expected) => {
  expect(subsumes(wide, narrow)).toBe(expected)
})

test('hostile values in a set are compared as they are', () => {
  const all: Constraint = { kind: 'set', values: [...HOSTILE] }
  for (const value of HOSTILE) {
    expect(subsumes(all, { kind: 'set', values: [value] })).toBe('yes')
    expect(
      subsumes({ kind: 'set', values: HOSTILE.filter(one => one !== value) }, { kind: 'set', values: [value] }),
    ).toBe('no')
  }
})
