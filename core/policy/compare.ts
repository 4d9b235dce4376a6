/**
 * An older and a newer policy → every way in which they differ, and which of those widen. INVARIANT: when nothing widens,
 * no request gets a more lenient verdict from the newer policy, in any context; what cannot be proved counts as widening.
 */
import type { DerivedPolicy } from '../model/policy.ts'
import { SUBSTRATES, type Substrate } from '../model/substrate.ts'
import { comparePermissions } from './compare-permission.ts'
import { compareSurfaces, compareUnobserved, compareWithheld, indexed } from './compare-surface.ts'
import { compareTerms } from './compare-terms.ts'
import type { Difference } from './difference.ts'

const place = (substrate: Substrate | null): number => (substrate === null ? -1 : SUBSTRATES.indexOf(substrate))
const text = (a: string | null, b: string | null): number =>
  (a ?? '') < (b ?? '') ? -1 : (a ?? '') > (b ?? '') ? 1 : 0

const order = (a: Difference, b: Difference): number =>
  place(a.substrate) - place(b.substrate) ||
  text(a.action, b.action) ||
  text(a.dimension, b.dimension) ||
  text(a.code, b.code) ||
  text(a.after, b.after) ||
  text(a.before, b.before)

/** Sorted: what concerns the whole policy first, then by substrate, action, dimension and code. Empty: they judge alike. */
export const comparePolicies = (before: DerivedPolicy, after: DerivedPolicy): readonly Difference[] => {
  const [old, now] = [indexed(before), indexed(after)]
  const changed = after.permissions.flatMap(permission => {
    const { substrate, action } = permission
    const was = old.permission(substrate, action)
    if (was === null) return []
    return comparePermissions(was, permission, old.withheldOf(substrate, action), now.withheldOf(substrate, action))
  })
  return [
    ...compareTerms(before, after),
    ...compareSurfaces(old, now),
    ...changed,
    ...compareWithheld(old, now),
    ...compareUnobserved(old, now),
  ].sort(order)
}
