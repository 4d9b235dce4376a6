/**
 * Calls that wait for a person, for callers that do not wait with them: AuthZEN answers at once, with `false` and an id; what
 * became of the call is asked for later by that id. Bounded: settled ones are forgotten first, by age.
 */
import type { Answered } from '../../io/enforce/enforcer.ts'

export type ReviewState = 'pending' | 'approved' | 'refused' | 'timed-out' | 'cancelled'

export interface Review {
  readonly call: string
  readonly workload: string
  /** The caller that asked, as its token names it. */
  readonly subject: string
  /** What was said of it when it was held. */
  readonly explained: Readonly<Record<string, unknown>>
  readonly state: ReviewState
  /** Whether the call may go forward; false while it is pending. */
  readonly decision: boolean
  /** Why a person decided so, or why it does not run although one approved. */
  readonly reason: string | null
  /** Milliseconds since the epoch: when nobody’s answer counts any more. */
  readonly until: number
}

export interface Reviews {
  /** The same question of the same caller, while it is pending. */
  pending(question: string): Review | null
  add(review: Omit<Review, 'state' | 'decision' | 'reason'>, question: string, outcome: Promise<Answered>): Review
  get(call: string): Review | null
  /** Resolves when it is settled, or after that many milliseconds. */
  settled(call: string, milliseconds: number): Promise<Review | null>
}

interface Entry {
  review: Review
  readonly done: Promise<void>
}

export const createReviews = (kept: number): Reviews => {
  const entries = new Map<string, Entry>()
  const questions = new Map<string, string>()

  const trim = (): void => {
    for (const [call, { review }] of entries) {
      if (entries.size <= kept) return
      // What is pending is bounded by the approvals themselves.
      if (review.state !== 'pending') entries.delete(call)
    }
  }
  const get = (call: string): Review | null => entries.get(call)?.review ?? null

  return {
    get,
    pending: question => {
      const call = questions.get(question)
      return call === undefined ? null : get(call)
    },
    add: (fields, question, outcome) => {
      const settle = (state: ReviewState, decision: boolean, reason: string | null): void => {
        questions.delete(question)
        entry.review = { ...entry.review, state, decision, reason }
      }
      const entry: Entry = {
        review: { ...fields, state: 'pending', decision: false, reason: null },
        done: outcome.then(
          ({ run, answer, reason }) => settle(answer ?? 'cancelled', run, reason),
          () => settle('cancelled', false, 'it could not be decided'),
        ),
      }
      entries.set(fields.call, entry)
      questions.set(question, fields.call)
      trim()
      return entry.review
    },
    settled: async (call, milliseconds) => {
      const entry = entries.get(call)
      if (entry === undefined) return null
      let timer: NodeJS.Timeout | undefined
      await Promise.race([
        entry.done,
        new Promise<void>(resolve => {
          timer = setTimeout(resolve, milliseconds)
        }),
      ])
      clearTimeout(timer)
      return entry.review
    },
  }
}
