/** A way to get from recorded sessions to verdicts; the program's own and what it is compared with have the same shape. */
import type { Verdict } from '../../core/model/verdict.ts'
import type { Session } from './sessions.ts'

export const CONTEXTS = ['all', 'results', 'request', 'none'] as const
export type Seen = (typeof CONTEXTS)[number]

export interface CallVerdict {
  readonly verdict: Verdict
  /** Whether a person would be asked: false where an approval earlier in the session covers this review. */
  readonly prompt: boolean
}

/** By session id, one per tool call, in order. */
export type Verdicts = ReadonlyMap<string, readonly CallVerdict[]>

export interface Learned {
  judge(sessions: readonly Session[], seen: Seen): Verdicts
}

export interface Way {
  readonly name: string
  /** Contexts that make a difference to it. */
  readonly contexts: readonly Seen[]
  learn(training: readonly Session[]): Learned
}
