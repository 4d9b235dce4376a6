/**
 * A record and the policy that it pins → the decision, computed again by the same page that decided. What the record keeps only
 * as a digest is known as far as the policy names it; where a constraint reads more than that, the answer says so, by dimension.
 */
import type { Constraint } from '../model/constraint.ts'
import type { DerivedPolicy } from '../model/policy.ts'
import type { ReceiptRequest, ReceiptValue } from '../model/receipt.ts'
import type { ActionRequest } from '../model/request.ts'
import { type Scalar, scalarKey } from '../model/scalar.ts'
import type { Decision, Deviation } from '../model/verdict.ts'
import { contains } from '../policy/contains.ts'
import { evaluateWith, SECRET_MASK } from '../policy/evaluate.ts'
import { indexOf } from '../policy/index-policy.ts'
import type { Reading } from '../policy/reading.ts'
import { NO_CONTEXT } from '../policy/step.ts'
import { boundsOf, valueDigest } from './receipt.ts'

/** Why a decision cannot be computed again. Text is rendered elsewhere, once. */
export const UNKNOWN_REASONS = {
  'value-redacted': 'a constraint reads the value, and the record holds only its digest',
  'digest-key-missing': 'a constraint lists values, and without the digest key they cannot be compared with the record',
  'measure-redacted': 'a bound reads the amount, and the record holds only its digest',
  'measures-differ': 'the record has other measures than the policy has bounds',
  'values-omitted': 'the call had more values than a record lists',
} as const
export type UnknownReason = keyof typeof UNKNOWN_REASONS

export type Recomputed =
  | { readonly known: true; readonly decision: Decision }
  | { readonly known: false; readonly reason: UnknownReason; readonly dimension: string | null }

type Unknown = Extract<Recomputed, { known: false }>
const unknown = (reason: UnknownReason, dimension: string | null): Unknown => ({ known: false, reason, dimension })

/** A value as the record has it: itself, one that the policy names, or its digest, which stands in for it. */
interface Recorded {
  readonly entry: ReceiptValue
  readonly value: Scalar
  readonly isKnown: boolean
}

const valuesIn = (constraint: Constraint): readonly Scalar[] =>
  constraint.kind === 'set' ? constraint.values : constraint.kind === 'anyOf' ? constraint.of.flatMap(valuesIn) : []

/** Every value that the policy names for a surface, by digest. */
const namedValues = (
  policy: DerivedPolicy,
  { substrate, action }: Pick<ActionRequest, 'substrate' | 'action'>,
  digest: (text: string) => string,
): ReadonlyMap<string, Scalar> => {
  const permission = indexOf(policy).permission(substrate, action)
  const constraints = [
    ...(permission?.dimensions.flatMap(({ allow, review }) => [allow, review]) ?? []),
    permission?.others.allow,
    permission?.others.review,
    ...policy.envelopes.map(({ values }) => values),
  ]
  const withheld = policy.withheld.filter(one => one.substrate === substrate && one.action === action)
  const values = [
    ...constraints.flatMap(constraint => (constraint === undefined || constraint === null ? [] : valuesIn(constraint))),
    ...withheld.map(({ value }) => value),
  ]
  return new Map(values.map(value => [valueDigest(digest, value), value]))
}

const recordedOf = (entry: ReceiptValue, named: ReadonlyMap<string, Scalar>): Recorded => {
  const value = entry.value === undefined ? named.get(entry.digest) : entry.value
  return value === undefined ? { entry, value: entry.digest, isKnown: false } : { entry, value, isKnown: true }
}

type Answer = boolean | UnknownReason

const ANSWERED: Readonly<Partial<Record<Constraint['kind'], keyof ReceiptValue['answers']>>> = {
  request: 'request',
  field: 'field',
  unprompted: 'unprompted',
}

