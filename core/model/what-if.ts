/** What other decisions would give: one row per variant of the written ones, each with what it costs and what it grants. */
import type { ClosureMode, Distinct, Unobserved } from './decisions.ts'
import type { Expected } from './policy.ts'

/**
 * What the envelope grants beyond what was observed: of all that the workload was seen to vary in what it writes, destroys
 * or reaches, how much would a policy leave open? Counts of dimensions; `observed` is the same under every decision, so
 * that rows compare.
 */
export interface OverGrant {
  /** Dimensions seen on actions that do more than read, whether they were permitted or not. */
  readonly observed: number
  /** … in which the call alone may carry any value, or any of its type or length. */
  readonly unbounded: number
  /** … in which it may carry a value never seen that fits a pattern: a range, a shape, a prefix, a directory, a domain. */
  readonly patterned: number
  /** … in which only the session can allow a value never seen: its request, its results, or that nothing suggested it. */
  readonly session: number
  /** `(unbounded + patterned) / observed`: the share open to the call alone. 0 where nothing was observed. */
  readonly share: number
}

/** The one decision that a variant moves. */
export type Moved = 'nothing' | 'closure' | 'confidence' | 'distinct' | 'missBudget' | 'sigma' | 'unobserved'

export interface Variant {
  readonly moved: Moved
  readonly closure: ClosureMode
  readonly missBudget: number
  /** As numbers, also where `auto` was decided. */
  readonly moreThan: number
  readonly witnesses: number
  readonly distinct: Distinct
  /** Standard deviations that are usual; null where nothing unusual is asked about. */
  readonly sigma: number | null
  readonly unobserved: Unobserved
}

export interface VariantRow {
  readonly variant: Variant
  /** The decisions as they are. */
  readonly current: boolean
  readonly permissions: number
  readonly withheld: number
  readonly expected: Expected
  readonly overGrant: OverGrant
  /**
   * Index of the first row that asks for at least as much evidence, grants no more, and denies and stops no more sessions of
   * either kind, and is better in one of these; null where there is none.
   */
  readonly dominatedBy: number | null
}

/** The current decisions first, then one moved decision a row. */
export type WhatIf = readonly VariantRow[]
