/**
 * Whether a loss report owns up to a disagreement between an artifact and its policy. Laws 1 and 2 allow one only where
 * a loss names it: its permission (and, if the loss is about a dimension, a dimension that the permission has or the
 * decision turned on), or, for what belongs to no permission, the action itself in backticks; what the session explained has
 * neither, since nobody has seen it.
 */
import type { Loss } from '../model/encoder.ts'
import type { DerivedPolicy } from '../model/policy.ts'
import type { ActionRequest } from '../model/request.ts'
import type { Decision } from '../model/verdict.ts'

export const excuses = (
  direction: 'widens' | 'narrows',
  losses: readonly Loss[],
  policy: DerivedPolicy,
  request: ActionRequest,
  decision: Decision,
): boolean => {
  const permission = policy.permissions.find(({ id }) => id === decision.permission)
  const dimensions = new Set([
    ...(permission?.dimensions ?? []).map(({ dimension }) => dimension),
    ...request.values.map(({ dimension }) => dimension),
    ...decision.deviations.map(({ dimension }) => dimension),
  ])
  return losses.some(loss => {
    if (!loss[direction]) return false
    if (loss.permission === null) {
      const isUnseen = decision.code === 'explained' && loss.code === 'review-as-deny'
      return isUnseen || loss.detail.includes(`\`${request.action}\``)
    }
    return loss.permission === decision.permission && (loss.dimension === null || dimensions.has(loss.dimension))
  })
}
