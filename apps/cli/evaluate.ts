/** `ambit evaluate`: policies × evidence → one verdict per observation, each in what its session had shown before it. */
import { identitiesOf } from '../../core/model/decisions.ts'
import type { ContextScope, Judgement } from '../../core/model/judgement.ts'
import type { Micros } from '../../core/model/observation.ts'
import type { WorkloadEvidence } from '../../core/model/workload-evidence.ts'
import { judge } from '../../core/pipeline.ts'
import { jsonText } from '../../io/json-text.ts'
import { type LoadedPolicies, loadPolicies } from '../../io/policy-file/load-policies.ts'
import { done, type Outcome } from '../../io/problem.ts'
import { collectEvidence, EMPTY, isEmpty } from './evidence.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { showProblems, showWarnings } from './problems.ts'
import { many } from './render/numbers.ts'
import { printable } from './terminal.ts'

export interface EvaluateOptions {
  readonly policy: string
  readonly evidence: readonly string[]
  readonly source: string | null
  readonly context: ContextScope
  readonly at: Micros | null
  readonly format: 'text' | 'jsonl'
}

/** A folder that holds no policy is an answer here, not a wrong question: no workload has one, and all is denied. */
const loadAny = async (path: string): Promise<Outcome<LoadedPolicies>> => {
  const loaded = await loadPolicies(path)
  if (loaded.ok || !loaded.problems.every(({ code }) => code === 'policy-missing')) return loaded
  return done({ policies: new Map(), isUnreadable: () => false, problems: loaded.problems })
}

const judgeWorkload = (
  { policies, isUnreadable }: LoadedPolicies,
  key: string,
  evidence: WorkloadEvidence,
  options: EvaluateOptions,
): readonly Judgement[] => {
  const policy = policies.get(key)?.policy ?? null
  const judgements = judge(policy, evidence, options)
  if (policy !== null || !isUnreadable(evidence.workload)) return judgements
  return judgements.map(judgement => ({ ...judgement, code: 'policy-unreadable' }))
}

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** By session, then start time; what is left keeps the order in which it was judged. */
const byTime = (a: Judgement, b: Judgement): number => text(a.session ?? '', b.session ?? '') || a.start - b.start

const lineOf = (judgement: Judgement): string => {
  const { start: _, ...line } = judgement
  return `${jsonText(line)}\n`
}

const BATCH = 1_000

const writeLines = (io: Io, judgements: readonly Judgement[]): void => {
  for (let from = 0; from < judgements.length; from += BATCH) {
    io.stdout.write(
      judgements
        .slice(from, from + BATCH)
        .map(lineOf)
        .join(''),
    )
  }
}

/** Per workload: how many of each verdict, and what deviated most often. */
const writeSummary = (io: Io, key: string, judgements: readonly Judgement[]): void => {
  const counts = { allow: 0, review: 0, deny: 0 }
  const reasons = new Map<string, number>()
  for (const { verdict, code, substrate, action, deviation } of judgements) {
    counts[verdict]++
    if (verdict === 'allow') continue
    const place = deviation === null ? '' : ` ${printable(deviation.dimension)}`
    const reason = `${verdict} ${code} ${substrate} ${printable(action)}${place}`
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }
  const sessions = new Set(judgements.flatMap(({ session }) => session ?? [])).size
  const of = sessions === 0 ? 'no session' : many(sessions, 'session')
  io.stdout.write(
    `${printable(key)}: ${many(judgements.length, 'observation')} of ${of}: ${counts.allow} allow, ${counts.review} review, ${counts.deny} deny\n`,
  )
  const sorted = [...reasons].sort(([a, most], [b, more]) => more - most || text(a, b))
  for (const [reason, count] of sorted.slice(0, 20)) io.stdout.write(`  ${count} × ${reason}\n`)
  if (sorted.length > 20) io.stdout.write(`  and ${sorted.length - 20} more; --format jsonl has all\n`)
}

export const evaluateCommand = async (options: EvaluateOptions, io: Io): Promise<ExitCode> => {
  const loaded = await loadAny(options.policy)
  if (!loaded.ok) {
    showProblems(io, loaded.problems)
    return EXIT.usage
  }
  showWarnings(io, loaded.value.problems)
  const identities = identitiesOf([...loaded.value.policies.values()].map(({ policy }) => policy.decisions))
  const collected = await collectEvidence(options.evidence, { source: options.source, identities }, io)
  if (!collected.ok) {
    showProblems(io, collected.problems)
    return EXIT.usage
  }
  if (isEmpty(collected.value)) {
    showProblems(io, [EMPTY])
    return EXIT.nothing
  }
  const { workloads } = collected.value
  const judged = [...workloads]
    .sort(([a], [b]) => text(a, b))
    .map(([key, evidence]) => ({ key, judgements: judgeWorkload(loaded.value, key, evidence, options) }))
  if (options.format === 'jsonl') writeLines(io, judged.flatMap(({ judgements }) => judgements).sort(byTime))
  else for (const { key, judgements } of judged) writeSummary(io, key, judgements)
  return EXIT.done
}
