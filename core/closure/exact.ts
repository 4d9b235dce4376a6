import type { ClosureRule } from '../model/closure-rule.ts'
import { VALUE_TYPES } from '../model/value-type.ts'

/** The allowed set is the observed set. */
export const exact: ClosureRule = {
  id: 'exact',
  summary: 'the observed values and no other',
  types: VALUE_TYPES,
  parameters: [null],
  gate: 'each',
  width: 0,
  close: values => ({ kind: 'set', values }),
  latitude: () => ({ statement: 'none: the observed values and no other', beyond: 0 }),
}
