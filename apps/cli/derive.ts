/** `ambit derive`: evidence + decisions → for each workload a policy, its review, and what enforces it, in a folder. */
import { join } from 'node:path'
import { type Decisions, identitiesOf } from '../../core/model/decisions.ts'
import type { Artifact } from '../../core/model/encoder.ts'
import type { Ledger } from '../../core/model/ledger.ts'
import type { Mark } from '../../core/model/mark.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { Profile } from '../../core/model/profile.ts'
import type { WhatIf } from '../../core/model/what-if.ts'
import { type Workload, workloadKey } from '../../core/model/workload.ts'
import { CLOSURE_RULE_IDS, derivePolicy, encodeAll, profileOf, whatIfDecided } from '../../core/pipeline.ts'
import { loadDecisions } from '../../io/decisions/load-decisions.ts'
import { jsonText } from '../../io/json-text.ts'
import { loadMarks } from '../../io/marks/read-marks.ts'
import { workloadFolder } from '../../io/output/folder-name.ts'
import { writeWorkload } from '../../io/output/write-workload.ts'
import { writePolicy } from '../../io/policy-file/write-policy.ts'
import { done, failed, type Outcome, type Problem } from '../../io/problem.ts'
import { eachProfile } from '../../io/store/each-profile.ts'
import type { Reading } from '../../io/store/evidence-store.ts'
import { suggest } from '../../io/yaml/suggest.ts'
import { collectEvidence, EMPTY, isEmpty, showLedger } from './evidence.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { warnUnused, withoutMarked } from './marked-evidence.ts'
import { withStore } from './opened-store.ts'
import { showProblems } from './problems.ts'
import { createProgress } from './progress.ts'
import { many, percent } from './render/numbers.ts'
import { renderReview } from './render/review.ts'
import { reviewJson } from './render/review-json.ts'
import { WHAT_IF_PICTURE, whatIfText } from './render/what-if.ts'
import { whatIfPicture } from './render/what-if-chart.ts'
import { printable } from './terminal.ts'

export interface DeriveOptions {
  /** Empty where a store is named. */
  readonly evidence: readonly string[]
  /** Name of the store to derive from; null: from files. */
  readonly store: string | null
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

type Derivable = Pick<Reading, 'workloads' | 'ledger' | 'profile'>

/** In the order of the names; `usage` where a workload was asked for that has no evidence. */
const chosen = ({ workloads }: Derivable, wanted: string | null): Outcome<readonly Workload[]> => {
  if (wanted === null) return done(workloads)
  const keys = workloads.map(workloadKey)
  const own = workloads.find(workload => workloadKey(workload) === wanted)
  if (own !== undefined) return done([own])
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
  const inferred = [...profile.witnesses.values()].filter(witness => witness.inferred).length
  const encoded = encodeAll(policy)
  const artifacts = policy.permissions.length === 0 ? [] : encoded
  const whatIf = isAsked ? whatIfDecided(profile, decisions) : null
  const picture = whatIf === null ? null : await whatIfPicture(whatIf, workloadKey(policy.workload))
  const asked = whatIf === null ? null : { rows: whatIf, hasPicture: picture !== null }
  const written = await writeWorkload(out, {
    workload: policy.workload,
    policyYaml: writePolicy(policy),
    reviewMarkdown: renderReview(policy, encoded, profile.ledger, asked, inferred),
    reviewJson: `${jsonText(reviewJson(policy, encoded, profile.ledger, inferred), 2)}\n`,
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

/** A function of its own, so that the evidence, which can be large, is gone before anything is derived from it. */
const readFiles = async (
  { evidence: paths, source, marks }: DeriveOptions,
  decisions: Decisions,
  io: Io,
): Promise<Outcome<Derivable>> => {
  const collected = await collectEvidence(paths, { source, identities: identitiesOf([decisions]) }, io)
  if (!collected.ok) return collected
  const { ledger } = collected.value
  const evidence = await withoutMarked(collected.value, marks, io)
  if (!evidence.ok) return evidence
  const profiles = new Map([...evidence.value.workloads].map(([key, own]) => [key, profileOf(own, ledger)]))
  return done({
    workloads: [...profiles].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { workload }]) => workload),
    ledger,
    profile: async workload => profiles.get(workloadKey(workload)) ?? null,
  })
}

const deriveAll = async (
  reading: Derivable,
  decisions: Decisions,
  options: DeriveOptions,
  io: Io,
): Promise<Outcome<readonly Derived[]>> => {
  const workloads = chosen(reading, options.workload)
  if (!workloads.ok) return workloads
  const progress = createProgress(io)
  const derived: Derived[] = []
  try {
    for await (const { workload, profile } of eachProfile(reading, workloads.value)) {
      progress.say(() => `deriving ${printable(workloadKey(workload))}`)
      if (profile === null) continue
      const outcome = await deriveOne(profile, decisions, options)
      if (!outcome.ok) return outcome
      derived.push(outcome.value)
    }
  } finally {
    progress.end()
  }
  return done(derived)
}

interface Result {
  readonly derived: readonly Derived[]
  readonly ledger: Ledger
}

/** Null: nothing of the evidence could be accepted. */
const deriveFrom = async (
  reading: Derivable,
  decisions: Decisions,
  options: DeriveOptions,
  io: Io,
): Promise<Outcome<Result | null>> => {
  if (isEmpty(reading)) return done(null)
  const derived = await deriveAll(reading, decisions, options, io)
  return derived.ok ? done({ derived: derived.value, ledger: reading.ledger }) : derived
}

export const deriveCommand = async (options: DeriveOptions, io: Io): Promise<ExitCode> => {
  const failedWith = (problems: readonly Problem[]): ExitCode => {
    showProblems(io, problems)
    return EXIT.usage
  }
  const decisions = await loadDecisions(options.decisions, CLOSURE_RULE_IDS)
  if (!decisions.ok) return failedWith(decisions.problems)
  const from = (reading: Derivable) => deriveFrom(reading, decisions.value, options, io)
  const { store: name } = options
  const marks = name === null || options.marks === null ? done([]) : await loadMarks(options.marks)
  if (!marks.ok) return failedWith(marks.problems)
  let result: Outcome<Result | null>
  if (name === null) {
    const reading = await readFiles(options, decisions.value, io)
    result = reading.ok ? await from(reading.value) : reading
  } else {
    result = await withStore(name, async store => {
      const reading = await store.read()
      showLedger(io, reading.ledger, new Map())
      if (options.marks === null) return from(reading)
      const marking = { marks: marks.value, used: new Set<Mark>() }
      const marked = await from({ ...reading, profile: workload => reading.marked(workload, marking) })
      warnUnused(
        marking.marks.filter(mark => !marking.used.has(mark)),
        options.marks,
        io,
      )
      return marked
    })
  }
  if (!result.ok) return failedWith(result.problems)
  if (result.value === null) {
    showProblems(io, [EMPTY])
    return EXIT.nothing
  }
  const { derived, ledger } = result.value
  if (options.format === 'json') io.stdout.write(`${jsonText({ workloads: derived.map(summaryJson), ledger }, 2)}\n`)
  else io.stdout.write(derived.map(summaryText).join('\n'))
  return EXIT.done
}
