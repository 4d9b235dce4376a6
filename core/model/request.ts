/** What an enforcement point asks about: one action with its values. An observation without time, session and outcome. */
import type { DimensionValue, Visibility } from './observation.ts'
import type { Substrate } from './substrate.ts'

export interface ActionRequest {
  readonly substrate: Substrate
  readonly action: string
  readonly values: readonly DimensionValue[]
  readonly visibility: Visibility
}
