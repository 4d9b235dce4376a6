/** One thing a record of a sensor shows, without who did it and when. */
import type { DimensionValue, Visibility } from '../model/observation.ts'
import type { Substrate } from '../model/substrate.ts'

export interface Behavior {
  readonly substrate: Substrate
  readonly action: string
  readonly values: readonly DimensionValue[]
  readonly visibility: Visibility
}
