/** Values of a policy as a person may see them: INVARIANT (law 7): no secret leaves through a report. */
import type { DerivedPolicy, Withheld } from '../../../core/model/policy.ts'
import type { Scalar } from '../../../core/model/scalar.ts'
import { SECRET_MASK } from '../../../core/policy/evaluate.ts'
import { inferType } from '../../../core/policy/infer-type.ts'

/** Derivation masks secrets already; a policy that something else wrote may not. */
export const shownValue = (policy: DerivedPolicy, entry: Withheld): Scalar => {
  const dimension = policy.permissions
    .find(({ substrate, action }) => substrate === entry.substrate && action === entry.action)
    ?.dimensions.find(one => one.dimension === entry.dimension)
  const secret =
    dimension?.type === 'secret' || dimension?.role.value === 'secret' || inferType(entry.value) === 'secret'
  return secret ? SECRET_MASK : entry.value
}
