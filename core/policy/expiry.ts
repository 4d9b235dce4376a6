import type { DerivedPolicy } from '../model/policy.ts'
import type { Decision } from '../model/verdict.ts'

/** The decision of an expired policy, or null while it is valid. `at` in milliseconds since the epoch. */
export const expiredDecision = (policy: DerivedPolicy, at: number): Decision | null => {
  const notAfter = Date.parse(policy.validity.notAfter)
  // An unreadable time is an expired one: fail closed.
  return at <= notAfter ? null : { verdict: 'deny', code: 'expired', permission: null, deviations: [] }
}
