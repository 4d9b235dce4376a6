/** A policy's lists by key, built once per policy: looking up must not cost more for a policy that says more. */
import type { DerivedPolicy, Permission, Withheld } from '../model/policy.ts'
import { type Scalar, scalarKey } from '../model/scalar.ts'
import type { Substrate } from '../model/substrate.ts'

export interface PolicyIndex {
  permission(substrate: Substrate, action: string): Permission | undefined
  /** Whether the whole surface is withheld. */
  withholdsSurface(substrate: Substrate, action: string): boolean
  withholdsValue(substrate: Substrate, action: string, dimension: string, value: Scalar): boolean
  /** Whether the dimension is withheld as a whole; asked of one that the permission does not list. */
  withholdsDimension(substrate: Substrate, action: string, dimension: string): boolean
}

const surfaceKey = (substrate: Substrate, action: string): string => `${substrate}\0${action}`

/** Lengths keep names apart that hold the separator themselves: an action must not pass for a value of another. */
const valueKey = (substrate: Substrate, action: string, dimension: string, value: Scalar): string =>
  [substrate, action.length, dimension.length, action, dimension, scalarKey(value)].join('\0')

const withheldKey = ({ substrate, action, dimension, value }: Withheld): readonly string[] =>
  dimension === null ? [] : [valueKey(substrate, action, dimension, value)]

const built = new WeakMap<object, PolicyIndex>()

export const indexOf = (policy: Pick<DerivedPolicy, 'permissions' | 'withheld'>): PolicyIndex => {
  const known = built.get(policy)
  if (known !== undefined) return known
  const permissions = new Map<string, Permission>()
  for (const permission of policy.permissions) {
    const key = surfaceKey(permission.substrate, permission.action)
    if (!permissions.has(key)) permissions.set(key, permission)
  }
  const surfaces = new Set(
    policy.withheld.flatMap(one => (one.dimension === null ? surfaceKey(one.substrate, one.action) : [])),
  )
  const values = new Set(policy.withheld.flatMap(withheldKey))
  const index: PolicyIndex = {
    permission: (substrate, action) => permissions.get(surfaceKey(substrate, action)),
    withholdsSurface: (substrate, action) => surfaces.has(surfaceKey(substrate, action)),
    withholdsValue: (substrate, action, dimension, value) => values.has(valueKey(substrate, action, dimension, value)),
    withholdsDimension: (substrate, action, dimension) => values.has(valueKey(substrate, action, dimension, null)),
  }
  built.set(policy, index)
  return index
}
