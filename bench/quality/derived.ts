/** The program's own way: records → evidence → profile → derived policy → judgements, by the pipeline that the apps use. */
import { DEFAULT_DECISIONS, type Decided, type Decisions } from '../../core/model/decisions.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { SIGNAL_NAMES } from '../../core/model/usual.ts'
import type { WorkloadEvidence } from '../../core/model/workload-evidence.ts'
import { createCollector, derivePolicy, judge, profileOf } from '../../core/pipeline.ts'
import type { Session } from './sessions.ts'
import { type CallVerdict, CONTEXTS, type Learned, type Seen, type Verdicts, type Way } from './way.ts'

/** A closure mode, and what may be decided beside it. */
export const CLOSURES = ['literal', 'structural', 'explained', 'usual', 'explained-usual', 'probabilistic'] as const
/**
 * `explained`: structural, and unobserved surfaces allowed where the session explains the call; `usual`: structural, and of earlier
 * results only the usual fields; `probabilistic`: every signal, 2 sigma.
 */
export type Closure = (typeof CLOSURES)[number]

const written = <T>(value: T): Decided<T> => ({ value, by: 'written' })

const CHANGES: Readonly<Record<Closure, Partial<Decisions['closure']>>> = {
  literal: { mode: written('literal') },
  structural: { mode: written('structural') },
  explained: { mode: written('structural'), unobserved: written('explained') },
  usual: { mode: written('structural'), fields: written('usual') },
  'explained-usual': { mode: written('structural'), unobserved: written('explained'), fields: written('usual') },
  probabilistic: { mode: written('probabilistic'), sigma: written(2), signals: written(SIGNAL_NAMES) },
}

const decisionsFor = (closure: Closure): Decisions => ({
  ...DEFAULT_DECISIONS,
  closure: { ...DEFAULT_DECISIONS.closure, ...CHANGES[closure] },
})

const collect = (sessions: readonly Session[]) => {
  const collector = createCollector()
  for (const { source, items } of sessions) collector.add(source, items)
  return collector.finish()
}

/** The evidence of the one workload that a suite is. */
export const workloadOf = (sessions: readonly Session[]) => {
  const { workloads, ledger } = collect(sessions)
  const [workload, ...others] = workloads.values()
  if (others.length > 0) throw new Error('the sessions of a suite belong to more than one workload')
  return workload === undefined ? null : { workload, ledger }
}

const verdictsOf = (policy: DerivedPolicy | null, workload: WorkloadEvidence, seen: Seen): Verdicts => {
  const verdicts = new Map<string, { readonly index: number; readonly call: CallVerdict }[]>()
  for (const judgement of judge(policy, workload, { context: seen, at: null })) {
    if (judgement.substrate !== 'tool' || judgement.session === null) continue
    const calls = verdicts.get(judgement.session) ?? []
    calls.push({ index: judgement.index, call: { verdict: judgement.verdict, prompt: judgement.prompt } })
    verdicts.set(judgement.session, calls)
  }
  return new Map(
    [...verdicts].map(([session, calls]) => [session, calls.sort((a, b) => a.index - b.index).map(({ call }) => call)]),
  )
}

/** The policy of these sessions, or null where they hold no behavior. */
export const policyOf = (closure: Closure, training: readonly Session[]): DerivedPolicy | null => {
  const found = workloadOf(training)
  return found === null ? null : derivePolicy(profileOf(found.workload, found.ledger), decisionsFor(closure))
}

export const learned = (policy: DerivedPolicy | null): Learned => ({
  judge: (sessions, seen) => {
    const found = workloadOf(sessions)
    return found === null ? new Map() : verdictsOf(policy, found.workload, seen)
  },
})

/** Literal closure asks for nothing beyond the call itself: what else a decision may see makes no difference to it. */
export const derivedWay = (closure: Closure): Way => ({
  name: `ambit, ${closure}`,
  contexts: closure === 'literal' ? ['none'] : CONTEXTS,
  learn: training => learned(policyOf(closure, training)),
})
