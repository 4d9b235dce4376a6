/** What comes nearest to a call that no permission covers: for the person or the agent that was stopped, never for a verdict. */
import type { Access } from './decisions.ts'
import type { Substrate } from './substrate.ts'

export interface Nearest {
  /** Id of the permission. */
  readonly permission: string
  readonly substrate: Substrate
  readonly action: string
  readonly access: Access
  /** How alike the names of the two surfaces are: 1 for the surface itself, above 0. */
  readonly likeness: number
  /** What it would have allowed, one line each, for its first dimensions. */
  readonly allowed: readonly { readonly dimension: string; readonly allowed: string }[]
  /** How many more dimensions it has. */
  readonly more: number
}
