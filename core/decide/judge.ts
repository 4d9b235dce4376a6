/**
 * Evidence × policy → one judgement per observation, each in its own context: what had ended in the session before the call
 * began, whatever the verdicts were.
 */
import type { UserRequest } from '../model/evidence.ts'
import type { ContextScope, Judgement } from '../model/judgement.ts'
import type { Micros, Observation } from '../model/observation.ts'
import type { DerivedPolicy } from '../model/policy.ts'
import type { Substrate } from '../model/substrate.ts'
import type { Decision } from '../model/verdict.ts'
import { workloadKey } from '../model/workload.ts'
import type { WorkloadEvidence } from '../model/workload-evidence.ts'
import { evaluate } from '../policy/evaluate.ts'
import { expiredDecision } from '../policy/expiry.ts'
import { type ContextEvent, emptyContext, isApproved, step } from '../policy/step.ts'

export interface JudgeOptions {
  readonly context: ContextScope
  /** Judge as of this time (expiry counts); null: as if always valid. */
  readonly at: Micros | null
}

interface Timed {
  readonly at: Micros
  readonly event: ContextEvent
}

const NO_POLICY: Decision = { verdict: 'deny', code: 'no-policy', permission: null, deviations: [] }

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** What the session shows over time, in the order in which it was there to be seen. */
const timeline = (observations: readonly Observation[], requests: readonly UserRequest[]): readonly Timed[] => {
  const events: Timed[] = requests.map(({ start, text }) => ({ at: start, event: { kind: 'request', text } }))
  for (const { substrate, end, result } of observations) {
    if (substrate === 'tool' && end !== null) events.push({ at: end, event: { kind: 'result', leaves: result } })
  }
  return events.sort((a, b) => a.at - b.at)
}

const judgeSession = (
  policy: DerivedPolicy | null,
  session: string | null,
  observations: readonly Observation[],
  requests: readonly UserRequest[],
  options: JudgeOptions,
): readonly Judgement[] => {
  const { context: scope } = options
  const events = session === null ? [] : timeline(observations, requests)
  let context = emptyContext({
    // A session whose request nobody recorded is one whose request is not seen, which is not an empty request.
    request: (scope === 'all' || scope === 'request') && requests.length > 0,
    results: scope === 'all' || scope === 'results',
  })
  let next = 0
  const indexes = new Map<Substrate, number>()
  return observations.map(observation => {
    for (let due = events[next]; due !== undefined && due.at <= observation.start; due = events[++next]) {
      context = step(context, due.event)
    }
    const index = indexes.get(observation.substrate) ?? 0
    indexes.set(observation.substrate, index + 1)
    const expired = policy === null || options.at === null ? null : expiredDecision(policy, options.at / 1000)
    const decision = policy === null ? NO_POLICY : (expired ?? evaluate(policy, observation, context))
    const prompt = decision.verdict === 'review' && !isApproved(context, observation, decision)
    if (decision.verdict === 'review') context = step(context, { kind: 'reviewed', request: observation, decision })
    return {
      workload: workloadKey(observation.workload),
      session,
      index,
      substrate: observation.substrate,
      action: observation.action,
      verdict: decision.verdict,
      code: decision.code,
      permission: decision.permission,
      deviation: decision.deviations[0] ?? null,
      prompt,
    }
  })
}

/** Sorted by session, start time and order of arrival. Evidence of no session comes first, without context. */
export const judge = (
  policy: DerivedPolicy | null,
  evidence: WorkloadEvidence,
  options: JudgeOptions,
): readonly Judgement[] => {
  const sessions = new Map<string | null, Observation[]>()
  for (const observation of evidence.observations) {
    const known = sessions.get(observation.session)
    if (known === undefined) sessions.set(observation.session, [observation])
    else known.push(observation)
  }
  const requests = new Map<string, UserRequest[]>()
  for (const request of evidence.requests) {
    const known = requests.get(request.session)
    if (known === undefined) requests.set(request.session, [request])
    else known.push(request)
  }
  return [...sessions]
    .sort(([a], [b]) => order(a ?? '', b ?? ''))
    .flatMap(([session, observations]) => {
      // Array.prototype.sort is stable: ties keep the order of arrival.
      const sorted = [...observations].sort((a, b) => a.start - b.start)
      return judgeSession(policy, session, sorted, session === null ? [] : (requests.get(session) ?? []), options)
    })
}
