/** What other decisions would give: one row per variant of the written ones, each with what it costs and what it grants. */
import type { ClosureMode, Distinct, Fields, Unobserved } from './decisions.ts'
import type { Expected, OverGrant } from './policy.ts'

/** The one decision that a variant moves. */
export type Moved = 'nothing' | 'closure' | 'confidence' | 'distinct' | 'missBudget' | 'sigma' | 'unobserved' | 'fields'

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
  readonly fields: Fields
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
