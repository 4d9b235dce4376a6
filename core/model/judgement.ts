/** What a policy says of one recorded observation: one line of `ambit evaluate --format jsonl`. */
import type { Micros } from './observation.ts'
import type { Substrate } from './substrate.ts'
import type { Deviation, Verdict, VerdictCode } from './verdict.ts'

export interface Judgement {
  /** `namespace/name`. */
  readonly workload: string
  readonly session: string | null
  /** 0-based among the session's observations of this substrate, by start time, then order of arrival. */
  readonly index: number
  /** For sorting across workloads that share a session. */
  readonly start: Micros
  readonly substrate: Substrate
  readonly action: string
  readonly verdict: Verdict
  readonly code: VerdictCode
  readonly permission: string | null
  /** The worst one. */
  readonly deviation: Deviation | null
  /** Whether a person would be asked: a `review` that no approval earlier in the session would have covered. */
  readonly prompt: boolean
}

/** What of a session's context the decision may see: request and results, one of them, or the call alone. */
export const CONTEXT_SCOPES = ['all', 'results', 'request', 'none'] as const
export type ContextScope = (typeof CONTEXT_SCOPES)[number]
