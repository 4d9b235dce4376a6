/**
 * A judged call in its context → whether text from outside preceded it, and whether that text names what deviates. An injected
 * instruction must name what it wants; a deviation that no text names is more likely the workload's own.
 */
import type { Outside } from '../model/alert.ts'
import type { Context } from '../model/context.ts'
import type { ActionRequest } from '../model/request.ts'
import type { Scalar } from '../model/scalar.ts'
import type { Decision } from '../model/verdict.ts'
import { isPrompted } from '../policy/prompted.ts'

/** The values that deviate, as they were passed: in a decision secrets are masked. Of a surface, its name. */
const deviating = ({ action, values }: ActionRequest, { deviations }: Decision): readonly Scalar[] => {
  if (deviations.length === 0) return [action]
  const left = new Set(deviations.map(({ dimension }) => dimension))
  return values.flatMap(({ dimension, value }) => (left.has(dimension) ? [value] : []))
}

/** Null where the session's results are not seen. A call that is allowed deviates in nothing. */
export const outsideOf = (request: ActionRequest, decision: Decision, context: Context): Outside | null => {
  const { prose, fields } = context
  if (prose === null || fields === null) return null
  const isNamed = decision.verdict !== 'allow' && deviating(request, decision).some(value => isPrompted(value, context))
  if (isNamed) return 'named'
  return prose[Symbol.iterator]().next().done === true ? 'nothing-read' : 'read'
}
