/** One dimension of a permission → how each of its values is judged. Text for people is written when it is first needed. */
import type { Context } from '../../model/context.ts'
import type { Permission, PermissionDimension } from '../../model/policy.ts'
import type { Scalar } from '../../model/scalar.ts'
import { contextOf } from '../../policy/contains.ts'
import { describeConstraint } from '../../policy/describe-constraint.ts'
import { SECRET_MASK } from '../../policy/evaluate.ts'
import { isSecret } from '../../policy/infer-type.ts'
import { isSecretName } from '../../policy/secret-name.ts'
import { compileConstraint } from './constraint.ts'
import type { Found } from './found.ts'
import type { Member } from './member.ts'

export interface CompiledDimension {
  readonly name: string
  /** Lies in what is allowed: nothing more is asked. */
  readonly allows: Member
  /** Of a value that is not allowed. */
  readonly judge: (value: Scalar, context: Context) => Found
  /** Of a request that lacks the dimension; null where it may lack it. */
  readonly missing: (() => Found) | null
  /** Another entry of the same name, judged as well. */
  readonly next: CompiledDimension | undefined
}

const shown = (value: Scalar, masked: boolean): Scalar => (masked || isSecret(value) ? SECRET_MASK : value)

const NOTHING: ReadonlySet<Scalar> = new Set()

export const compileDimension = (
  listed: PermissionDimension,
  place: number,
  withheld: ReadonlySet<Scalar> = NOTHING,
  next: CompiledDimension | undefined,
): CompiledDimension => {
  const { dimension, allow, review, absent, role } = listed
  const allows = compileConstraint(allow)
  const reviews = review === null ? null : compileConstraint(review)
  const needed = contextOf(allow)
  const [needsRequest, needsResults] = [needed.includes('request'), needed.includes('results')]
  const masked = role.value === 'secret' || isSecretName(dimension)
  let text: string | null = null
  const allowed = (): string => {
    text ??= describeConstraint(allow)
    return text
  }
  const lacksContext = ({ request, fields, prose }: Context): boolean =>
    (needsRequest && request === null) || (needsResults && (fields === null || prose === null))
  const found = (verdict: 'review' | 'deny', code: Found['deviation']['code'], value: Scalar): Found => ({
    verdict,
    place,
    deviation: { dimension, code, observed: shown(value, masked), allowed: allowed() },
  })
  return {
    name: dimension,
    allows,
    judge: (value, context) => {
      if (withheld.has(value)) return found('review', 'withheld', value)
      if (reviews?.(value, context) === true) return found('review', 'value-outside', value)
      return lacksContext(context) ? found('review', 'context-missing', value) : found('deny', 'value-denied', value)
    },
    missing:
      absent === 'allow'
        ? null
        : () => ({
            verdict: absent,
            place,
            deviation: { dimension, code: 'dimension-missing', observed: null, allowed: allowed() },
          }),
    next,
  }
}

/** Dimensions that a permission does not list. */
export interface CompiledOthers {
  readonly allows: Member
  readonly judge: (dimension: string, value: Scalar, context: Context) => Found
}

export const compileOthers = (
  { allow, review }: Permission['others'],
  place: number,
  withheld: ReadonlySet<string>,
): CompiledOthers => {
  const reviews = review === null ? null : compileConstraint(review)
  const allowed = describeConstraint(allow)
  return {
    allows: compileConstraint(allow),
    judge: (dimension, value, context) => {
      const isWithheld = withheld.has(dimension)
      const verdict = isWithheld || reviews?.(value, context) === true ? 'review' : 'deny'
      const code = isWithheld ? 'withheld' : 'dimension-unknown'
      const observed = shown(value, isSecretName(dimension))
      return { verdict, place, deviation: { dimension, code, observed, allowed } }
    },
  }
}
