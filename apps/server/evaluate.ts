/** One question → AuthZEN's answer: a boolean, and in its context all that the verdict knows. Never waits for a person. */
import { canonicalJson } from '../../core/model/canonical.ts'
import type { HeldCall } from '../../io/enforce/approvals.ts'
import type { Answered, Enforcer } from '../../io/enforce/enforcer.ts'
import type { PolicyChange } from '../../io/enforce/policies.ts'
import type { Grant } from '../../io/tokens/grant.ts'
import { explainRuling } from './explain.ts'
import { type Question, readQuestion } from './question.ts'
import { got, type Result } from './refusal.ts'
import type { Review, Reviews } from './reviews.ts'

/** An Access Evaluation Response. */
export interface Evaluation {
  readonly decision: boolean
  readonly context: Readonly<Record<string, unknown>>
}

export interface Deciding {
  readonly enforcer: Enforcer
  readonly reviews: Reviews
  /** Reads policies and exceptions again. `by`: who asked. */
  readonly reload: (by: string) => Promise<readonly PolicyChange[]>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Where a held call is asked about, and answered. */
export const REVIEWS_PATH = '/review/v1/calls'

const reviewOf = ({ call, state, until }: Review): Readonly<Record<string, unknown>> => ({
  state,
  call,
  poll: `${REVIEWS_PATH}/${call}`,
  until: new Date(until).toISOString(),
  approve: `POST ${REVIEWS_PATH}/${call} with {"answer": "approved"}, by a token that may approve for this workload`,
})

const said = (ignored: readonly string[]): Readonly<Record<string, unknown>> =>
  ignored.length === 0 ? {} : { ignored }

const heldEvaluation = (review: Review, ignored: readonly string[]): Evaluation => ({
  decision: false,
  context: { id: review.call, ...review.explained, review: reviewOf(review), ...said(ignored) },
})

/** The first of both: the ruling, or that the call is held. */
const ruled = (
  { enforcer }: Deciding,
  { workload, session, identity, request }: Question,
): Promise<{ readonly answered: Answered } | { readonly held: HeldCall; readonly outcome: Promise<Answered> }> =>
  new Promise((resolve, reject) => {
    const outcome: Promise<Answered> = enforcer.ask({
      workload,
      session,
      identity,
      request,
      // It may be held before `ask` returns, where nothing is written down first.
      held: held => queueMicrotask(() => resolve({ held, outcome })),
    })
    outcome.then(answered => resolve({ answered }), reject)
  })

/** Who asks the same again while it is pending is told the same, and no person is asked twice. */
const questionKey = (subject: string, { workload, session, request }: Question): string =>
  canonicalJson([subject, workload, session, request])

const askOnce = async (deciding: Deciding, grant: Grant, question: Question): Promise<Evaluation> => {
  const { enforcer, reviews } = deciding
  const { workload, session, userRequest, ignored } = question
  const key = questionKey(grant.subject, question)
  const pending = reviews.pending(key)
  if (pending !== null) return heldEvaluation(pending, ignored)
  if (session !== null) {
    // Calls of a session can be counted; what it was asked and has read is unknown until somebody who may says so.
    enforcer.open(workload, session, { request: false, results: false, calls: true }, false)
    if (userRequest !== null) enforcer.saw(workload, session, { kind: 'request', text: userRequest })
  }
  const result = await ruled(deciding, question)
  if ('held' in result) {
    const { held, outcome } = result
    const { call, until, decision } = held
    const policy = policyDigest(enforcer, workload, deciding.now())
    const ruling = { decision, mode: 'enforce', effect: 'hold', because: 'verdict', exception: null, policy } as const
    const explained = explainRuling(ruling)
    return heldEvaluation(
      reviews.add({ call, workload, subject: grant.subject, explained, until }, key, outcome),
      ignored,
    )
  }
  const { ruling, run, call, recorded, reason } = result.answered
  return {
    decision: run,
    context: {
      id: call,
      ...explainRuling(ruling),
      ...(recorded ? {} : { error: { status: 500, message: 'the decision could not be recorded, so nothing runs' } }),
      ...(reason === null ? {} : { reason }),
      ...said(ignored),
    },
  }
}

const policyDigest = (enforcer: Enforcer, workload: string, at: number): string | null => {
  const state = enforcer.policies.of(workload, at)
  return state.kind === 'policy' || state.kind === 'expired' ? state.policy.digest : null
}

/** `body`: an Access Evaluation Request. */
export const evaluateOne = async (deciding: Deciding, grant: Grant, body: unknown): Promise<Result<Evaluation>> => {
  const question = readQuestion(body, grant, deciding.now())
  return question.ok ? got(await askOnce(deciding, grant, question.value)) : question
}
