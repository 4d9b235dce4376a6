/** Who a caller is, and what it may do: what a bearer token stands for once it was checked. */

export interface Grant {
  /** As receipts name it. */
  readonly subject: string
  /** `namespace/name`: whatever the caller asks about is this workload's. Null: it says which. */
  readonly workload: string | null
  /** Workloads it may ask decisions for: `namespace/name`, `namespace/*` or `*`. */
  readonly decide: readonly string[]
  /** Workloads whose sessions it may speak for: what the user asked, what tools answered. */
  readonly assertContext: readonly string[]
  /** Workloads whose evidence it may write. */
  readonly record: readonly string[]
  /** Workloads whose held calls it may answer. */
  readonly approve: readonly string[]
  /** Whether it may have the policies read again, and read what evidence there is. */
  readonly admin: boolean
}

/** `unavailable`: it cannot be told now, because an issuer’s keys cannot be had. */
export type Refusal = 'missing' | 'invalid' | 'expired' | 'unavailable'

export type Checked = { readonly ok: true; readonly grant: Grant } | { readonly ok: false; readonly refused: Refusal }

/** What is said of a token that is not accepted: never more than this. */
export const REFUSALS: Readonly<Record<Refusal, string>> = {
  missing: 'a bearer token is needed',
  invalid: 'the token is not accepted',
  expired: 'the token has expired',
  unavailable: 'the keys of the token’s issuer cannot be had now',
}
