/**
 * Permissions → what they grant beyond what was observed, as counts of dimensions. Reads are left out: what they vary in is
 * free because it does not matter. A count, since most constraints have no number of values: a domain is not so many hosts.
 */
import type { Constraint, ConstraintKind } from '../model/constraint.ts'
import type { Permission } from '../model/policy.ts'
import type { OverGrant } from '../model/what-if.ts'

/** From nothing beyond the observed values to everything. */
const OPENNESS = ['observed', 'session', 'patterned', 'unbounded'] as const
type Openness = (typeof OPENNESS)[number]

const BY_KIND: Readonly<Record<Exclude<ConstraintKind, 'anyOf'>, Openness>> = {
  none: 'observed',
  set: 'observed',
  request: 'session',
  field: 'session',
  unprompted: 'session',
  prefix: 'patterned',
  path: 'patterned',
  domain: 'patterned',
  cidr: 'patterned',
  range: 'patterned',
  shape: 'patterned',
  length: 'unbounded',
  type: 'unbounded',
  any: 'unbounded',
}

/** Constraints of a wider kind that hold one value and no other. */
const holdsOne = (constraint: Constraint): boolean =>
  (constraint.kind === 'range' && constraint.min === constraint.max) ||
  (constraint.kind === 'shape' && constraint.shapes.every(shape => shape.every(token => typeof token === 'string'))) ||
  (constraint.kind === 'domain' && constraint.parents.length === 0)

const opennessOf = (constraint: Constraint): Openness => {
  if (constraint.kind === 'anyOf') {
    const parts = constraint.of.map(opennessOf)
    return [...OPENNESS].reverse().find(each => parts.includes(each)) ?? 'observed'
  }
  return holdsOne(constraint) ? 'observed' : BY_KIND[constraint.kind]
}

/** `observed`: dimensions seen on actions that do more than read, whether they were permitted or not. */
export const overGrantOf = (observed: number, permissions: readonly Permission[]): OverGrant => {
  const opened = permissions
    .filter(({ access }) => access.value !== 'read')
    .flatMap(({ dimensions }) => dimensions.map(({ allow }) => opennessOf(allow)))
  const number = (wanted: Openness): number => opened.filter(each => each === wanted).length
  const [unbounded, patterned, session] = [number('unbounded'), number('patterned'), number('session')]
  const share = observed === 0 ? 0 : Math.round(((unbounded + patterned) / observed) * 10_000) / 10_000
  return { observed, unbounded, patterned, session, share }
}
