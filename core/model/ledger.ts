import type { Rejection } from './evidence.ts'

/** Balance of one source: received = accepted + duplicate + the sum of rejected. */
export interface SourceLedger {
  readonly source: string
  readonly received: number
  readonly accepted: number
  readonly duplicate: number
  readonly rejected: Readonly<Partial<Record<Rejection, number>>>
  /** Events that the sensor itself says it lost; null: it says so without a number. */
  readonly lost: number | null
}

/** Sorted by source. Records that no source recognized are under the source `unrecognized`. */
export type Ledger = readonly SourceLedger[]
