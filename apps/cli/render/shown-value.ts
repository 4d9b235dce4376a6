/** Values as a person may see them. INVARIANT (law 7): no secret leaves through a report. */
import type { DerivedPolicy, PermissionDimension, Withheld } from '../../../core/model/policy.ts'
import type { Scalar } from '../../../core/model/scalar.ts'
import { SECRET_MASK } from '../../../core/policy/evaluate.ts'
import { inferType } from '../../../core/policy/infer-type.ts'
import { isSecretName } from '../../../core/policy/secret-name.ts'

const dimensionOf = (
  policy: DerivedPolicy,
  substrate: string,
  action: string,
  name: string | null,
): PermissionDimension | null =>
  policy.permissions
    .find(one => one.substrate === substrate && one.action === action)
    ?.dimensions.find(({ dimension }) => dimension === name) ?? null

/** A value of a request; masked where the dimension's role, its name or the value itself says that it is a secret. */
export const shownValue = (
  policy: DerivedPolicy,
  { substrate, action, dimension, value }: Pick<Withheld, 'substrate' | 'action' | 'dimension' | 'value'>,
): Scalar => {
  const role = dimensionOf(policy, substrate, action, dimension)?.role.value
  const secret = role === 'secret' || (dimension !== null && isSecretName(dimension)) || inferType(value) === 'secret'
  return secret ? SECRET_MASK : value
}
