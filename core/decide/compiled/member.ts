/** What a constraint becomes: a function that says whether a value lies in it. Costs no more for a longer list. */
import type { Context } from '../../model/context.ts'
import type { Scalar } from '../../model/scalar.ts'

export type Member = (value: Scalar, context: Context) => boolean

export const ANY: Member = () => true
const NONE: Member = () => false

type OfText = (text: string) => boolean

/** A test of strings as one of values: no other value passes it. */
export const ofText =
  (test: OfText): Member =>
  value =>
    typeof value === 'string' && test(value)

/** In the order given, which is that of cost. */
export const either = (members: readonly Member[]): Member => {
  if (members.includes(ANY)) return ANY
  const [first, second, ...rest] = members
  if (first === undefined) return NONE
  if (second === undefined) return first
  if (rest.length === 0) return (value, context) => first(value, context) || second(value, context)
  const third = either(rest)
  return (value, context) => first(value, context) || second(value, context) || third(value, context)
}
