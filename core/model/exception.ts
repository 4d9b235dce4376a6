/** A time-boxed, attributed, audited widening. It expires by itself, and what it let through is not evidence. */
import type { Constraint } from './constraint.ts'
import type { Substrate } from './substrate.ts'

export interface Exception {
  /** Unique in its file; letters, digits, `-`, `_`, `.`. */
  readonly id: string
  /** `namespace/name` of the workload. */
  readonly workload: string
  /** Who answers for it. */
  readonly owner: string
  readonly reason: string
  /** Who approved it, the owner not counted: a scope wider than one surface needs one of them. */
  readonly approvedBy: readonly string[]
  readonly scope: ExceptionScope
  /** RFC 3339; from `start` on, until before `end`. */
  readonly start: string
  readonly end: string
}

export interface ExceptionScope {
  readonly substrate: Substrate
  /** Exact names; null: every action of the substrate. */
  readonly actions: readonly string[] | null
  /** What the values may be: a dimension that is not listed must pass the policy itself. Null: any arguments. */
  readonly dimensions: readonly { readonly dimension: string; readonly allow: Constraint }[] | null
  /** Only this session; null: all. */
  readonly session: string | null
}
