/** A recorded decision × the policy that it pins → whether it is what the policy says of the recorded call, and its effect what the mode makes of it. */
import type { DerivedPolicy } from '../model/policy.ts'
import type { Receipt, ReceiptEvent } from '../model/receipt.ts'
import type { Decision } from '../model/verdict.ts'
import { expiredDecision } from '../policy/expiry.ts'
import { recompute, sameDecision, type UnknownReason } from './recompute.ts'
import { rule } from './rule.ts'

type DecisionEvent = Extract<ReceiptEvent, { kind: 'decision' }>

export type Audited =
  | { readonly kind: 'same' }
  /** `expected`: what it should be; null where no policy was in force, so that it can only be a denial that says so. */
  | { readonly kind: 'differs'; readonly expected: Decision | null }
  /** The decision may be right, and what became of the call is not what it makes of it. */
  | { readonly kind: 'effect-differs' }
  | { readonly kind: 'unknown'; readonly reason: UnknownReason; readonly dimension: string | null }

/** A decision was made before its record was: by no more than this, unless the enforcement point stood still. */
const GRACE = 60_000

const WITHOUT_POLICY: readonly string[] = ['no-policy', 'policy-unreadable']

const effectFits = ({ decision, mode, effect, because, exception }: DecisionEvent): boolean => {
  if (because === 'exception') return effect === 'run' && exception !== null && decision.verdict !== 'allow'
  const [approved, triggered] = [because === 'approved', because === 'triggered']
  const ruled = rule({ decision, mode, exception: null, approved, triggered, policy: null })
  return ruled.effect === effect && ruled.because === because && exception === null
}

const decided = (
  event: DecisionEvent,
  policy: DerivedPolicy,
  at: number,
  digest: ((text: string) => string) | null,
): Audited => {
  const { decision } = event
  const byThen = expiredDecision(policy, at)
  if (decision.code === 'expired' || expiredDecision(policy, at - GRACE) !== null) {
    const isRight = byThen !== null && sameDecision(decision, byThen)
    return isRight ? { kind: 'same' } : { kind: 'differs', expected: byThen }
  }
  const again = recompute(policy, event.request, digest)
  if (!again.known) return { kind: 'unknown', reason: again.reason, dimension: again.dimension }
  return sameDecision(decision, again.decision) ? { kind: 'same' } : { kind: 'differs', expected: again.decision }
}

/**
 * `policy`: the one whose digest the receipt has; null where it has none. `digest`: the keyed digest of the log, or null where the
 * key is not at hand.
 */
export const auditDecision = (
  event: DecisionEvent,
  { time, policy: pinned }: Pick<Receipt, 'time' | 'policy'>,
  policy: DerivedPolicy | null,
  digest: ((text: string) => string) | null,
): Audited => {
  if (!effectFits(event)) return { kind: 'effect-differs' }
  if (pinned !== null && policy !== null) return decided(event, policy, Date.parse(time), digest)
  const { verdict, code, permission, deviations } = event.decision
  const isRight = verdict === 'deny' && WITHOUT_POLICY.includes(code) && permission === null && deviations.length === 0
  return isRight ? { kind: 'same' } : { kind: 'differs', expected: null }
}
