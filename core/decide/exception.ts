/**
 * Exceptions × a decision → the exception that covers it, if one does. An exception widens as little as it says: at its time,
 * for its workload and session, on its surfaces, and every deviation that the policy found must lie in what it allows.
 *
 * INVARIANT: nothing outside an exception's scope is ruled differently because the exception exists. Without a policy that can be
 * read and is in force there is nothing to widen, and no exception covers anything.
 */
import type { Exception, ExceptionScope } from '../model/exception.ts'
import type { Micros } from '../model/observation.ts'
import type { ActionRequest } from '../model/request.ts'
import { microsOfRfc3339 } from '../model/rfc3339.ts'
import type { Scalar } from '../model/scalar.ts'
import type { Decision, Deviation, VerdictCode } from '../model/verdict.ts'
import { contains } from '../policy/contains.ts'
import { SECRET_MASK } from '../policy/evaluate.ts'
import { NO_CONTEXT } from '../policy/step.ts'

/** No exception from these: they say that there is no policy, not that a call is outside of one. */
const NO_POLICY: readonly VerdictCode[] = ['no-policy', 'policy-unreadable', 'expired']

/** From `start` on, until before `end`; a time that cannot be read is never in force. */
export const isInForce = ({ start, end }: Pick<Exception, 'start' | 'end'>, at: Micros): boolean => {
  const [from, until] = [microsOfRfc3339(start), microsOfRfc3339(end)]
  return from !== null && until !== null && at >= from && at < until
}

const valuesOf = (request: ActionRequest, dimension: string): readonly Scalar[] =>
  request.values.flatMap(entry => (entry.dimension === dimension ? [entry.value] : []))

/**
 * What an exception has to allow for the deviation to pass: the value that deviated; every value of the dimension where the
 * deviation does not tell which one (a secret, or a measure of a value); `null` where the dimension is missing.
 */
const deviating = (request: ActionRequest, { dimension, code, observed }: Deviation): readonly Scalar[] => {
  if (code !== 'unusual' && observed !== SECRET_MASK) return [observed]
  const values = valuesOf(request, dimension)
  return values.length === 0 ? [observed] : values
}

const allows = (scope: ExceptionScope, dimension: string, values: readonly Scalar[]): boolean =>
  scope.dimensions?.some(
    entry => entry.dimension === dimension && values.every(value => contains(entry.allow, value, NO_CONTEXT)),
  ) ?? true

const coversDecision = (scope: ExceptionScope, request: ActionRequest, decision: Decision): boolean => {
  if (scope.dimensions === null) return true
  if (decision.deviations.length > 0)
    return decision.deviations.every(deviation => allows(scope, deviation.dimension, deviating(request, deviation)))
  // The surface itself deviates: no permission vouches for any argument, so the exception must for all of them.
  return (
    request.visibility === 'seen' && request.values.every(({ dimension, value }) => allows(scope, dimension, [value]))
  )
}

/**
 * The first of the exceptions that covers the decision whole, or null. `at` in microseconds, `workload` as `namespace/name`.
 * What the policy allows anyway needs none.
 */
export const coveringException = (
  exceptions: readonly Exception[],
  at: Micros,
  workload: string,
  session: string | null,
  request: ActionRequest,
  decision: Decision,
): Exception | null => {
  if (decision.verdict === 'allow' || NO_POLICY.includes(decision.code)) return null
  const covers = ({ scope, ...exception }: Exception): boolean =>
    exception.workload === workload &&
    scope.substrate === request.substrate &&
    (scope.actions === null || scope.actions.includes(request.action)) &&
    (scope.session === null || scope.session === session) &&
    isInForce(exception, at) &&
    coversDecision(scope, request, decision)
  return exceptions.find(covers) ?? null
}
