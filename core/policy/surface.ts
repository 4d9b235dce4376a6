/** Unobserved surfaces: how an action's name is read, and whether an envelope has it. */

import type { Constraint } from '../model/constraint.ts'
import type { SurfaceEnvelope } from '../model/policy.ts'
import type { ActionRequest } from '../model/request.ts'
import type { Scalar } from '../model/scalar.ts'

/** Words of a name in any of the usual spellings: `getUserInfo`, `get_user_info`, `files.list`, `Get-Item`. Lower case. */
export const wordsOf = (name: string): readonly string[] =>
  name
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word !== '')

/** Whether the envelope has the action by its name, whatever the values. */
export const namesSurface = (envelope: SurfaceEnvelope, action: string): boolean => {
  const first = wordsOf(action)[0]
  if (first !== undefined && envelope.firstWords.includes(first)) return true
  const lower = action.toLowerCase()
  return envelope.prefixes.some(prefix => lower.startsWith(prefix))
}

/** Whether the session itself explains a call on a surface that no permission covers. Never across what destroys. */
export const isExplained = (
  envelope: SurfaceEnvelope,
  request: ActionRequest,
  contains: (constraint: Constraint, value: Scalar) => boolean,
): boolean => {
  const { explained } = envelope
  if (explained === null || envelope.substrate !== request.substrate || request.visibility !== 'seen') return false
  const { every, some, except } = explained
  return (
    namesSurface(envelope, request.action) &&
    !except.includes(request.action) &&
    request.values.every(({ value }) => contains(every, value)) &&
    (some === null || request.values.some(({ value }) => contains(some, value)))
  )
}

/** Whether an unobserved surface, with these values, is for a person rather than denied. */
export const envelopeContains = (
  envelope: SurfaceEnvelope,
  request: ActionRequest,
  contains: (constraint: Constraint, value: Scalar) => boolean,
): boolean => {
  const { values } = envelope
  return (
    envelope.substrate === request.substrate &&
    namesSurface(envelope, request.action) &&
    (values === null || (request.visibility === 'seen' && request.values.every(({ value }) => contains(values, value))))
  )
}
