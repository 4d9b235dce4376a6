/** The seam for an enforcement point: one file under `core/encode/`, one line in its registry, one case folder. */
import type { Context } from './context.ts'
import type { DerivedPolicy, Permission, PermissionDimension } from './policy.ts'
import type { ActionRequest } from './request.ts'
import type { Substrate } from './substrate.ts'
import type { Verdict } from './verdict.ts'

export type Fidelity = 'exact' | 'approximate' | 'inexpressible'

/** What was done about something the target cannot say. Text for each is rendered once, by the report. */
export const LOSS_CODES = {
  'review-as-deny': 'the target knows two values: review is written as deny',
  'dimension-dropped': 'the target cannot constrain the dimension: every value is allowed',
  'constraint-widened': 'the target can only say something wider',
  'constraint-narrowed': 'the target can only say something narrower',
  'permission-dropped': 'the target cannot express the permission: it is denied there',
  'context-missing': 'the constraint depends on context that the target does not have',
  'usual-dropped': 'the target cannot ask about what is unusual: what the envelope allows is allowed',
  'size-widened': 'the size limit of the target forced a wider pattern',
  'size-dropped': 'the size limit of the target forced a permission out',
  'base-added': 'what a runtime needs to start was added without evidence',
  'selector-assumed':
    'the target selects pods by a label that is not in the evidence: where it is missing, nothing is enforced',
  'egress-missing': 'the permission needs network egress that the policy does not have',
  'not-written': 'no artifact was written for a substrate without evidence or with an incomplete window',
} as const
export type LossCode = keyof typeof LOSS_CODES

export interface Loss {
  readonly code: LossCode
  /** Permission id, or null where it concerns the artifact. */
  readonly permission: string | null
  readonly dimension: string | null
  /** The artifact allows something that the policy reviews or denies. Only losses with `widens` may widen (law 2). */
  readonly widens: boolean
  /** The artifact denies something that the policy allows. Only losses with `narrows` may deny what was replayed (law 1). */
  readonly narrows: boolean
  readonly detail: string
}

export interface ArtifactFile {
  /** Plain file name, safe on every file system. */
  readonly name: string
  readonly content: string
}

export interface Artifact {
  readonly encoder: string
  readonly files: readonly ArtifactFile[]
  readonly losses: readonly Loss[]
}

export interface Encoder {
  readonly id: string
  readonly summary: string
  readonly substrates: readonly Substrate[]
  /** How well this target can say what one dimension of a permission says. */
  express(permission: Permission, dimension: PermissionDimension): Fidelity
  /** Pure. No files: nothing to enforce, and `losses` says why. */
  encode(policy: DerivedPolicy): Artifact
  /**
   * Reference reader: what the written files, and nothing else, say of a request. Null: the artifact does not govern it.
   * Reads only `artifact.files`: it must not look at the policy.
   */
  decide(artifact: Artifact, request: ActionRequest, context: Context): Verdict | null
}
