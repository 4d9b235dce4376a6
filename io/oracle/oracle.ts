/**
 * The seam for an oracle: somebody else's reading of an artifact. An encoder's own reference reader can share its
 * encoder's mistake, so verification also asks the engine, the kernel or the published schema, and names which.
 */
import type { Context } from '../../core/model/context.ts'
import type { Artifact } from '../../core/model/encoder.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Verdict } from '../../core/model/verdict.ts'

export type Availability =
  | { readonly ok: true; readonly version: string }
  /** `why` says what is missing and how to get it. */
  | { readonly ok: false; readonly why: string }

/** One question: a request in the context that the session had shown before it. */
export interface OracleCase {
  readonly request: ActionRequest
  readonly context: Context
}

export interface OracleFindings {
  /** One per case, in order. Null: the oracle has no answer for it; such cases are counted, never taken as agreement. */
  readonly verdicts: readonly (Verdict | null)[]
  /** What is wrong with the artifact as a whole, e.g. a schema violation. One line each; empty when well-formed. */
  readonly problems: readonly string[]
}

export interface Oracle {
  /** E.g. `cedar-engine`, `kernel-seccomp`, `manifest-schema`. */
  readonly id: string
  /** Ids of the encoders whose artifacts it can judge. */
  readonly encoders: readonly string[]
  readonly summary: string
  /** Whether it can run here. Cheap; never throws. */
  available(): Promise<Availability>
  /** What the artifact's files, and nothing else, do with each case. Rejects only when the oracle itself breaks. */
  check(artifact: Artifact, cases: readonly OracleCase[]): Promise<OracleFindings>
}
