/**
 * A permission → the decision on a request for its surface. What is allowed costs one look-up per value and allocates nothing: the
 * decision is the same each time.
 */
import type { Context } from '../../model/context.ts'
import type { Permission } from '../../model/policy.ts'
import type { ActionRequest } from '../../model/request.ts'
import type { UsualBound } from '../../model/usual.ts'
import type { Decision } from '../../model/verdict.ts'
import { type CompiledDimension, compileDimension, compileOthers } from './dimension.ts'
import { constant, decisionOf, type Found } from './found.ts'
import { compileUsual } from './usual.ts'
import type { WithheldOf } from './withheld.ts'

export type Decide = (request: ActionRequest, context: Context) => Decision

/** A dimension that is listed more than once is judged by each of its entries. */
const everyEntry = (last: CompiledDimension): readonly CompiledDimension[] =>
  last.next === undefined ? [last] : [...everyEntry(last.next), last]

type Values = ActionRequest['values']

const hasName = (values: Values, name: string): boolean => {
  for (const { dimension } of values) if (dimension === name) return true
  return false
}

/** Up to so many comparisons cost less than a set of the names in a request. */
const FEW = 64

const missingOf = (required: readonly CompiledDimension[], values: Values): readonly CompiledDimension[] => {
  if (required.length * values.length <= FEW) return required.filter(({ name }) => !hasName(values, name))
  const names = new Set(values.map(({ dimension }) => dimension))
  return required.filter(({ name }) => !names.has(name))
}

const lacksOne = (required: readonly CompiledDimension[], values: Values): boolean => {
  if (required.length * values.length > FEW) return missingOf(required, values).length > 0
  for (const { name } of required) if (!hasName(values, name)) return true
  return false
}

const add = (found: Found[] | null, one: Found): Found[] => {
  if (found === null) return [one]
  found.push(one)
  return found
}

export const compilePermission = (
  permission: Permission,
  withheld: WithheldOf,
  usual: readonly UsualBound[],
): Decide => {
  const { id, dimensions, argumentsSeen } = permission
  const byName = new Map<string, CompiledDimension>()
  for (const [place, listed] of dimensions.entries()) {
    const { dimension } = listed
    byName.set(dimension, compileDimension(listed, place, withheld.values.get(dimension), byName.get(dimension)))
  }
  const required = [...byName.values()].flatMap(everyEntry).filter(({ missing }) => missing !== null)
  const others = compileOthers(permission.others, dimensions.length, withheld.dimensions)
  const bounds = compileUsual(usual, dimensions.length + 1)
  const permitted = constant('allow', 'permitted', id)
  const unseen = argumentsSeen ? constant('review', 'arguments-unseen', id) : permitted

  return (request, context) => {
    if (request.visibility !== 'seen') return unseen
    const { values } = request
    let found: Found[] | null = null
    for (const { dimension, value } of values) {
      let listed = byName.get(dimension)
      if (listed === undefined && !others.allows(value, context))
        found = add(found, others.judge(dimension, value, context))
      for (; listed !== undefined; listed = listed.next)
        if (!listed.allows(value, context)) found = add(found, listed.judge(value, context))
    }
    if (lacksOne(required, values)) {
      for (const { missing } of missingOf(required, values)) if (missing !== null) found = add(found, missing())
    }
    for (const beyond of bounds) {
      const one = beyond(request, context.tempo)
      if (one !== null) found = add(found, one)
    }
    return found === null ? permitted : decisionOf(id, found)
  }
}
