/**
 * Calls that wait for a person. Each is answered once: by somebody who may, by time running out, or by the caller giving up.
 * Bounded: what cannot be held any more is refused at once, and says so.
 */
import type { Identity } from '../../core/model/receipt.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Decision } from '../../core/model/verdict.ts'

export interface HeldCall {
  readonly call: string
  readonly workload: string
  readonly session: string | null
  readonly identity: Identity
  readonly request: ActionRequest
  readonly decision: Decision
  /** What changed since the policy was derived, in words; null where that is not the question. */
  readonly triggered: string | null
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly until: number
}

export type Channel = 'cli' | 'http' | 'elicitation' | 'none'

export interface Answer {
  readonly answer: 'approved' | 'refused' | 'timed-out' | 'cancelled'
  /** Who, as they were authenticated; null: nobody answered. */
  readonly by: string | null
  readonly channel: Channel
  readonly reason: string | null
}

export interface GivenAnswer extends Answer {
  readonly answer: 'approved' | 'refused'
}

/** `own`: whoever asks cannot also answer. */
export type Accepted = 'accepted' | 'unknown' | 'own'

export interface Approvals {
  /** Resolves with the one answer; never rejects. */
  hold(held: HeldCall, signal?: AbortSignal): Promise<Answer>
  /** Oldest first. */
  list(): readonly HeldCall[]
  answer(call: string, given: GivenAnswer): Accepted
  /** Everything that is held is cancelled: the enforcement point ends. */
  close(): void
}

export interface ApprovalLimits {
  /** Milliseconds until a held call is refused. */
  readonly timeout: number
  /** Calls held at once, in all and for one session. */
  readonly held: number
  readonly perSession: number
}

interface Waiting {
  readonly held: HeldCall
  readonly end: (answer: Answer) => void
}

const nobody = (answer: Answer['answer'], reason: string | null): Answer => ({
  answer,
  by: null,
  channel: 'none',
  reason,
})

export const createApprovals = (limits: ApprovalLimits): Approvals => {
  const waiting = new Map<string, Waiting>()

  const countOf = ({ workload, session }: HeldCall): number =>
    [...waiting.values()].filter(({ held }) => held.workload === workload && held.session === session).length

  return {
    hold: (held, signal) => {
      if (signal?.aborted === true) return Promise.resolve(nobody('cancelled', null))
      if (waiting.size >= limits.held || countOf(held) >= limits.perSession) {
        return Promise.resolve(nobody('refused', 'more calls are held than anybody can answer'))
      }
      return new Promise(resolve => {
        const end = (answer: Answer): void => {
          if (!waiting.delete(held.call)) return
          clearTimeout(timer)
          signal?.removeEventListener('abort', abort)
          resolve(answer)
        }
        const abort = (): void => end(nobody('cancelled', null))
        const timer = setTimeout(() => end(nobody('timed-out', null)), Math.max(0, held.until - held.since))
        signal?.addEventListener('abort', abort, { once: true })
        waiting.set(held.call, { held, end })
      })
    },
    list: () => [...waiting.values()].map(({ held }) => held),
    answer: (call, given) => {
      const found = waiting.get(call)
      if (found === undefined) return 'unknown'
      // INVARIANT: who asks does not answer. Over elicitation the person behind the client does, where that is switched on.
      const isOwn = given.by !== null && given.by === found.held.identity.subject && given.channel !== 'elicitation'
      if (isOwn && given.answer === 'approved') return 'own'
      found.end(given)
      return 'accepted'
    },
    close: () => {
      for (const { end } of [...waiting.values()]) end(nobody('cancelled', 'the enforcement point ends'))
    },
  }
}
