/** The seam for an evidence source: one file under `core/observe/`, one line in its registry, one case folder. */
import type { EvidenceItem } from './evidence.ts'
import type { Substrate } from './substrate.ts'
import type { Workload } from './workload.ts'

/** What decoding may need from a person's decisions. */
export interface SourceOptions {
  /** IAM role ARN (or `arn:…:user/name`) → workload, from `ambit.yaml`. */
  readonly identities: ReadonlyMap<string, Workload>
}

export interface EvidenceSource {
  readonly id: string
  readonly summary: string
  readonly sees: readonly Substrate[]
  /** What this source cannot see, one sentence each; repeated on every policy that rests on it. */
  readonly blindTo: readonly string[]
  /** Whether a parsed JSON record looks like this source's. Cheap, total. */
  recognizes(record: unknown): boolean
  /** Total on any input: what cannot be read comes back as `rejected`. Never invents an identity. */
  decode(record: unknown, options: SourceOptions): readonly EvidenceItem[]
}
