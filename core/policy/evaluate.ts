/**
 * The reference semantics: what a derived policy says of one request in its context. Everything that decides (the
 * compiled function, every artifact's reader, every engine) is compared with this page.
 */
import type { Context } from '../model/context.ts'
import type { DerivedPolicy, Permission, PermissionDimension } from '../model/policy.ts'
import type { ActionRequest } from '../model/request.ts'
import type { Scalar } from '../model/scalar.ts'
import type { Decision, Deviation, Verdict, VerdictCode } from '../model/verdict.ts'
import { contextOf } from './contains.ts'
import { describeConstraint } from './describe-constraint.ts'
import { indexOf } from './index-policy.ts'
import { type Reading, readingOf } from './reading.ts'
import { holdsSecret } from './secret-name.ts'
import { envelopeContains, isExplained } from './surface.ts'
import { concerns, describeUsual, isUnusual, measureName } from './usual.ts'

const RANK: Readonly<Record<Verdict, number>> = { deny: 0, review: 1, allow: 2 }

interface Judged extends Deviation {
  readonly verdict: Verdict
}

export const SECRET_MASK = '<secret>'

/** A person's word that a dimension is not secret does not reach here: what looks like one stays masked. */
const shown = (name: string, dimension: PermissionDimension | null, value: Scalar): Scalar =>
  dimension?.role.value === 'secret' || holdsSecret(name, value) ? SECRET_MASK : value

const lacksContext = (dimension: PermissionDimension, value: Scalar, reading: Reading): boolean =>
  contextOf(dimension.allow).some(part => !reading.sees(part, value))

const judgeValue = (
  policy: DerivedPolicy,
  permission: Permission,
  dimension: PermissionDimension,
  value: Scalar,
  reading: Reading,
): Judged | null => {
  if (reading.contains(dimension.allow, value)) return null
  const judged = (verdict: Verdict, code: VerdictCode): Judged => ({
    verdict,
    code,
    dimension: dimension.dimension,
    observed: shown(dimension.dimension, dimension, value),
    allowed: describeConstraint(dimension.allow),
  })
  const withheld = indexOf(policy).withholdsValue(permission.substrate, permission.action, dimension.dimension, value)
  if (withheld) return judged('review', 'withheld')
  if (dimension.review !== null && reading.contains(dimension.review, value)) return judged('review', 'value-outside')
  return lacksContext(dimension, value, reading) ? judged('review', 'context-missing') : judged('deny', 'value-denied')
}

const judgeDimension = (
  policy: DerivedPolicy,
  permission: Permission,
  dimension: PermissionDimension,
  request: ActionRequest,
  reading: Reading,
): readonly Judged[] => {
  const values = request.values.filter(entry => entry.dimension === dimension.dimension)
  if (values.length === 0) {
    if (dimension.absent === 'allow') return []
    const { absent: verdict } = dimension
    const allowed = describeConstraint(dimension.allow)
    return [{ verdict, code: 'dimension-missing', dimension: dimension.dimension, observed: null, allowed }]
  }
  return values.flatMap(({ value }) => judgeValue(policy, permission, dimension, value, reading) ?? [])
}

const judgeOthers = (
  policy: DerivedPolicy,
  permission: Permission,
  request: ActionRequest,
  reading: Reading,
): readonly Judged[] => {
  const { allow, review } = permission.others
  const listed = new Set(permission.dimensions.map(({ dimension }) => dimension))
  return request.values
    .filter(({ dimension, value }) => !listed.has(dimension) && !reading.contains(allow, value))
    .map(({ dimension, value }) => {
      const withheld = indexOf(policy).withholdsDimension(permission.substrate, permission.action, dimension)
      return {
        verdict: withheld || (review !== null && reading.contains(review, value)) ? 'review' : 'deny',
        code: withheld ? 'withheld' : 'dimension-unknown',
        dimension,
        observed: shown(dimension, null, value),
        allowed: describeConstraint(allow),
      }
    })
}

/** Inside the envelope, and beyond what is usual: for a person, wherever this enforcement point can see it. */
const judgeUsual = (policy: DerivedPolicy, request: ActionRequest, reading: Reading): readonly Judged[] =>
  (policy.usual?.bounds ?? []).flatMap(bound => {
    if (!concerns(bound, request)) return []
    const measured = reading.measure(bound, request)
    if (measured === null || !isUnusual(bound, measured)) return []
    const dimension = measureName(bound)
    return [{ verdict: 'review', code: 'unusual', dimension, observed: measured, allowed: describeUsual(bound) }]
  })

/** A surface with no permission: withheld, inside the envelope that a person decides about, or denied. */
const judgeSurface = (policy: DerivedPolicy, request: ActionRequest, reading: Reading): Decision => {
  const { substrate, action } = request
  const decision = (verdict: Verdict, code: VerdictCode): Decision => ({
    verdict,
    code,
    permission: null,
    deviations: [],
  })
  const isBounded = policy.bounds.includes(substrate)
  const explained = policy.envelopes.some(envelope => isExplained(envelope, request, reading.contains))
  if (isBounded && explained) return decision('allow', 'explained')
  const withheld = indexOf(policy).withholdsSurface(substrate, action)
  if (withheld) return decision('review', 'withheld')
  if (!isBounded) return decision('review', 'substrate-unbounded')
  const reviewed = policy.envelopes.some(envelope => envelopeContains(envelope, request, reading.contains))
  return reviewed ? decision('review', 'surface-review') : decision('deny', 'surface-unknown')
}

/** Evaluation with another's answers. Total: any request gets a verdict. Ignores expiry and mode, which depend on a time (`policy/expiry`). */
export const evaluateWith = (policy: DerivedPolicy, request: ActionRequest, reading: Reading): Decision => {
  const permission = indexOf(policy).permission(request.substrate, request.action)
  if (permission === undefined) return judgeSurface(policy, request, reading)
  if (request.visibility !== 'seen') {
    if (!permission.argumentsSeen)
      return { verdict: 'allow', code: 'permitted', permission: permission.id, deviations: [] }
    return { verdict: 'review', code: 'arguments-unseen', permission: permission.id, deviations: [] }
  }
  const deviations = [
    ...permission.dimensions.flatMap(dimension => judgeDimension(policy, permission, dimension, request, reading)),
    ...judgeOthers(policy, permission, request, reading),
    ...judgeUsual(policy, request, reading),
  ].sort((a, b) => RANK[a.verdict] - RANK[b.verdict])
  const worst = deviations[0]
  return {
    verdict: worst?.verdict ?? 'allow',
    code: worst?.code ?? 'permitted',
    permission: permission.id,
    deviations: deviations.map(({ dimension, code, observed, allowed }) => ({ dimension, code, observed, allowed })),
  }
}

/** What the policy says of a request in its context. */
export const evaluate = (policy: DerivedPolicy, request: ActionRequest, context: Context): Decision =>
  evaluateWith(policy, request, readingOf(context))
