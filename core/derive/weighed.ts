import type { Column } from './column.ts'
import type { Part } from './witness-numbers.ts'

/** What a rule is asked about: values of one dimension, as a part of the witnesses showed them. */
export interface Weighed {
  readonly column: Column
  readonly part: Part
  /** By value, 1 for those that are asked about. */
  readonly entries: Uint8Array
  /** By sighting, 1 for those that count as evidence of need; null: all do. */
  readonly trusted: Uint8Array | null
}
