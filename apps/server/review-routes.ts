/** Held calls over HTTP: what became of mine, which ones wait for me, and my answer. */
import { z } from 'zod'
import { covers } from '../../core/model/workload-pattern.ts'
import type { Enforcer } from '../../io/enforce/enforcer.ts'
import type { Grant } from '../../io/tokens/grant.ts'
import { explainRuling } from './explain.ts'
import { got, type Result, refuse } from './refusal.ts'
import type { Review, Reviews } from './reviews.ts'
import { firstIssue } from './sarc-schema.ts'

/** Longest time, in seconds, that one question about a held call waits for its answer. */
const MAX_WAIT = 20

const NOT_FOUND = refuse(404, 'no such call, or it is not yours to see')

const answerSchema = z.object(
  { answer: z.enum(['approved', 'refused']), reason: z.string().max(2_000).nullable().default(null) },
  'is not an object',
)

type Shown = Readonly<Record<string, unknown>>

const shown = ({ call, workload, state, decision, reason, until }: Review): Shown => ({
  call,
  workload,
  state,
  decision,
  reason,
  until: new Date(until).toISOString(),
})

/** `wait`: seconds to wait for an answer. Whoever asked, and whoever may approve, sees it. */
export const readReview = async (
  reviews: Reviews,
  grant: Grant,
  call: string,
  wait: string | null,
): Promise<Result<Shown>> => {
  const review = reviews.get(call)
  if (review === null) return NOT_FOUND
  const isSeen = review.subject === grant.subject || covers(grant.approve, review.workload)
  if (!isSeen) return NOT_FOUND
  const seconds = wait !== null && /^\d{1,3}$/.test(wait) ? Math.min(Number(wait), MAX_WAIT) : 0
  const settled = seconds === 0 ? review : await reviews.settled(call, seconds * 1_000)
  return settled === null ? NOT_FOUND : got(shown(settled))
}

/** Held calls of workloads that the caller may approve for, oldest first. */
export const listHeld = ({ approvals }: Enforcer, grant: Grant): Shown => ({
  calls: approvals
    .list()
    .filter(({ workload }) => covers(grant.approve, workload))
    .map(({ call, workload, session, identity, request, decision, since, until }) => ({
      call,
      workload,
      session,
      identity,
      surface: `${request.substrate}/${request.action}`,
      ...explainRuling({
        decision,
        mode: 'enforce',
        effect: 'hold',
        because: 'verdict',
        exception: null,
        policy: null,
      }),
      since: new Date(since).toISOString(),
      until: new Date(until).toISOString(),
    })),
})

export const answerReview = ({ approvals }: Enforcer, grant: Grant, call: string, body: unknown): Result<Shown> => {
  const held = approvals.list().find(candidate => candidate.call === call)
  if (held === undefined || !covers(grant.approve, held.workload)) return NOT_FOUND
  const read = answerSchema.safeParse(body)
  if (!read.success) return refuse(400, firstIssue(read.error, 'the answer'))
  const { answer, reason } = read.data
  const accepted = approvals.answer(call, { answer, reason, by: grant.subject, channel: 'http' })
  if (accepted === 'own') return refuse(403, 'who asks does not approve')
  return accepted === 'accepted' ? got({ call, answer }) : NOT_FOUND
}
