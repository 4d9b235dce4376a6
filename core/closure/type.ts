import type { ClosureRule } from '../model/closure-rule.ts'
import { VALUE_TYPES } from '../model/value-type.ts'
import { inferType } from '../policy/infer-type.ts'

/** Any value of the types observed. */
export const type: ClosureRule = {
  id: 'type',
  summary: 'any value of a type that was observed',
  types: VALUE_TYPES,
  parameters: [null],
  gate: 'each',
  width: 50,
  close: values => ({ kind: 'type', types: [...new Set(values.map(inferType))].sort() }),
  latitude: constraint => ({
    statement: constraint.kind === 'type' ? `any ${constraint.types.join(', any ')}` : 'none',
    beyond: null,
  }),
}
