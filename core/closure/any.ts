import type { ClosureRule } from '../model/closure-rule.ts'
import { VALUE_TYPES } from '../model/value-type.ts'

/** Free: the dimension does not bound anything. */
export const any: ClosureRule = {
  id: 'any',
  summary: 'any value: variation here does not matter, or cannot be bounded',
  types: VALUE_TYPES,
  parameters: [null],
  gate: 'none',
  width: 100,
  close: () => ({ kind: 'any' }),
  latitude: () => ({ statement: 'every value', beyond: null }),
}
