/**
 * What evaluation asks about a value and its session. Live, a context answers; for a decision that is computed again, its
 * record does, which may hold answers without the values.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Context } from '../model/context.ts'
import type { ActionRequest } from '../model/request.ts'
import type { Scalar } from '../model/scalar.ts'
import type { UsualBound } from '../model/usual.ts'
import { contains } from './contains.ts'
import { type Measured, measure } from './usual.ts'

export interface Reading {
  readonly contains: (constraint: Constraint, value: Scalar) => boolean
  /** Whether this part of the session was seen when the value was judged. */
  readonly sees: (part: 'request' | 'results', value: Scalar) => boolean
  readonly measure: (bound: UsualBound, request: ActionRequest) => Measured
}

export const readingOf = (context: Context): Reading => ({
  contains: (constraint, value) => contains(constraint, value, context),
  sees: part => (part === 'request' ? context.request !== null : context.fields !== null && context.prose !== null),
  measure: (bound, request) => measure(bound, request, context.tempo),
})
