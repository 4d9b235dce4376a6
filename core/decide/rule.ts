/**
 * A verdict and what else holds → what becomes of the call. The mode, an exception, an approval and a trigger change the
 * effect, never the verdict.
 */
import type { EffectReason, Mode, Ruling } from '../model/enforcement.ts'
import type { Exception } from '../model/exception.ts'
import type { Decision } from '../model/verdict.ts'

export interface RuleInput {
  readonly decision: Decision
  readonly mode: Mode
  /** One that is in force and covers the decision. */
  readonly exception: Exception | null
  /** A person answered the same question in this session. */
  readonly approved: boolean
  /** What the permission rests on has changed since it was derived. */
  readonly triggered: boolean
  /** Digest of the policy that was asked; null where there was none that could be read. */
  readonly policy: string | null
}

const effectOf = ({ decision, mode, exception, approved, triggered }: RuleInput): [Ruling['effect'], EffectReason] => {
  const { verdict } = decision
  if (verdict === 'allow' && !triggered) return ['run', 'verdict']
  // What changed since may mean something else now: an exception that was written for its old meaning does not cover it.
  if (exception !== null && !triggered) return ['run', 'exception']
  if (mode !== 'enforce') return ['run', mode]
  if (verdict === 'deny') return ['refuse', 'verdict']
  // INVARIANT: an approval never lifts a denial.
  if (approved) return ['run', 'approved']
  return ['hold', triggered ? 'triggered' : 'verdict']
}

export const rule = (input: RuleInput): Ruling => {
  const [effect, because] = effectOf(input)
  const { decision, mode, exception, policy } = input
  return {
    decision,
    mode,
    effect,
    because,
    exception: because === 'exception' ? (exception?.id ?? null) : null,
    policy,
  }
}
