/** What whoever watches an enforcer hears: every judged call in its context, and what the user of a session asked for. */
import type { Context } from '../../core/model/context.ts'
import type { Ruling } from '../../core/model/enforcement.ts'
import type { Micros } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { ActionRequest } from '../../core/model/request.ts'

export interface Judged {
  /** `namespace/name`. */
  readonly workload: string
  readonly session: string | null
  /** Id of the call in the receipts. */
  readonly call: string
  readonly at: Micros
  readonly request: ActionRequest
  readonly ruling: Ruling
  /** As it was when the call was judged. */
  readonly context: Context
  /** Null: none that could be read. */
  readonly policy: DerivedPolicy | null
}

/** INVARIANT: never throws, and never keeps a call waiting. */
export interface Watcher {
  judged(judged: Judged): void
  asked(workload: string, session: string, text: string): void
}
