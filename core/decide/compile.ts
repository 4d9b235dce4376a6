/**
 * A derived policy → the function that decides by it: the answers of `policy/evaluate`, which the differential test holds it
 * to, at a cost that does not grow with what the policy lists. Everything that depends on the policy alone is done once, here.
 */
import type { DerivedPolicy } from '../model/policy.ts'
import { bySurface } from './compiled/by-surface.ts'
import { compilePermission, type Decide } from './compiled/permission.ts'
import { compileSurfaces } from './compiled/surface.ts'
import { usualBySurface } from './compiled/usual.ts'
import { NOTHING_WITHHELD, withheldBySurface } from './compiled/withheld.ts'

/**
 * Total: any request gets a verdict. The policy must not change afterwards. Decisions without deviations are frozen, and the
 * same object each time. Ignores expiry and mode, as `evaluate` does.
 */
export const compile = (policy: DerivedPolicy): Decide => {
  const withheld = withheldBySurface(policy.withheld)
  const usual = usualBySurface(policy.usual)
  // One surface has one permission; of several the first counts, as in the reference.
  const permissions = bySurface(policy.permissions, ([permission]) => {
    if (permission === undefined) return undefined
    const { substrate, action } = permission
    return compilePermission(permission, withheld.get(substrate, action) ?? NOTHING_WITHHELD, usual(substrate, action))
  })
  const surfaces = compileSurfaces(policy, withheld)
  return (request, context) => (permissions.get(request.substrate, request.action) ?? surfaces)(request, context)
}
