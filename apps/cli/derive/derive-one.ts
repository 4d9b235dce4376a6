/** One profile → its policy, its review and what enforces it, written into the workload's folder; and what is told of it. */
import { join } from 'node:path'
import type { Decisions } from '../../../core/model/decisions.ts'
import type { Artifact } from '../../../core/model/encoder.ts'
import type { Ledger } from '../../../core/model/ledger.ts'
import type { DerivedPolicy } from '../../../core/model/policy.ts'
import type { Profile } from '../../../core/model/profile.ts'
import type { WhatIf } from '../../../core/model/what-if.ts'
import { workloadKey } from '../../../core/model/workload.ts'
import { derivePolicy, encodeAll, whatIfDecided } from '../../../core/pipeline.ts'
import { jsonText } from '../../../io/json-text.ts'
import { workloadFolder } from '../../../io/output/folder-name.ts'
import { treeDigest } from '../../../io/output/tree-digest.ts'
import { writeWorkload } from '../../../io/output/write-workload.ts'
import { writePolicy } from '../../../io/policy-file/write-policy.ts'
import { done, type Outcome } from '../../../io/problem.ts'
import { many, percent } from '../render/numbers.ts'
import { renderReview } from '../render/review.ts'
import { reviewJson } from '../render/review-json.ts'
import { WHAT_IF_PICTURE, whatIfText } from '../render/what-if.ts'
import { whatIfPicture } from '../render/what-if-chart.ts'
import { printable } from '../terminal.ts'

export interface DeriveOneOptions {
  readonly out: string
  /** Whether to derive under other decisions too, and show what they would give. */
  readonly whatIf: boolean
}

interface Written {
  /** Null: nobody asked. */
  readonly whatIf: WhatIf | null
  readonly policy: DerivedPolicy
  /** Of the sources that saw the workload. */
  readonly ledger: Ledger
  readonly artifacts: readonly Artifact[]
  readonly folder: string
  readonly removed: readonly string[]
}

const summaryJson = ({ policy, ledger, artifacts, whatIf, folder, removed }: Written) => ({
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

/** The first line of what is told. */
export const countsText = (workload: string, permissions: number, withheld: number): string =>
  `${printable(workload)}: ${many(permissions, 'permission')}, ${withheld} withheld`

const summaryText = ({ policy, artifacts, whatIf, folder, removed }: Written): string => {
  const { coverage } = policy
  const written = artifacts.filter(({ files }) => files.length > 0)
  const losses = artifacts.reduce((sum, artifact) => sum + artifact.losses.length, 0)
  const unseen = coverage.substrates.map(one => `${one.substrate} ${percent(one.unseenMass)}`).join(', ')
  const lines = [
    countsText(workloadKey(policy.workload), policy.permissions.length, policy.withheld.length),
    `  ${policy.digest}`,
    `  coverage: ${coverage.complete ? 'complete' : `not complete (${coverage.incomplete.map(({ code }) => code).join(', ')})`}; unseen: ${unseen}`,
    `  artifacts: ${written.map(({ encoder }) => encoder).join(', ') || 'none'}; ${many(losses, 'loss', 'losses')}`,
    ...(removed.length === 0 ? [] : [`  removed ${many(removed.length, 'file')} of an earlier derivation`]),
    `  read ${printable(join(folder, 'review.md'))}`,
  ]
  return `${lines.join('\n')}\n${whatIf === null ? '' : `\n${whatIfText(whatIf)}`}`
}

/** What is told of a workload that was derived; the policy itself is on disk. Plain data. */
export interface Derived {
  readonly workload: string
  readonly text: string
  readonly json: object
  /** Digest of what is in its folder now; null where something else is in the folder too. */
  readonly files: string | null
}

/** INVARIANT: a policy that permits nothing writes no artifact. Errors: those of writing. */
export const deriveOne = async (
  profile: Profile,
  decisions: Decisions,
  { out, whatIf: isAsked }: DeriveOneOptions,
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
  if (!written.ok) return written
  const folder = join(out, ...workloadFolder(policy.workload))
  const told = { policy, ledger: profile.ledger, artifacts, whatIf, folder, removed: written.value.removed }
  return done({
    workload: workloadKey(policy.workload),
    text: summaryText(told),
    json: summaryJson(told),
    files: await treeDigest(folder),
  })
}
