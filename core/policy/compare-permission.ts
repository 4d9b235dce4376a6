/**
 * Two permissions of one surface → how their constraints differ. A dimension that only one of them lists is judged by the
 * other's `others`, as `evaluate` does.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Permission } from '../model/policy.ts'
import type { Scalar } from '../model/scalar.ts'
import type { Verdict } from '../model/verdict.ts'
import { subsumes } from './compare-constraint.ts'
import { contextOf } from './contains.ts'
import { describeConstraint } from './describe-constraint.ts'
import type { Difference, DifferenceCode } from './difference.ts'

const RANK: Readonly<Record<Verdict, number>> = { deny: 0, review: 1, allow: 2 }

/** What decides about the values of one dimension. `listed`: where context is missing, nothing is denied. */
export interface Bounds {
  readonly listed: boolean
  readonly allow: Constraint
  readonly review: Constraint | null
  readonly absent: Verdict
}

const NONE: Constraint = { kind: 'none' }

/**
 * By what a permission judges the values of a dimension; null: of one that it does not list. One that is withheld as a whole
 * is for a person, whatever its values.
 */
export const boundsOf = (permission: Permission, dimension: string | null, withheld: readonly Scalar[]): Bounds => {
  const own = permission.dimensions.find(one => one.dimension === dimension)
  if (own !== undefined) return { listed: true, ...own }
  const { allow, review } = permission.others
  return { listed: false, allow, review: withheld.includes(null) ? { kind: 'any' } : review, absent: 'allow' }
}

/** Everything that is not denied, values withheld included. */
export const undenied = ({ allow, review }: Bounds, withheld: readonly Scalar[]): Constraint => ({
  kind: 'anyOf',
  of: [allow, ...(review === null ? [] : [review]), { kind: 'set', values: withheld }],
})

const relation = (before: Constraint, after: Constraint): 'same' | 'widened' | 'narrowed' | 'changed' => {
  const contained = subsumes(before, after) === 'yes'
  const containing = subsumes(after, before) === 'yes'
  if (contained) return containing ? 'same' : 'narrowed'
  return containing ? 'widened' : 'changed'
}

const difference = (
  permission: Permission,
  dimension: string | null,
  code: DifferenceCode,
  widens: boolean,
  before: string,
  after: string,
): Difference => ({
  code,
  widens,
  substrate: permission.substrate,
  action: permission.action,
  dimension,
  before,
  after,
})

/** `withheld`: values of this dimension that the older policy withholds; they are not denied. */
const compareBounds = (
  permission: Permission,
  dimension: string | null,
  before: Bounds,
  after: Bounds,
  withheld: readonly Scalar[],
): readonly Difference[] => {
  const found: Difference[] = []
  const add = (level: 'allow' | 'review', how: 'widened' | 'narrowed' | 'changed', from: string, to: string): void => {
    found.push(difference(permission, dimension, `${level}-${how}`, how !== 'narrowed', from, to))
  }
  const allow = relation(before.allow, after.allow)
  if (allow !== 'same') add('allow', allow, describeConstraint(before.allow), describeConstraint(after.allow))

  const lines = [before, after].map(({ review }) => (review === null ? 'nothing' : describeConstraint(review)))
  const contained = subsumes(undenied(before, withheld), undenied(after, [])) === 'yes'
  const containing = subsumes(undenied(after, []), undenied(before, [])) === 'yes'
  // What a wider `allow` takes along is said once.
  const known = undenied({ ...before, review: { kind: 'anyOf', of: [before.review ?? NONE, after.allow] } }, withheld)
  const said = (allow === 'widened' || allow === 'changed') && subsumes(known, after.review ?? NONE) === 'yes'
  const excused = after.listed && !before.listed && contextOf(after.allow).length > 0
  if (excused && contained && subsumes(undenied(before, []), { kind: 'any' }) !== 'yes')
    add('review', 'changed', lines[0] ?? '', `${lines[1]}; anything where context is missing`)
  if (!contained && !said) add('review', containing ? 'widened' : 'changed', lines[0] ?? '', lines[1] ?? '')
  if (contained && !containing && allow === 'same') add('review', 'narrowed', lines[0] ?? '', lines[1] ?? '')

  const change = RANK[after.absent] - RANK[before.absent]
  const code = change > 0 ? 'absent-widened' : 'absent-narrowed'
  if (change !== 0) found.push(difference(permission, dimension, code, change > 0, before.absent, after.absent))
  return found
}

/** What a policy withholds of one surface: dimensions, and the values of each; null among them is the dimension as a whole. */
export type WithheldValues = ReadonlyMap<string, readonly Scalar[]>

export const comparePermissions = (
  before: Permission,
  after: Permission,
  withheldBefore: WithheldValues,
  withheldAfter: WithheldValues,
): readonly Difference[] => {
  const listed = (permission: Permission): readonly string[] => permission.dimensions.map(one => one.dimension)
  const withheld = [...withheldBefore.keys(), ...withheldAfter.keys()]
  const names = [...new Set([...listed(before), ...listed(after), ...withheld])].sort()
  const found = [...names, null].flatMap(name => {
    const held = (name === null ? undefined : withheldBefore.get(name)) ?? []
    const from = boundsOf(before, name, held)
    const to = boundsOf(after, name, (name === null ? undefined : withheldAfter.get(name)) ?? [])
    // Values are withheld of dimensions that the permission lists, and of no others.
    return compareBounds(after, name, from, to, from.listed ? held : [])
  })
  if (before.argumentsSeen && !after.argumentsSeen)
    found.push(difference(after, null, 'arguments-unseen', true, 'recorded', 'not recorded'))
  if (!before.argumentsSeen && after.argumentsSeen)
    found.push(difference(after, null, 'arguments-seen', false, 'not recorded', 'recorded'))
  if (before.access.value !== after.access.value)
    found.push(difference(after, null, 'access-changed', false, before.access.value, after.access.value))
  return found
}

/** Whether no request at all is denied on the surface. */
export const deniesNothing = (permission: Permission): boolean =>
  [...permission.dimensions.map(({ dimension }) => dimension), null]
    .map(dimension => boundsOf(permission, dimension, []))
    .every(bounds => bounds.absent !== 'deny' && subsumes(undenied(bounds, []), { kind: 'any' }) === 'yes')
