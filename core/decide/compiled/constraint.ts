/**
 * A constraint → a {@link Member}. A union becomes one list per kind of its members, and is asked cheapest first: what a session
 * has shown is looked at only when nothing that is fixed contains the value.
 */
import type { Constraint, ConstraintKind } from '../../model/constraint.ts'
import type { Scalar } from '../../model/scalar.ts'
import { contains } from '../../policy/contains.ts'
import { inferType } from '../../policy/infer-type.ts'
import { inOneBlock } from './blocks.ts'
import { inOneDomain } from './domains.ts'
import { ANY, either, type Member, ofText } from './member.ts'
import { underOne } from './paths.ts'
import { startsWithOne } from './prefixes.ts'
import { shapedLikeOne } from './shapes.ts'

type Single = Exclude<Constraint, { kind: 'anyOf' }>
type SingleKind = Single['kind']
type Of<K extends ConstraintKind> = Extract<Constraint, { kind: K }>

const singlesOf = (constraint: Constraint): readonly Single[] =>
  constraint.kind === 'anyOf' ? constraint.of.flatMap(singlesOf) : [constraint]

/** No longer than any number is: longer texts are not looked at. */
const NUMBER = 32

const numberOf = (value: Scalar): number | null => {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value.length > NUMBER) return null
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : null
}

const inOneRange = (ranges: readonly Of<'range'>[]): Member => {
  const within = (number: number): boolean => ranges.some(({ min, max }) => number >= min && number <= max)
  return value => {
    const number = numberOf(value)
    return number !== null && within(number)
  }
}

const inOneSet = (sets: readonly Of<'set'>[]): Member => {
  const values = new Set(sets.flatMap(set => set.values))
  return value => values.has(value)
}

const ofOneType = (constraints: readonly Of<'type'>[]): Member => {
  const types = new Set(constraints.flatMap(constraint => constraint.types))
  return value => types.has(inferType(value))
}

/** What the session gives has no faster form: the reference is asked. */
const given =
  (constraint: Constraint): Member =>
  (value, context) =>
    contains(constraint, value, context)

type Builders = { readonly [K in SingleKind]: (all: readonly Of<K>[]) => Member | null }

/** Cheapest first. */
const BUILDERS: Builders = {
  any: () => ANY,
  none: () => null,
  set: inOneSet,
  length: all => {
    const most = all.reduce(
      (longest, { max }) => Math.max(longest, Number.isNaN(max) ? longest : max),
      Number.NEGATIVE_INFINITY,
    )
    return value => typeof value !== 'string' || value.length <= most
  },
  range: inOneRange,
  domain: all =>
    ofText(
      inOneDomain(
        all.flatMap(({ names }) => names),
        all.flatMap(({ parents }) => parents),
      ),
    ),
  prefix: all => ofText(startsWithOne(all.flatMap(({ prefixes }) => prefixes))),
  cidr: all => ofText(inOneBlock(all.flatMap(({ blocks }) => blocks))),
  path: all => ofText(underOne(all.flatMap(({ under }) => under))),
  shape: all => ofText(shapedLikeOne(all.flatMap(({ shapes }) => shapes))),
  type: ofOneType,
  field: all =>
    given(
      all.some(({ from }) => from === undefined)
        ? { kind: 'field' }
        : { kind: 'field', from: all.flatMap(({ from = [] }) => from) },
    ),
  request: () => given({ kind: 'request' }),
  unprompted: () => given({ kind: 'unprompted' }),
}
const KINDS = Object.keys(BUILDERS) as readonly SingleKind[] // The keys of the table are the kinds.

const build = <K extends SingleKind>(kind: K, singles: readonly Single[]): Member | null => {
  const all = singles.filter((one): one is Of<K> => one.kind === kind)
  const builder: Builders[K] = BUILDERS[kind]
  return all.length === 0 ? null : builder(all)
}

export const compileConstraint = (constraint: Constraint): Member => {
  const singles = singlesOf(constraint)
  return either(KINDS.flatMap(kind => build(kind, singles) ?? []))
}
