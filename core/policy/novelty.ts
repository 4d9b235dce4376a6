/**
 * Whether a value would be news to someone who knows the constraint: a member of a set is one thing more that was seen, another
 * file in a permitted directory is not. Coverage counts news.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Scalar } from '../model/scalar.ts'
import { contains } from './contains.ts'
import { NO_CONTEXT } from './step.ts'

const inEnvelope = (constraint: Constraint, value: Scalar): boolean => {
  if (constraint.kind === 'anyOf') return constraint.of.some(part => inEnvelope(part, value))
  return constraint.kind !== 'set' && contains(constraint, value, NO_CONTEXT)
}

export const isNews = (allow: Constraint, value: Scalar): boolean => !inEnvelope(allow, value)
