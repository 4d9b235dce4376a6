/** Questions, an artifact and somebody’s answers → how the laws fare, as rows with counts. */
import type { Loss } from '../../../core/model/encoder.ts'
import type { DerivedPolicy } from '../../../core/model/policy.ts'
import type { Verdict } from '../../../core/model/verdict.ts'
import { workloadKey } from '../../../core/model/workload.ts'
import { excuses } from '../../../core/pipeline.ts'
import type { VerifyRow } from '../render/verify.ts'
import type { Question } from './questions.ts'

const RANK: Readonly<Record<Verdict, number>> = { deny: 0, review: 1, allow: 2 }

interface Answered {
  readonly question: Question
  readonly verdict: Verdict
}

type Finding = 'agree' | 'narrowedAsDeclared' | 'widenedAsDeclared' | 'violations'

const violationText = ({ question: { request, decision }, verdict }: Answered): string => {
  const values = request.values.map(({ dimension, value }) => `${dimension}=${JSON.stringify(value)}`).join(' ')
  const why = `the policy says ${decision.verdict} (${decision.code})`
  return `${verdict} for ${request.substrate} ${request.action} ${values}; ${why}`
}

const tally = (
  place: Pick<VerifyRow, 'workload' | 'artifact' | 'law' | 'oracle'>,
  answers: readonly Answered[],
  weight: (question: Question) => number,
  judge: (answered: Answered) => Finding,
): VerifyRow => {
  const counts: Record<Finding, number> = { agree: 0, narrowedAsDeclared: 0, widenedAsDeclared: 0, violations: 0 }
  let note: string | null = null
  let requests = 0
  for (const answered of answers) {
    const times = weight(answered.question)
    if (times === 0) continue
    const finding = judge(answered)
    requests += times
    counts[finding] += times
    if (finding === 'violations') note ??= violationText(answered)
  }
  return { ...place, requests, ...counts, note }
}

/** Law 1 for the policy itself: what was seen, and not refused by an authorization, is not denied. */
export const checkPolicy = (policy: DerivedPolicy, questions: readonly Question[]): VerifyRow =>
  tally(
    { workload: workloadKey(policy.workload), artifact: 'policy', law: 'replay', oracle: 'reference' },
    questions.map(question => ({ question, verdict: question.decision.verdict })),
    ({ observed }) => observed,
    ({ verdict }) => (verdict === 'deny' ? 'violations' : 'agree'),
  )

/**
 * Laws 1 and 2 for one artifact as one oracle reads it. `verdicts`: one per question, in order; a null is a request that the
 * oracle has no answer for, and counts for nothing. Empty where it answers none.
 */
export const checkArtifact = (
  policy: DerivedPolicy,
  artifact: { readonly encoder: string; readonly losses: readonly Loss[] },
  oracle: string,
  questions: readonly Question[],
  verdicts: readonly (Verdict | null)[],
): readonly VerifyRow[] => {
  const place = { workload: workloadKey(policy.workload), artifact: artifact.encoder, oracle }
  const answers = questions.flatMap((question, index): readonly Answered[] => {
    const verdict = verdicts[index] ?? null
    return verdict === null ? [] : [{ question, verdict }]
  })
  if (answers.length === 0) return []
  const isExcused = (direction: 'narrows' | 'widens', { request, decision }: Question): boolean =>
    excuses(direction, artifact.losses, policy, request, decision)
  return [
    tally(
      { ...place, law: 'replay' },
      answers.filter(({ question }) => question.decision.verdict === 'allow'),
      ({ observed }) => observed,
      ({ question, verdict }) => {
        if (verdict === 'allow') return 'agree'
        return isExcused('narrows', question) ? 'narrowedAsDeclared' : 'violations'
      },
    ),
    tally(
      { ...place, law: 'no-silent-widening' },
      answers,
      ({ observed }) => Math.max(1, observed),
      ({ question, verdict }) => {
        if (RANK[verdict] <= RANK[question.decision.verdict]) return 'agree'
        return isExcused('widens', question) ? 'widenedAsDeclared' : 'violations'
      },
    ),
  ]
}
