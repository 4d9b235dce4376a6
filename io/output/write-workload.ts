/** Everything derived for one workload → its folder: policy, review, and each artifact with its losses. */
import type { Artifact, ArtifactFile } from '../../core/model/encoder.ts'
import type { Workload } from '../../core/model/workload.ts'
import { jsonText } from '../json-text.ts'
import type { Outcome } from '../problem.ts'
import { workloadFolder } from './folder-name.ts'
import { LOSSES_FILE } from './read-artifacts.ts'
import { type OutputFile, type Written, writeTree } from './write-tree.ts'

export interface WorkloadOutput {
  readonly workload: Workload
  readonly policyYaml: string
  readonly reviewMarkdown: string
  readonly reviewJson: string
  /** What the review shows, by file name; null: not in this derivation, and one of an earlier derivation is removed. */
  readonly pictures: Readonly<Record<string, string | null>>
  /** Empty for a policy that permits nothing: no artifact is written, and those of an earlier derivation are removed. */
  readonly artifacts: readonly Artifact[]
}

/** An artifact's own files, and its losses beside them. */
export const artifactFiles = ({ files, losses }: Artifact): readonly ArtifactFile[] => [
  ...files,
  { name: LOSSES_FILE, content: `${jsonText(losses, 2)}\n` },
]

/**
 * `DIR/<namespace>/<workload>/` with `policy.yaml`, `review.md`, `review.json`, its pictures and `artifacts/<encoder>/…`.
 * What an earlier derivation wrote and this one does not is removed: a stale artifact would still be enforced.
 */
export const writeWorkload = (root: string, output: WorkloadOutput): Promise<Outcome<Written>> => {
  const folder = workloadFolder(output.workload)
  const artifacts = [...folder, 'artifacts']
  const pictures = Object.entries(output.pictures)
  const files: readonly OutputFile[] = [
    { path: [...folder, 'policy.yaml'], content: output.policyYaml },
    { path: [...folder, 'review.md'], content: output.reviewMarkdown },
    { path: [...folder, 'review.json'], content: output.reviewJson },
    ...pictures.flatMap(([name, content]) => (content === null ? [] : [{ path: [...folder, name], content }])),
    ...output.artifacts.flatMap(artifact =>
      artifactFiles(artifact).map(({ name, content }) => ({ path: [...artifacts, artifact.encoder, name], content })),
    ),
  ]
  const discarded = pictures.filter(([, content]) => content === null).map(([name]) => [...folder, name])
  return writeTree(root, files, [artifacts], discarded)
}
