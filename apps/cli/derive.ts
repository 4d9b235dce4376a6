/** `ambit derive`: evidence + decisions → for each workload a policy, its review, and what enforces it, in a folder. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DEFAULT_DECISIONS, type Decisions } from '../../core/model/decisions.ts'
import type { Artifact } from '../../core/model/encoder.ts'
import type { Ledger } from '../../core/model/ledger.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { Profile } from '../../core/model/profile.ts'
import type { WhatIf } from '../../core/model/what-if.ts'
import { workloadKey } from '../../core/model/workload.ts'
import type { Evidence, WorkloadEvidence } from '../../core/model/workload-evidence.ts'
import { CLOSURE_RULES, derivePolicy, encodeAll, profileOf, whatIfDecided } from '../../core/pipeline.ts'
import { readDecisions } from '../../io/decisions/read-decisions.ts'
import { jsonText } from '../../io/json-text.ts'
import { workloadFolder } from '../../io/output/folder-name.ts'
import { writeWorkload } from '../../io/output/write-workload.ts'
import { writePolicy } from '../../io/policy-file/write-policy.ts'
import { done, failed, type Outcome, type Problem } from '../../io/problem.ts'
import { suggest } from '../../io/yaml/suggest.ts'
import { collectEvidence, EMPTY, isEmpty } from './evidence.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { withoutMarked } from './marked-evidence.ts'
import { showProblems } from './problems.ts'
import { createProgress } from './progress.ts'
import { many, percent } from './render/numbers.ts'
import { renderReview } from './render/review.ts'
import { reviewJson } from './render/review-json.ts'
import { WHAT_IF_PICTURE, whatIfText } from './render/what-if.ts'
import { whatIfPicture } from './render/what-if-chart.ts'
import { printable } from './terminal.ts'

export interface DeriveOptions {
  readonly evidence: readonly string[]
  /** Path of `ambit.yaml`; null: everything defaulted. */
  readonly decisions: string | null
  /** `namespace/name`; null: every workload. */
  readonly workload: string | null
  readonly source: string | null
  /** Path of a reviewer's `marks.yaml`; null: nothing is marked. */
  readonly marks: string | null
  readonly out: string
  /** Whether to derive under other decisions too, and show what they would give. */
  readonly whatIf: boolean
  readonly format: 'text' | 'json'
}

interface Derived {
  /** Null: nobody asked. */
  readonly whatIf: WhatIf | null
  readonly policy: DerivedPolicy
  /** Of the sources that saw the workload. */
  readonly ledger: Ledger
  readonly artifacts: readonly Artifact[]
  readonly folder: string
  readonly removed: readonly string[]
}

const loadDecisions = async (file: string | null): Promise<Outcome<Decisions>> => {
  if (file === null) return done(DEFAULT_DECISIONS)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return failed({ code: 'file-unreadable', what: `cannot be read: ${why}`, where: file, help: null })
  }
  return readDecisions(
    text,
    file,
    CLOSURE_RULES.map(({ id }) => id),
  )
}

/** In the order of the names; `usage` where a workload was asked for that has no evidence. */
const chosen = ({ workloads }: Evidence, wanted: string | null): Outcome<readonly WorkloadEvidence[]> => {
  const keys = [...workloads.keys()].sort()
  const own = wanted === null ? undefined : workloads.get(wanted)
  if (own !== undefined) return done([own])
  if (wanted === null) return done(keys.flatMap(key => workloads.get(key) ?? []))
  const near = suggest(wanted, keys)
  const problem: Problem = {
    code: 'usage',
    what: `there is no evidence of the workload \`${wanted}\``,
    where: '--workload',
    help: near === null ? `evidence names ${keys.slice(0, 10).join(', ') || 'none'}` : `did you mean \`${near}\`?`,
  }
  return failed(problem)
}

/** Derives one workload and writes it. INVARIANT: a policy that permits nothing writes no artifact. */
const deriveOne = async (
  profile: Profile,
  decisions: Decisions,
  { out, whatIf: isAsked }: Pick<DeriveOptions, 'out' | 'whatIf'>,
): Promise<Outcome<Derived>> => {
  const policy = derivePolicy(profile, decisions)
  const encoded = encodeAll(policy)
  const artifacts = policy.permissions.length === 0 ? [] : encoded
  const whatIf = isAsked ? whatIfDecided(profile, decisions) : null
  const picture = whatIf === null ? null : await whatIfPicture(whatIf, workloadKey(policy.workload))
  const asked = whatIf === null ? null : { rows: whatIf, hasPicture: picture !== null }
  const written = await writeWorkload(out, {
    workload: policy.workload,
    policyYaml: writePolicy(policy),
    reviewMarkdown: renderReview(policy, encoded, profile.ledger, asked),
    reviewJson: `${jsonText(reviewJson(policy, encoded, profile.ledger), 2)}\n`,
    pictures: { [WHAT_IF_PICTURE]: picture },
    artifacts,
  })
  const folder = join(out, ...workloadFolder(policy.workload))
  return written.ok
    ? done({ policy, ledger: profile.ledger, artifacts, whatIf, folder, removed: written.value.removed })
    : written
}

