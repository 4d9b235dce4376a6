/** What the enforcement point writes down, and where. A decision that cannot be written down does not run. */
import type { Context } from '../../core/model/context.ts'
import type { Ruling } from '../../core/model/enforcement.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { Identity, ReceiptBody, ReceiptEvent, ReceiptRequest } from '../../core/model/receipt.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Decision } from '../../core/model/verdict.ts'

export interface ReceiptSink {
  /** Resolves when the record is durable; rejects where it cannot be. */
  append(body: ReceiptBody): Promise<void>
}

export interface Recording {
  readonly sink: ReceiptSink
  /** What of a decided call goes into a record: digests, and values only where the redaction rule keeps them. */
  readonly describe: (
    request: ActionRequest,
    decision: Decision,
    context: Context,
    policy: DerivedPolicy | null,
  ) => { readonly request: ReceiptRequest; readonly decision: Decision }
  /** Also what is allowed plainly. */
  readonly allows: boolean
}

/** Whose call it is. */
export interface Caller {
  /** `namespace/name`. */
  readonly workload: string
  readonly session: string | null
  readonly identity: Identity
}

export const NOBODY: Identity = { subject: null, client: null }

export const bodyOf = (
  { workload, session, identity }: Caller,
  policy: string | null,
  evidence: readonly string[],
  event: ReceiptEvent,
): ReceiptBody => ({ workload, session, identity, policy, evidence, event })

/** A verdict of allow that runs because of it, with nothing else to say. */
export const isPlain = ({ decision, because }: Ruling): boolean => decision.verdict === 'allow' && because === 'verdict'
