/** The seam for a closure rule: one file under `core/closure/`, one line in its registry, one case folder. */
import type { Constraint } from './constraint.ts'
import type { Scalar } from './scalar.ts'
import type { ValueType } from './value-type.ts'

export interface ClosureRule {
  /** E.g. `exact`, `prefix`. Written with its parameter in policies: `prefix(2)`. */
  readonly id: string
  readonly summary: string
  readonly types: readonly ValueType[]
  /** Parameters to try, tightest first; `[null]` for a rule without one. */
  readonly parameters: readonly (number | null)[]
  /**
   * How confidence applies. `each`: every value has an element of its own (itself, its directory, its domain) that must pass
   * the gate; values together are closed as the union of their elements. `order`: the values are ordered, and a bound must have enough witnesses at or beyond it. `none`: the rule does
   * not depend on the values, so there is nothing to be confident of.
   */
  readonly gate: 'each' | 'order' | 'none'
  /** How much it widens: rules are tried in ascending order of `width`, then in order of `parameters`. */
  readonly width: number
  /** The constraint around these observed values (distinct, non-empty, sorted), or null where the rule does not fit them. */
  close(values: readonly Scalar[], parameter: number | null): Constraint | null
  /** What the constraint grants beyond the values. */
  latitude(
    constraint: Constraint,
    values: readonly Scalar[],
  ): { readonly statement: string; readonly beyond: number | null }
}
