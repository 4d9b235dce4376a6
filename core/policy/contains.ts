/** What each constraint means: whether a value lies in it. Pure, total, no expression that backtracks. */
import type { Constraint, ConstraintKind } from '../model/constraint.ts'
import type { Context } from '../model/context.ts'
import type { Scalar } from '../model/scalar.ts'
import { blockContains } from './addresses.ts'
import { someText } from './grow.ts'
import { inferType } from './infer-type.ts'
import { normalizeText, spellings, standsIn } from './normalize-text.ts'
import { isUnder } from './paths.ts'
import { isPrompted } from './prompted.ts'
import { matchesShape } from './shape.ts'

type Of<K extends ConstraintKind> = Extract<Constraint, { kind: K }>
type Meanings = { readonly [K in ConstraintKind]: (constraint: Of<K>, value: Scalar, context: Context) => boolean }

const asNumber = (value: Scalar): number | null => {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : null
}

/** Built once per list: looking up must not cost more for a policy that says more. */
const members = new WeakMap<readonly Scalar[], ReadonlySet<Scalar>>()

const membersOf = (values: readonly Scalar[]): ReadonlySet<Scalar> => {
  const known = members.get(values) ?? new Set(values)
  members.set(values, known)
  return known
}

const inDomain = ({ names, parents }: Of<'domain'>, value: Scalar): boolean => {
  if (typeof value !== 'string') return false
  const host = value.toLowerCase().replace(/\.$/, '')
  return (
    names.some(name => host === name.toLowerCase()) || parents.some(parent => host.endsWith(`.${parent.toLowerCase()}`))
  )
}

const MEANINGS: Meanings = {
  any: () => true,
  none: () => false,
  set: ({ values }, value) => membersOf(values).has(value),
  prefix: ({ prefixes }, value) => typeof value === 'string' && prefixes.some(prefix => value.startsWith(prefix)),
  path: ({ under }, value) => typeof value === 'string' && under.some(parent => isUnder(value, parent)),
  domain: inDomain,
  cidr: ({ blocks }, value) => typeof value === 'string' && blocks.some(block => blockContains(block, value)),
  range: ({ min, max }, value) => {
    const number = asNumber(value)
    return number !== null && number >= min && number <= max
  },
  length: ({ max }, value) => typeof value !== 'string' || value.length <= max,
  shape: ({ shapes }, value) => typeof value === 'string' && shapes.some(shape => matchesShape(value, shape)),
  type: ({ types }, value) => types.includes(inferType(value)),
  request: (_, value, { request }) =>
    request !== null && spellings(value).some(spelling => someText(request, text => standsIn(text, spelling))),
  field: ({ from }, value, { fields, places }) => {
    if (fields === null || (typeof value !== 'number' && typeof value !== 'string')) return false
    const text = normalizeText(String(value))
    if (from === undefined || !fields.has(text)) return fields.has(text)
    const place = places?.get(text)
    return place !== undefined && from.includes(place)
  },
  unprompted: (_, value, context) => context.prose !== null && !isPrompted(value, context),
  anyOf: ({ of }, value, context) => of.some(constraint => contains(constraint, value, context)),
}

// One generic call keeps the table exhaustive and the dispatch typed.
const meaning = <K extends ConstraintKind>(constraint: Of<K>, value: Scalar, context: Context): boolean => {
  const decide: Meanings[K] = MEANINGS[constraint.kind as K]
  return decide(constraint, value, context)
}

export const contains = (constraint: Constraint, value: Scalar, context: Context): boolean =>
  meaning(constraint, value, context)

/** The context that a constraint reads. */
export const contextOf = (constraint: Constraint): readonly ('request' | 'results')[] => {
  if (constraint.kind === 'request') return ['request']
  if (constraint.kind === 'field' || constraint.kind === 'unprompted') return ['results']
  if (constraint.kind !== 'anyOf') return []
  return [...new Set(constraint.of.flatMap(contextOf))].sort()
}
