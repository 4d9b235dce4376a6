/**
 * What a source makes of one raw record. One record may carry many items; each item is counted once by the ledger:
 * received = accepted + duplicate + rejected(reason).
 */
import type { Micros, Observation, Outcome, ResultLeaf, RevisionFacts, TraceLink } from './observation.ts'
import type { ToolDeclaration } from './tool-declaration.ts'
import type { Workload } from './workload.ts'

/**
 * Where a record stands in the stream of who wrote it. Numbers begin at 1 and leave none out, so that a record that was lost on
 * the way is missed by those that came.
 */
export interface StreamPosition {
  readonly stream: string
  readonly sequence: number
}

/** Why an item is not evidence. Text for each is rendered once, by the report. */
export const REJECTIONS = {
  'unknown-source': 'no evidence source recognizes the record',
  unreadable: 'a file or folder below the one that was named cannot be read',
  'not-json': 'the line or document is not JSON',
  truncated: 'the input ended in the middle of a record or of its compression',
  'wrong-type': 'a field has a type that the format does not allow',
  'missing-field': 'a field that identifies the behavior is missing',
  'unknown-value': 'an enumerated field has a value that is not in its set',
  'too-large': 'the record is larger than the decoder accepts',
  'invalid-time': 'the time is missing, unreadable or outside 1990..2200',
  'invalid-workload': 'the workload name is not usable as a name',
  unattributed: 'the record names no workload, and no mapping gives it one',
  'conflicting-id': 'another record of the source has the same id and says something else',
  flooded: 'its session, trace or pod told of more in one unit than a store reads at once: it counts for nothing',
  'out-of-scope': 'whoever sent it may not write evidence of its workload',
  'request-unasserted': 'it says what a user asked, and whoever sent it may not assert that',
  'not-behavior': 'the record describes no action that a policy could bound',
} as const
export type Rejection = keyof typeof REJECTIONS

/**
 * Text with the user's role at the start of an agent run. Only the newest user turn of a root agent span is one: history,
 * what an agent hands to a sub-agent and tool results are not.
 */
export interface UserRequest {
  readonly kind: 'request'
  readonly id: string
  readonly source: string
  readonly workload: Workload
  readonly session: string
  readonly start: Micros
  readonly text: string
  readonly facts: RevisionFacts
  /** End of the agent run that the request began. */
  readonly end?: Micros | null
  readonly link?: TraceLink
}

/** The tools that a server declared to the agent, with their annotations and parameter schemas. */
export interface CatalogSighting {
  readonly kind: 'catalog'
  readonly id: string
  readonly source: string
  readonly workload: Workload
  readonly start: Micros
  readonly tools: readonly ToolDeclaration[]
}

/** The answer to a call that another record tells of. Alone it is no behavior: it completes the call where both are there. */
export interface CallAnswer {
  readonly kind: 'answer'
  readonly id: string
  readonly source: string
  readonly workload: Workload
  /** Id of the observation that it completes, and the session that both are of. */
  readonly call: string
  readonly session: string
  readonly start: Micros
  readonly outcome: Outcome
  readonly result: readonly ResultLeaf[] | null
}

/** A name that a pod looked up, and the addresses that it was told: they give the pod's next connections their name. */
export interface NameLookup {
  readonly kind: 'lookup'
  readonly id: string
  readonly source: string
  readonly workload: Workload
  /** `namespace/name`. */
  readonly pod: string
  /** Lower case, no final dot. */
  readonly name: string
  readonly addresses: readonly string[]
  readonly start: Micros
}

/** The writer of a stream says that nothing follows. It has the last number: without it nobody knows whether the tail is missing. */
interface StreamEnd {
  readonly kind: 'end'
  readonly id: string
  readonly source: string
  readonly position: StreamPosition
}

type Item =
  | { readonly kind: 'observation'; readonly observation: Observation }
  | UserRequest
  | CatalogSighting
  | CallAnswer
  | NameLookup
  | StreamEnd
  /**
   * The sensor itself says it lost something: the profile cannot be complete. `count` null: unknown how many. `workloads`: of whom alone it
   * can have been, `namespace/name`, `namespace/*` or `*`; set by who knows what its sender may write, and never by a source.
   */
  | {
      readonly kind: 'loss'
      readonly id: string
      readonly source: string
      readonly count: number | null
      readonly detail: string
      readonly workloads?: readonly string[]
    }
  | { readonly kind: 'rejected'; readonly reason: Rejection; readonly detail: string }

/** `position`: of the record that the item is of, where its writer numbers them. Also of one that is rejected: it came. */
export type EvidenceItem = Item & { readonly position?: StreamPosition }

/** What belongs to one workload: everything but what was rejected, what a sensor lost, and where a stream ends. */
export type OwnItem = Exclude<EvidenceItem, { readonly kind: 'loss' | 'rejected' | 'end' }>

/** Another number, or of others, is another loss, so that no order forgets one. */
export const lossKey = ({ id, count, workloads }: Extract<EvidenceItem, { readonly kind: 'loss' }>): string =>
  `${id} ${count}${workloads === undefined ? '' : ` ${JSON.stringify(workloads)}`}`
