/**
 * `ambit propose`: the policy in force and all evidence since → what deriving again would give, as a proposal. What allows more
 * waits for a person (`ambit accept`); what only narrows may be put in place at once.
 */

import { join } from 'node:path'
import type { Noted } from '../../core/model/alert.ts'
import { identitiesOf } from '../../core/model/decisions.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { Profile } from '../../core/model/profile.ts'
import { microsOfRfc3339, rfc3339 } from '../../core/model/rfc3339.ts'
import { workloadKey } from '../../core/model/workload.ts'
import type { WorkloadEvidence } from '../../core/model/workload-evidence.ts'
import { derivePolicy, notedOf, profileOf, recurrencesOf } from '../../core/pipeline.ts'
import { type Proposal, proposalOf } from '../../core/policy/proposal.ts'
import { jsonText } from '../../io/json-text.ts'
import { workloadFolder } from '../../io/output/folder-name.ts'
import { writeTree } from '../../io/output/write-tree.ts'
import { loadPolicy } from '../../io/policy-file/load-policies.ts'
import { writePolicy } from '../../io/policy-file/write-policy.ts'
import type { Problem } from '../../io/problem.ts'
import { collectEvidence, EMPTY, isEmpty } from './evidence.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { withoutMarked } from './marked-evidence.ts'
import { paletteFor } from './palette.ts'
import { showProblems, showWarnings } from './problems.ts'
import { readJudgements } from './read-judgements.ts'
import { proposalText } from './render/proposal.ts'
import { policyFile, replacePolicy } from './replace-policy.ts'
import { printable } from './terminal.ts'

export interface ProposeOptions {
  /** The policy in force: the file itself where it is to be replaced. */
  readonly policy: string
  readonly evidence: readonly string[]
  /** What `ambit evaluate --format jsonl` wrote; null: evidence is judged here. */
  readonly judgements: string | null
  readonly marks: string | null
  /** Where the proposal is written; null: it is only shown. */
  readonly out: string | null
  readonly apply: boolean
  readonly format: 'text' | 'json'
}

const show = (proposal: Proposal, { format }: ProposeOptions, io: Io): void => {
  io.stdout.write(format === 'json' ? `${jsonText(proposal, 2)}\n` : proposalText(proposal, paletteFor(io.color)))
}

/** What came after the window that the policy rests on. */
const since = (noted: readonly Noted[], { coverage }: DerivedPolicy): readonly Noted[] => {
  const last = microsOfRfc3339(coverage.window.last) ?? Number.NEGATIVE_INFINITY
  return noted.filter(({ at }) => at > last)
}

const witnessesOf = ({ surfaces }: Profile, substrate: string): number =>
  new Set([...surfaces.values()].flatMap(one => (one.substrate === substrate ? [...one.witnesses.keys()] : []))).size

/**
 * Without the evidence that the policy rests on, deriving again forgets what it allowed: a witness that was there is not. `whole`:
 * before a reviewer's marks, which take witnesses away with good reason.
 */
const partialWarning = ({ coverage }: DerivedPolicy, whole: Profile): readonly Problem[] => {
  const begins = microsOfRfc3339(coverage.window.first) ?? Number.NEGATIVE_INFINITY
  const lost = coverage.substrates.filter(({ substrate, witnesses }) => witnessesOf(whole, substrate) < witnesses)
  if (lost.length === 0 && whole.first !== null && whole.first <= begins) return []
  const fewer = lost.map(({ substrate }) => `, fewer witnesses on \`${substrate}\``).join('')
  const what = `the evidence is not all that the policy rests on: it begins at \`${rfc3339(whole.first ?? 0)}\`, the policy’s at \`${coverage.window.first}\`${fewer}`
  const help = 'add the evidence that the policy was derived from, or what only it showed is lost'
  return [{ code: 'evidence-partial', what, where: '--evidence', help }]
}

const writeProposal = async (root: string, proposal: Proposal, next: DerivedPolicy) => {
  const folder = workloadFolder(next.workload)
  const files = [
    { path: [...folder, 'policy.yaml'], content: writePolicy(next) },
    { path: [...folder, 'proposal.json'], content: `${jsonText(proposal, 2)}\n` },
  ]
  return writeTree(root, files, [], [])
}

const fromEvidence = async (
  policy: DerivedPolicy,
  evidence: WorkloadEvidence,
  next: DerivedPolicy,
  partial: readonly Problem[],
  options: ProposeOptions,
  io: Io,
): Promise<ExitCode> => {
  const recurring = recurrencesOf(policy, since(notedOf(policy, evidence, 'all'), policy))
  const proposal = proposalOf(policy, next, recurring)
  show(proposal, options, io)
  showWarnings(io, partial)
  if (options.out !== null) {
    const written = await writeProposal(options.out, proposal, next)
    if (!written.ok) {
      showProblems(io, written.problems)
      return EXIT.usage
    }
    io.stderr.write(`${printable(join(options.out, ...workloadFolder(next.workload)))}\n`)
  }
  // INVARIANT (law 9): only what allows nothing more is put in place without a person, and nothing is narrowed by forgetting.
  if (options.apply && proposal.approval === 'automatic' && partial.length === 0) {
    const replaced = await replacePolicy(await policyFile(options.policy), next)
    if (!replaced.ok) {
      showProblems(io, replaced.problems)
      return EXIT.usage
    }
  }
  return proposal.approval === 'needed' ? EXIT.no : EXIT.done
}

const fromJudgements = async (
  policy: DerivedPolicy,
  options: ProposeOptions,
  file: string,
  io: Io,
): Promise<ExitCode> => {
  const judged = await readJudgements(file, workloadKey(policy.workload))
  if (!judged.ok) {
    showProblems(io, judged.problems)
    return EXIT.usage
  }
  show(proposalOf(policy, null, recurrencesOf(policy, judged.value)), options, io)
  return EXIT.done
}

export const proposeCommand = async (options: ProposeOptions, io: Io): Promise<ExitCode> => {
  const policy = await loadPolicy(options.policy)
  if (!policy.ok) {
    showProblems(io, policy.problems)
    return EXIT.usage
  }
  if (options.judgements !== null) return fromJudgements(policy.value, options, options.judgements, io)
  const { decisions, workload } = policy.value
  const identities = identitiesOf([decisions])
  const collected = await collectEvidence(options.evidence, { source: null, identities }, io)
  const evidence = collected.ok ? await withoutMarked(collected.value, options.marks, io) : collected
  if (!evidence.ok) {
    showProblems(io, evidence.problems)
    return EXIT.usage
  }
  const own = evidence.value.workloads.get(workloadKey(workload))
  if (isEmpty(evidence.value) || own === undefined) {
    showProblems(io, [EMPTY])
    return EXIT.nothing
  }
  const next = derivePolicy(profileOf(own, evidence.value.ledger), decisions)
  const whole = collected.ok ? collected.value.workloads.get(workloadKey(workload)) : undefined
  const partial = partialWarning(policy.value, profileOf(whole ?? own, []))
  return fromEvidence(policy.value, own, next, partial, options, io)
}
