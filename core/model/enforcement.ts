/** What an enforcement point does with a verdict. The mode changes the effect, never the verdict. */
import type { Decision } from './verdict.ts'

/** `observe`: everything runs, nothing is asked. `alert-only`: everything runs, deviations are flagged. `enforce`. */
export const MODES = ['observe', 'alert-only', 'enforce'] as const
export type Mode = (typeof MODES)[number]

/** What becomes of the call: `hold` waits for a person, and is refused when none answers in time. */
export type Effect = 'run' | 'hold' | 'refuse'

/** Why the effect is what it is. Text is rendered elsewhere, once. */
export const EFFECT_REASONS = {
  verdict: 'the verdict, enforced',
  observe: 'the mode is observe: nothing is enforced',
  'alert-only': 'the mode is alert-only: it runs, and is flagged',
  exception: 'a time-boxed exception covers it',
  approved: 'a person approved the same in this session',
  triggered: 'what the permission rests on has changed since it was derived: a person decides',
} as const
export type EffectReason = keyof typeof EFFECT_REASONS

export interface Ruling {
  /** What the policy says, whatever the mode. */
  readonly decision: Decision
  readonly mode: Mode
  readonly effect: Effect
  readonly because: EffectReason
  /** Id of the exception that covers it. */
  readonly exception: string | null
  /** Digest of the policy that was asked; null where there was none that could be read. */
  readonly policy: string | null
}
