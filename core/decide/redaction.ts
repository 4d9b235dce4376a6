/**
 * What of a call a record may hold in the clear. Records outlive what they are about and are read by more people than the
 * call's parties, so by default a value stays only where the policy already names it, or where it is no text.
 *
 * INVARIANT: what looks like a secret, or stands in a dimension that does, is never kept, whatever a rule says.
 */
import type { Constraint } from '../model/constraint.ts'
import type { DerivedPolicy, PermissionDimension } from '../model/policy.ts'
import type { ActionRequest } from '../model/request.ts'
import type { Scalar } from '../model/scalar.ts'
import { indexOf } from '../policy/index-policy.ts'
import { inferType } from '../policy/infer-type.ts'
import { holdsSecret } from '../policy/secret-name.ts'

export interface Redaction {
  /**
   * Keyed digest of a text: equal texts give equal digests, and no more is learned. Same length for every text, and never
   * the text itself.
   */
  readonly digest: (text: string) => string
  /** Dimensions whose values are kept whatever they are, secrets excepted. */
  readonly keep: ReadonlySet<string>
  /** Dimensions of which nothing is kept. */
  readonly hide: ReadonlySet<string>
}

type Surface = Pick<ActionRequest, 'substrate' | 'action'>

/** From here on a whole number names somebody (a telephone, an account, a card) more often than it counts something. */
const NAMING_DIGITS = 1_000_000_000

/** Longer names are somebody's text. */
const NAME_CHARACTERS = 160
const PLAIN_NAME = /^[\p{L}\p{N}_.:[\]%/-]+$/u

const names = (constraint: Constraint, value: Scalar): boolean =>
  constraint.kind === 'set'
    ? constraint.values.includes(value)
    : constraint.kind === 'anyOf' && constraint.of.some(member => names(member, value))

const measures = (constraint: Constraint): boolean =>
  constraint.kind === 'range' || (constraint.kind === 'anyOf' && constraint.of.some(measures))

const constraintsOf = (listed: PermissionDimension | undefined): readonly Constraint[] =>
  listed === undefined ? [] : [listed.allow, ...(listed.review === null ? [] : [listed.review])]

const isSecret = (dimension: string, listed: PermissionDimension | undefined, value: Scalar): boolean =>
  listed?.role.value === 'secret' || listed?.type === 'secret' || holdsSecret(dimension, value)

/** Whether a record of this request may hold the value itself. */
export const keeps = (
  { keep, hide }: Pick<Redaction, 'keep' | 'hide'>,
  policy: DerivedPolicy | null,
  { substrate, action }: Surface,
): ((dimension: string, value: Scalar) => boolean) => {
  const index = policy === null ? null : indexOf(policy)
  const permission = index?.permission(substrate, action)
  return (dimension, value) => {
    const listed = permission?.dimensions.find(one => one.dimension === dimension)
    if (hide.has(dimension) || isSecret(dimension, listed, value)) return false
    if (keep.has(dimension) || value === null || typeof value === 'boolean') return true
    const constraints = constraintsOf(listed)
    if (index?.withholdsValue(substrate, action, dimension, value) || constraints.some(one => names(one, value)))
      return true
    return typeof value === 'number' && (Math.abs(value) < NAMING_DIGITS || constraints.some(measures))
  }
}

/** A key of an argument, or an action, that somebody chose may be data as well: only what reads as a name is kept. */
export const isPlainName = (name: string): boolean =>
  name.length <= NAME_CHARACTERS &&
  PLAIN_NAME.test(name) &&
  name.split(/[.[\]/%:]/).every(part => inferType(part) !== 'secret')
