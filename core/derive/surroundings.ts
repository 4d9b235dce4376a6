import type { ClosureRule } from '../model/closure-rule.ts'
import type { Decisions } from '../model/decisions.ts'
import type { Gate } from './gate.ts'
import type { Part, WitnessNumbers } from './witness-numbers.ts'

/** What a dimension is assessed with. */
export interface Surroundings {
  readonly decisions: Decisions
  readonly rules: readonly ClosureRule[]
  readonly numbers: WitnessNumbers
  readonly gate: Gate
  readonly part: Part
}