const summaryJson = ({ policy, ledger, artifacts, whatIf, folder, removed }: Derived) => ({
  workload: workloadKey(policy.workload),
  policy: join(folder, 'policy.yaml'),
  digest: policy.digest,
  permissions: policy.permissions.length,
  withheld: policy.withheld.length,
  coverage: policy.coverage,
  ledger,
  artifacts: artifacts.map(({ encoder, files, losses }) => ({
    encoder,
    files: files.map(({ name }) => join(folder, 'artifacts', encoder, name)),
    losses: losses.length,
  })),
  removed,
  ...(whatIf === null ? {} : { whatIf }),
})

const summaryText = ({ policy, artifacts, whatIf, folder, removed }: Derived): string => {
  const { coverage } = policy
  const written = artifacts.filter(({ files }) => files.length > 0)
  const losses = artifacts.reduce((sum, artifact) => sum + artifact.losses.length, 0)
  const unseen = coverage.substrates.map(one => `${one.substrate} ${percent(one.unseenMass)}`).join(', ')
  const lines = [
    `${printable(workloadKey(policy.workload))}: ${many(policy.permissions.length, 'permission')}, ${policy.withheld.length} withheld`,
    `  ${policy.digest}`,
    `  coverage: ${coverage.complete ? 'complete' : `not complete (${coverage.incomplete.map(({ code }) => code).join(', ')})`}; unseen: ${unseen}`,
    `  artifacts: ${written.map(({ encoder }) => encoder).join(', ') || 'none'}; ${many(losses, 'loss', 'losses')}`,
    ...(removed.length === 0 ? [] : [`  removed ${many(removed.length, 'file')} of an earlier derivation`]),
    `  read ${printable(join(folder, 'review.md'))}`,
  ]
  return `${lines.join('\n')}\n${whatIf === null ? '' : `\n${whatIfText(whatIf)}`}`
}

interface Profiled {
  readonly profiles: readonly Profile[]
  readonly ledger: Ledger
}

/** A function of its own, so that the evidence, which can be large, is gone before anything is derived from it. */
const profiled = async (
  options: DeriveOptions,
  { identities: known }: Decisions,
  io: Io,
): Promise<Profiled | Exclude<ExitCode, typeof EXIT.done>> => {
  const identities = new Map(known.map(({ arn, workload }) => [arn, workload]))
  const collected = await collectEvidence(options.evidence, { source: options.source, identities }, io)
  if (!collected.ok) {
    showProblems(io, collected.problems)
    return EXIT.usage
  }
  const { ledger } = collected.value
  if (isEmpty(collected.value)) {
    showProblems(io, [EMPTY])
    return EXIT.nothing
  }
  const evidence = await withoutMarked(collected.value, options.marks, io)
  if (!evidence.ok) {
    showProblems(io, evidence.problems)
    return EXIT.usage
  }
  const workloads = chosen(evidence.value, options.workload)
  if (!workloads.ok) {
    showProblems(io, workloads.problems)
    return EXIT.usage
  }
  return { profiles: workloads.value.map(one => profileOf(one, ledger)), ledger }
}

export const deriveCommand = async (options: DeriveOptions, io: Io): Promise<ExitCode> => {
  const decisions = await loadDecisions(options.decisions)
  if (!decisions.ok) {
    showProblems(io, decisions.problems)
    return EXIT.usage
  }
  const observed = await profiled(options, decisions.value, io)
  if (typeof observed === 'number') return observed
  const { profiles, ledger } = observed
  const progress = createProgress(io)
  const derived: Derived[] = []
  for (const profile of profiles) {
    progress.say(`deriving ${printable(workloadKey(profile.workload))}`)
    const outcome = await deriveOne(profile, decisions.value, options)
    if (!outcome.ok) {
      progress.end()
      showProblems(io, outcome.problems)
      return EXIT.usage
    }
    derived.push(outcome.value)
  }
  progress.end()
  if (options.format === 'json') io.stdout.write(`${jsonText({ workloads: derived.map(summaryJson), ledger }, 2)}\n`)
  else io.stdout.write(derived.map(summaryText).join('\n'))
  return EXIT.done
}
