/**
 * Evidence × policy → one judgement per observation, each in its own context: what had ended in the session before the call
 * began, whatever the verdicts were.
 */
import type { ContextScope, Judgement } from '../model/judgement.ts'
import type { Micros } from '../model/observation.ts'
import type { DerivedPolicy } from '../model/policy.ts'
import type { Decision } from '../model/verdict.ts'
import { workloadKey } from '../model/workload.ts'
import type { WorkloadEvidence } from '../model/workload-evidence.ts'
import { expiredDecision } from '../policy/expiry.ts'
import { emptyContext, isApproved, step } from '../policy/step.ts'
import { compile } from './compile.ts'
import { replay } from './replay.ts'

export interface JudgeOptions {
  readonly context: ContextScope
  /** Judge as of this time (expiry counts); null: as if always valid. */
  readonly at: Micros | null
}

const NO_POLICY: Decision = { verdict: 'deny', code: 'no-policy', permission: null, deviations: [] }
const NOTHING_APPROVED = emptyContext({ request: false, results: false })

/** Sorted by session, start time and order of arrival. Evidence of no session comes first, without context. */
export const judge = (
  policy: DerivedPolicy | null,
  evidence: WorkloadEvidence,
  options: JudgeOptions,
): readonly Judgement[] => {
  const decide = policy === null ? null : compile(policy)
  const expired = policy === null || options.at === null ? null : expiredDecision(policy, options.at / 1000)
  const judgements: Judgement[] = []
  let current: string | null = null
  let approvals = NOTHING_APPROVED
  for (const { session, index, observation, context } of replay(evidence, options.context)) {
    if (session !== current) approvals = NOTHING_APPROVED
    current = session
    const decision = decide === null ? NO_POLICY : (expired ?? decide(observation, context))
    const prompt = decision.verdict === 'review' && !isApproved(approvals, observation, decision)
    if (decision.verdict === 'review') approvals = step(approvals, { kind: 'reviewed', request: observation, decision })
    judgements.push({
      workload: workloadKey(observation.workload),
      session,
      index,
      start: observation.start,
      substrate: observation.substrate,
      action: observation.action,
      verdict: decision.verdict,
      code: decision.code,
      permission: decision.permission,
      deviation: decision.deviations[0] ?? null,
      prompt,
    })
  }
  return judgements
}