/** One member that holds is enough, whatever is not known of the others. */
const answerOf = (constraint: Constraint, { entry, value, isKnown }: Recorded, hasKey: boolean): Answer => {
  if (constraint.kind === 'field' && constraint.from !== undefined) {
    const { field, place } = entry.answers
    return field === true && place !== undefined && constraint.from.includes(place)
  }
  const asked = ANSWERED[constraint.kind]
  if (asked !== undefined) return entry.answers[asked] === true
  if (constraint.kind === 'anyOf') {
    const answers = constraint.of.map(member => answerOf(member, { entry, value, isKnown }, hasKey))
    return answers.includes(true) || (answers.find(answer => answer !== false) ?? false)
  }
  if (isKnown || constraint.kind === 'any' || constraint.kind === 'none') return contains(constraint, value, NO_CONTEXT)
  // Whatever the policy names was looked up by its digest: this value is none of them.
  if (constraint.kind === 'set') return hasKey ? false : 'digest-key-missing'
  return 'value-redacted'
}

/**
 * `digest`: the keyed digest that the record was written with, or null where the key is not at hand. Ignores expiry and mode, as
 * `evaluate` does.
 */
export const recompute = (
  policy: DerivedPolicy,
  request: ReceiptRequest,
  digest: ((text: string) => string) | null,
): Recomputed => {
  if (request.omitted !== undefined) return unknown('values-omitted', null)
  const bounds = boundsOf(policy, request)
  if (bounds.length !== request.measures.length) return unknown('measures-differ', null)
  const named = digest === null ? new Map<string, Scalar>() : namedValues(policy, request, digest)
  const recorded = request.values.map(entry => recordedOf(entry, named))
  const byValue = new Map(recorded.map(one => [scalarKey(one.value), one]))
  const isWithheldFrom = (name: string): boolean =>
    policy.withheld.some(
      ({ substrate, action, dimension }) =>
        substrate === request.substrate && action === request.action && dimension === name,
    )

  let missing: Unknown | null = null
  const reading: Reading = {
    contains: (constraint, value) => {
      const one = byValue.get(scalarKey(value))
      if (one === undefined) return contains(constraint, value, NO_CONTEXT)
      const { dimension } = one.entry
      const found = answerOf(constraint, one, digest !== null)
      // What is not allowed is looked up among the withheld values next, which takes the value or the key.
      const isOpen = found === false && !one.isKnown && digest === null && isWithheldFrom(dimension)
      const answer = isOpen ? 'digest-key-missing' : found
      if (typeof answer === 'boolean') return answer
      missing ??= unknown(answer, dimension)
      return false
    },
    sees: (part, value) => {
      const answers = byValue.get(scalarKey(value))?.entry.answers
      if (answers === undefined) return false
      return part === 'request' ? answers.request !== null : answers.field !== null && answers.unprompted !== null
    },
    measure: bound => {
      const measured = request.measures[bounds.indexOf(bound)]?.value ?? null
      if (bound.signal !== 'amount' || typeof measured !== 'string') return measured
      missing ??= unknown('measure-redacted', bound.dimension)
      return null
    },
  }
  const { substrate, action, visibility } = request
  const values = recorded.map(({ entry: { dimension }, value }) => ({ dimension, value }))
  const decision = evaluateWith(policy, { substrate, action, visibility, values }, reading)
  return missing ?? { known: true, decision: asRecorded(decision, recorded) }
}

/** As the record shows observed values: those that it holds only as digests, as their digests. */
const asRecorded = (decision: Decision, recorded: readonly Recorded[]): Decision => ({
  ...decision,
  deviations: decision.deviations.map(deviation => {
    const { dimension, observed, code } = deviation
    const one = recorded.find(({ entry, value }) => entry.dimension === dimension && value === observed)
    const isDigest = one !== undefined && one.entry.value === undefined && code !== 'unusual'
    return isDigest ? { ...deviation, observed: one.entry.digest } : deviation
  }),
})

const sameObserved = (a: Deviation, b: Deviation): boolean =>
  a.code === 'unusual' || a.observed === b.observed || a.observed === SECRET_MASK || b.observed === SECRET_MASK

/**
 * Whether two decisions say the same; not how they word what would have been allowed. A mask stands for any value, and what a bound
 * measured is among the record's measures.
 */
export const sameDecision = (a: Decision, b: Decision): boolean =>
  a.verdict === b.verdict &&
  a.code === b.code &&
  a.permission === b.permission &&
  a.deviations.length === b.deviations.length &&
  a.deviations.every((one, index) => {
    const other = b.deviations[index]
    if (other === undefined || one.dimension !== other.dimension || one.code !== other.code) return false
    return sameObserved(one, other)
  })
