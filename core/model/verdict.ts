/** The answer to one request, and why. deny < review < allow. */
import type { Scalar } from './scalar.ts'

export type Verdict = 'allow' | 'review' | 'deny'

/** Every way a verdict can come about. Text is rendered elsewhere, once. */
export const VERDICT_CODES = {
  permitted: 'a permission contains the request',
  explained: 'no permission covers the surface, and the session itself explains every value of the call',
  'context-missing': 'a permission depends on context that this enforcement point does not have',
  'value-outside': 'a value is outside what the permission allows, inside what it lets a person decide',
  unusual: 'inside the envelope, and beyond what sessions usually do',
  'value-denied': 'a value is outside every constraint of the permission',
  'dimension-unknown': 'the request has a dimension that was never observed',
  'dimension-missing': 'a dimension that was always observed is missing',
  'arguments-unseen': 'the arguments were not recorded, so the permission cannot be checked',
  withheld: 'seen in the window, but under the confidence threshold',
  'surface-review': 'the surface was not observed, and lies inside the envelope that a person decides about',
  'surface-unknown': 'no permission covers the surface',
  'no-policy': 'there is no policy for the workload',
  'policy-unreadable': 'the policy cannot be read',
  expired: 'the policy has expired',
  'substrate-unbounded': 'the policy does not bound this substrate: there was no evidence for it',
} as const
export type VerdictCode = keyof typeof VERDICT_CODES

/** The dimension that took the request out of the permission. Secret values are never shown: their digest is. */
export interface Deviation {
  readonly dimension: string
  readonly code: VerdictCode
  readonly observed: Scalar
  /** What would have been allowed, in one line. */
  readonly allowed: string
}

export interface Decision {
  readonly verdict: Verdict
  readonly code: VerdictCode
  /** Id of the permission that matched, or of the one it deviated from; null where there is none. */
  readonly permission: string | null
  /** The worst deviation first; empty for `allow`. */
  readonly deviations: readonly Deviation[]
}
