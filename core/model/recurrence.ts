/** A soft violation that came back more than N times, by more than M witnesses: a reason to look at the policy again. */
import type { Scalar } from './scalar.ts'
import type { Substrate } from './substrate.ts'
import type { VerdictCode } from './verdict.ts'

export interface Recurrence {
  readonly substrate: Substrate
  readonly action: string
  /** Null: the surface itself. */
  readonly dimension: string | null
  /** Null where the surface, a missing dimension or a measure is meant; masked where it is secret. */
  readonly value: Scalar
  readonly code: VerdictCode
  /** Times, each witness adding at most the cap. */
  readonly count: number
  readonly witnesses: number
  /** Kinds of task among them, a witness whose request was not seen being one of its own. */
  readonly tasks: number
  /** Of the witnesses, those that had read a text that names it; null: not seen. */
  readonly named: number | null
  /** RFC 3339. Null where no time was recorded. */
  readonly firstSeen: string | null
  readonly lastSeen: string | null
}
