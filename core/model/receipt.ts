/**
 * One record of the audit log: what was decided, under which policy, on what evidence. Records are chained by digest, signed in
 * batches and checked offline; a decision can be computed again from the pinned policy and what its record holds.
 */
import type { Effect, EffectReason, Mode } from './enforcement.ts'
import type { Scalar } from './scalar.ts'
import type { Substrate } from './substrate.ts'
import type { Decision } from './verdict.ts'

export const RECEIPT_FORMAT = 'ambit.receipt/v1'

/** Who asked: as the transport authenticated them, never as the agent claims. */
export interface Identity {
  /** A token's subject, a client certificate's name, `stdio` for a child process; null: nobody authenticated. */
  readonly subject: string | null
  /** What the client says of itself: untrusted. */
  readonly client: string | null
}

/**
 * What the session's context said of a value when it was judged: whether the request, a field and nothing that was read gave it.
 * Null: this enforcement point did not see it.
 */
export interface ContextAnswers {
  readonly request: boolean | null
  readonly field: boolean | null
  /** Where the field stood first, if the policy names that place. */
  readonly place?: string
  readonly unprompted: boolean | null
}

export interface ReceiptValue {
  readonly dimension: string
  /** Keyed digest (HMAC-SHA-256 with a key that is not in the log): equal values are seen to be equal, and no more. */
  readonly digest: string
  /** The value itself, where the redaction rule keeps it; absent where it does not, and always where it is secret. */
  readonly value?: Scalar
  readonly answers: ContextAnswers
}

export interface ReceiptRequest {
  readonly substrate: Substrate
  readonly action: string
  readonly visibility: 'seen' | 'absent' | 'malformed'
  readonly values: readonly ReceiptValue[]
  /** How many values are left out, because there were too many; absent: none. */
  readonly omitted?: number
  /** What the policy's `usual` bounds measured (`signal` and dimension → measure), in their order; empty where there is none. */
  readonly measures: readonly { readonly name: string; readonly value: number | string | null }[]
}

/** What happened. Text is rendered elsewhere, once. */
export type ReceiptEvent =
  | { readonly kind: 'start'; readonly detail: string }
  | { readonly kind: 'stop'; readonly detail: string }
  /** A policy was read, replaced or lost. Digests; null: none in force. */
  | {
      readonly kind: 'reload'
      readonly workload: string
      readonly from: string | null
      readonly to: string | null
      readonly detail: string
    }
  | {
      readonly kind: 'decision'
      readonly request: ReceiptRequest
      readonly decision: Decision
      readonly mode: Mode
      readonly effect: Effect
      readonly because: EffectReason
      readonly exception: string | null
      /** Id for the approval that may follow. */
      readonly call: string
    }
  /** A person's answer to a held call, or that none came in time. */
  | {
      readonly kind: 'approval'
      readonly call: string
      readonly answer: 'approved' | 'refused' | 'timed-out' | 'cancelled'
      readonly by: string | null
      readonly channel: 'cli' | 'http' | 'elicitation' | 'none'
      readonly reason: string | null
    }
  | {
      readonly kind: 'exception'
      readonly exception: string
      readonly change: 'in-force' | 'ended' | 'refused'
      readonly owner: string
      readonly detail: string
    }
  /** Something the permissions rest on changed: which, and what it touches. */
  | { readonly kind: 'trigger'; readonly detail: string; readonly permissions: readonly string[] }
  | { readonly kind: 'alert'; readonly alert: string; readonly detail: string }
  /**
   * The log itself went on after a gap. `torn`: bytes that a crash left behind the last seal, set aside in `file`. `refused`: records
   * that could not be written, whose writers were told so; what of them had reached the disk was taken back.
   */
  | {
      readonly kind: 'recovered'
      readonly cause: 'torn' | 'refused'
      readonly detail: string
      /** Bytes set aside, or records refused. */
      readonly count: number
      readonly file: string | null
      /** Of the bytes in `file`. */
      readonly digest: string | null
    }

/** What the writer is handed; sequence, time and chain are its own. */
export interface ReceiptBody {
  /** `namespace/name`, or null where it concerns no workload. */
  readonly workload: string | null
  readonly session: string | null
  readonly identity: Identity
  /** Digest of the policy in force; null: none. */
  readonly policy: string | null
  /** Where the evidence for the permission is: permission ids and the digests of what the enforcement point saw. */
  readonly evidence: readonly string[]
  readonly event: ReceiptEvent
}

export interface Receipt extends ReceiptBody {
  readonly format: typeof RECEIPT_FORMAT
  /** Random id of the log, the same in all its records. */
  readonly log: string
  /** From 0, without gaps. */
  readonly sequence: number
  /** RFC 3339 UTC with milliseconds, by the clock of the enforcement point; never decreases within a log. */
  readonly time: string
  /** Digest of the record before; null for the first. */
  readonly previous: string | null
}
