/** A constraint → what it says by itself, and what it takes from the session: people read the two apart. */
import type { Constraint } from '../../../core/model/constraint.ts'

/** Short names of what a session can give, with what each means. */
export const SESSION_PARTS = {
  request: 'the user wrote the value in this session’s request',
  field: 'an earlier result of the session returned the value as a whole field',
  'usual field':
    'an earlier result of the session returned the value as a whole field, and that field gave it in the window',
  unprompted: 'nothing that the session has read mentions the value',
} as const
export type SessionPart = keyof typeof SESSION_PARTS

const partOf = (constraint: Constraint): SessionPart | null => {
  const { kind } = constraint
  if (kind === 'field') return constraint.from === undefined ? 'field' : 'usual field'
  return kind === 'request' || kind === 'unprompted' ? kind : null
}

export interface Split {
  /** Null: there is nothing beside what the session gives. */
  readonly fixed: Constraint | null
  readonly session: readonly SessionPart[]
}

export const split = (constraint: Constraint): Split => {
  const members = constraint.kind === 'anyOf' ? constraint.of : [constraint]
  const session = members.flatMap(member => partOf(member) ?? [])
  const [first, ...rest] = members.filter(member => partOf(member) === null)
  if (first === undefined) return { fixed: session.length > 0 ? null : constraint, session }
  return { fixed: rest.length > 0 ? { kind: 'anyOf', of: [first, ...rest] } : first, session }
}
