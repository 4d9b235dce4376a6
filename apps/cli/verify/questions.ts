/**
 * Evidence of a workload → the questions that verification asks: every observation in its own context, and requests near
 * them that nobody made.
 */
import { canonicalJson } from '../../../core/model/canonical.ts'
import type { Context } from '../../../core/model/context.ts'
import type { Observation, Outcome as ObservedOutcome } from '../../../core/model/observation.ts'
import type { DerivedPolicy } from '../../../core/model/policy.ts'
import type { ActionRequest } from '../../../core/model/request.ts'
import type { Decision } from '../../../core/model/verdict.ts'
import type { WorkloadEvidence } from '../../../core/model/workload-evidence.ts'
import { replay } from '../../../core/pipeline.ts'
import { evaluate } from '../../../core/policy/evaluate.ts'
import { mutate } from './mutate.ts'

export interface Question {
  readonly request: ActionRequest
  readonly context: Context
  /** What the policy says, by the reference semantics. */
  readonly decision: Decision
  /** How often the evidence holds it; 0 for a request that nobody made. */
  readonly observed: number
}

/** Distinct requests of one surface that are varied; more of the same teach nothing new. */
const VARIED = 40

const requestOf = ({ substrate, action, values, visibility }: Observation): ActionRequest => ({
  substrate,
  action,
  values,
  visibility,
})

/** What an authorization refused is not evidence of need: denying it again is right. */
const isNeed = (outcome: ObservedOutcome): boolean => outcome !== 'denied'

/**
 * In the order of the evidence. Only calls of tools depend on their session: the same request of another substrate is one
 * question, however often it was seen.
 */
export const questionsOf = (policy: DerivedPolicy, evidence: WorkloadEvidence): readonly Question[] => {
  const asked = new Map<string, Question>()
  const varied = new Map<string, number>()
  const add = (key: string, request: ActionRequest, context: Context, observed: number): boolean => {
    const known = asked.get(key)
    const decision = known?.decision ?? evaluate(policy, request, context)
    asked.set(key, { request, context, decision, observed: (known?.observed ?? 0) + observed })
    return known === undefined
  }
  let serial = 0
  for (const { observation, context } of replay(evidence, 'all')) {
    const request = requestOf(observation)
    const body = canonicalJson(request)
    const isNew = add(
      observation.substrate === 'tool' ? `${serial++}` : body,
      request,
      context,
      isNeed(observation.outcome) ? 1 : 0,
    )
    const surface = `${request.substrate}/${request.action}`
    const count = varied.get(surface) ?? 0
    if (!isNew || count >= VARIED) continue
    varied.set(surface, count + 1)
    for (const other of mutate(request)) {
      const key = `mutated ${canonicalJson(other)}`
      if (!asked.has(key)) add(key, other, context, 0)
    }
  }
  return [...asked.values()]
}
