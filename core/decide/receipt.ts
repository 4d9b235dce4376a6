/**
 * A decided call → what its record holds: keyed digests, the values that redaction keeps, and what the session's context said of
 * each, so that the decision can be computed again without the session.
 */
import { canonicalJson } from '../model/canonical.ts'
import type { Context } from '../model/context.ts'
import type { DerivedPolicy } from '../model/policy.ts'
import type { ContextAnswers, ReceiptRequest, ReceiptValue } from '../model/receipt.ts'
import type { ActionRequest } from '../model/request.ts'
import type { Scalar } from '../model/scalar.ts'
import type { UsualBound } from '../model/usual.ts'
import type { Decision, Deviation } from '../model/verdict.ts'
import { contains } from '../policy/contains.ts'
import { SECRET_MASK } from '../policy/evaluate.ts'
import { indexOf } from '../policy/index-policy.ts'
import { namedPlaces } from '../policy/named-places.ts'
import { normalizeText } from '../policy/normalize-text.ts'
import { concerns, type Measured, measure } from '../policy/usual.ts'
import { isPlainName, keeps, type Redaction } from './redaction.ts'

/** Values that one record lists. */
const RECEIPT_VALUES = 256

/** What a record says of a value that it does not hold. The number 7 and the text "7" have two digests. */
export const valueDigest = (digest: Redaction['digest'], value: Scalar): string => digest(canonicalJson(value))

// Keys are in the order of the alphabet here: who writes the record has nothing to sort.

/** Where the field stood, if the policy names the place: what it does not name decides nothing, and may be anybody's text. */
const placeOf = (value: Scalar, { fields, places }: Context, policy: DerivedPolicy | null): string | null => {
  const named = policy === null ? null : namedPlaces(policy)
  if (named === null || named.size === 0 || fields === null) return null
  const place = places?.get(normalizeText(String(value)))
  return place !== undefined && named.has(place) ? place : null
}

const answersOf = (value: Scalar, context: Context, place: string | null): ContextAnswers => ({
  field: context.fields === null ? null : contains({ kind: 'field' }, value, context),
  ...(place === null ? {} : { place }),
  request: context.request === null ? null : contains({ kind: 'request' }, value, context),
  unprompted: context.prose === null ? null : contains({ kind: 'unprompted' }, value, context),
})

/** The bounds of a policy that a request of this surface is measured by, in the order in which a record has the measures. */
export const boundsOf = (
  policy: DerivedPolicy | null,
  surface: Pick<ActionRequest, 'substrate' | 'action'>,
): readonly UsualBound[] => policy?.usual?.bounds.filter(bound => concerns(bound, surface)) ?? []

const boundName = ({ signal, dimension }: UsualBound): string =>
  dimension === null ? signal : `${signal} ${dimension}`

/** Names that the policy has are no news; others are kept where they read as a name. */
const nameOf = (name: string, isKnown: boolean, digest: Redaction['digest']): string =>
  isKnown || isPlainName(name) ? name : digest(name)

const dimensionNames = (
  policy: DerivedPolicy | null,
  request: ActionRequest,
  digest: Redaction['digest'],
): ((dimension: string) => string) => {
  const index = policy === null ? null : indexOf(policy)
  const { substrate, action } = request
  const listed = new Set(index?.permission(substrate, action)?.dimensions.map(({ dimension }) => dimension))
  return dimension =>
    nameOf(dimension, listed.has(dimension) || index?.withholdsDimension(substrate, action, dimension) === true, digest)
}

/** A length, a count and a known name say nothing; an amount is the value itself, and a surface may be somebody's text. */
const measuredAs = (
  { signal, dimension, after }: UsualBound,
  measured: Measured,
  keep: (dimension: string, value: Scalar) => boolean,
  digest: Redaction['digest'],
): Measured => {
  if (typeof measured === 'string') return nameOf(measured, after.includes(measured), digest)
  if (signal !== 'amount' || measured === null || dimension === null || keep(dimension, measured)) return measured
  return valueDigest(digest, measured)
}

/** What the record of a call holds of what was asked. */
const receiptRequest = (
  request: ActionRequest,
  context: Context,
  policy: DerivedPolicy | null,
  redaction: Redaction,
): ReceiptRequest => {
  const { substrate, action, visibility } = request
  const { digest } = redaction
  const keep = keeps(redaction, policy, request)
  const name = dimensionNames(policy, request, digest)
  const index = policy === null ? null : indexOf(policy)
  const isKnown =
    index?.permission(substrate, action) !== undefined || index?.withholdsSurface(substrate, action) === true
  const values = request.values.slice(0, RECEIPT_VALUES).map(({ dimension, value }): ReceiptValue => {
    const answers = answersOf(value, context, placeOf(value, context, policy))
    const found = { answers, digest: valueDigest(digest, value), dimension: name(dimension) }
    return keep(dimension, value) ? { ...found, value } : found
  })
  return {
    action: nameOf(action, isKnown, digest),
    measures: boundsOf(policy, request).map(bound => ({
      name: boundName(bound),
      value: measuredAs(bound, measure(bound, request, context.tempo), keep, digest),
    })),
    ...(request.values.length > RECEIPT_VALUES ? { omitted: request.values.length - RECEIPT_VALUES } : {}),
    substrate,
    values,
    visibility,
  }
}

const isAmount = ({ values }: ActionRequest, dimension: string, observed: number): boolean =>
  values.some(entry => entry.dimension === dimension && entry.value === observed)

/** What the record of a call holds of the decision: an observed value as far as redaction keeps it, else its digest. */
const receiptDecision = (
  decision: Decision,
  request: ActionRequest,
  policy: DerivedPolicy | null,
  redaction: Redaction,
): Decision => {
  const { digest } = redaction
  const keep = keeps(redaction, policy, request)
  const name = dimensionNames(policy, request, digest)
  const seen = new Set(request.values.map(({ dimension }) => dimension))
  const shown = ({ code, dimension, observed }: Deviation): Scalar => {
    // What is missing has no value, and a mask hides enough.
    if (code === 'dimension-missing' || observed === SECRET_MASK || keep(dimension, observed)) return observed
    if (code !== 'unusual') return valueDigest(digest, observed)
    // A count or a length; of an amount, the value itself.
    if (typeof observed === 'number')
      return isAmount(request, dimension, observed) ? valueDigest(digest, observed) : observed
    return nameOf(String(observed), false, digest)
  }
  const { code, permission, verdict } = decision
  const deviations = decision.deviations.slice(0, RECEIPT_VALUES).map(deviation => ({
    allowed: deviation.allowed,
    code: deviation.code,
    dimension: seen.has(deviation.dimension) ? name(deviation.dimension) : deviation.dimension,
    observed: shown(deviation),
  }))
  return { code, deviations, permission, verdict }
}

/** What the record of a decided call holds. `context` is the one that it was decided in. */
export const receiptOf = (
  request: ActionRequest,
  decision: Decision,
  context: Context,
  policy: DerivedPolicy | null,
  redaction: Redaction,
): { readonly request: ReceiptRequest; readonly decision: Decision } => ({
  request: receiptRequest(request, context, policy, redaction),
  decision: receiptDecision(decision, request, policy, redaction),
})
