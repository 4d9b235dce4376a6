/**
 * One thing an agent did. Sources decode raw records into these; every later stage reads nothing else.
 *
 * Dimensions by substrate:
 * - `tool`: action is the tool's name; `tool.args.<path>` per argument leaf (path: keys joined by `.`, `[]` for any
 *   array element, `%`-escapes for `. [ ] %` inside keys), `tool.server` where the MCP server is known. A null argument
 *   is an absent one.
 * - `network`: egress only; action is `tcp/443`; `network.destination` is an FQDN (lower case, no final dot) or address.
 * - `syscall`: action is the syscall's name; no dimension.
 * - `process`: action `exec` with `process.executable` (absolute path) and `process.arguments` (one string); actions
 *   `file-read` and `file-write` with `process.file` (absolute path).
 * - `iam`: action is `service:Action`; `iam.resource` (ARN, repeated where there are several), `iam.region`.
 */
import type { Scalar } from './scalar.ts'
import type { Substrate } from './substrate.ts'
import type { Workload } from './workload.ts'

/** Microseconds since the Unix epoch; fractions carry what a double can of the nanoseconds. */
export type Micros = number

/** Microseconds in 24 hours. */
export const DAY: Micros = 86_400_000_000

/** Microseconds in a minute. */
export const MINUTE: Micros = 60_000_000

export interface DimensionValue {
  readonly dimension: string
  readonly value: Scalar
}

/** How an observed action ended. `denied`: refused by an authorization, so not evidence of need. */
export type Outcome = 'ok' | 'error' | 'denied' | 'unknown'

/**
 * Whether the dimensions were visible to the source. `absent`: an opt-in attribute was not recorded; `malformed`: it was
 * there and could not be read. Neither is ever taken for "no arguments".
 */
export type Visibility = 'seen' | 'absent' | 'malformed'

/** What the agent was made of, as far as this record says. Null: not said. Digests are `sha256:<hex>`. */
export interface RevisionFacts {
  readonly model: string | null
  readonly prompt: string | null
  readonly catalog: string | null
  readonly image: string | null
  readonly identity: string | null
}

export const NO_FACTS: RevisionFacts = { model: null, prompt: null, catalog: null, image: null, identity: null }

/** One leaf of a tool's result. `path` is empty where the result had no structure; text is untrusted. */
export interface ResultLeaf {
  readonly path: string
  readonly text: string
}

/** Where a record stands in its trace, for what only the whole trace tells: spans of one trace come in any order and record. */
export interface TraceLink {
  /** Trace id, verbatim. */
  readonly trace: string
  /** Keys that identify the span and its parent among all traces. */
  readonly span: string
  readonly parent: string | null
  /** The record names no session: `session` holds the trace id, or nothing, until the trace is known. */
  readonly sessionIsTrace: boolean
}

export interface Observation {
  /** Identity for de-duplication: the source's own id (span id, event id), else a digest of the record. */
  readonly id: string
  readonly source: string
  readonly workload: Workload
  /** Verbatim session id, or null where the evidence belongs to none. */
  readonly session: string | null
  /** What counts once towards M when `session` is null: one process lifetime on one day. */
  readonly witness: string
  readonly substrate: Substrate
  readonly action: string
  readonly values: readonly DimensionValue[]
  readonly visibility: Visibility
  readonly start: Micros
  /** Null where the end was not recorded: then its result is never context for a later call. */
  readonly end: Micros | null
  readonly outcome: Outcome
  /** Leaves of the tool's result, bounded by the decoder; null where results were not recorded. */
  readonly result: readonly ResultLeaf[] | null
  readonly facts: RevisionFacts
  readonly link?: TraceLink
  /** `namespace/name` of the Kubernetes pod in which it happened, for joins of what happened there; never a workload. */
  readonly pod?: string
  /** The workload is told from the shape of a pod’s name alone: a guess, and people are told of it. */
  readonly guessed?: true
  /** The session is told from pauses in the calls of its process alone: a guess, and people are told of it. */
  readonly inferred?: true
  /** Action of the one tool call that was open in the pod when this happened: it exists because of that tool. */
  readonly cause?: string
  /** Id of the exception that let it run: then it is no evidence of need. */
  readonly exception?: string
  /** A reviewer marked it, or its session, as malicious: then it is no evidence of need. */
  readonly malicious?: true
  /** Another record has its id and says something else: nobody knows which is true, so it is no evidence of need. */
  readonly contested?: true
}
