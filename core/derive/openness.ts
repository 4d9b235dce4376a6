/** Constraint → how far it reaches beyond the observed values. A kind, since most constraints have no number of values: a domain is not so many hosts. */
import type { Constraint, ConstraintKind } from '../model/constraint.ts'
import { OPENNESS, type Openness } from '../model/policy.ts'

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

export const opennessOf = (constraint: Constraint): Openness => {
  if (constraint.kind === 'anyOf') {
    const parts = constraint.of.map(opennessOf)
    return [...OPENNESS].reverse().find(each => parts.includes(each)) ?? 'observed'
  }
  return holdsOne(constraint) ? 'observed' : BY_KIND[constraint.kind]
}
