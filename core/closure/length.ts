import type { ClosureRule } from '../model/closure-rule.ts'
import { allStrings } from './strings.ts'

/** Any text up to the power of two above the longest one observed. */
export const length: ClosureRule = {
  id: 'length',
  summary: 'any text no longer than the power of two above the longest observed',
  types: ['text', 'identifier'],
  parameters: [null],
  gate: 'each',
  width: 60,
  close: values => {
    const strings = allStrings(values)
    if (strings === null || strings.length === 0) return null
    const longest = strings.reduce((max, text) => Math.max(max, text.length), 1)
    return { kind: 'length', max: 2 ** Math.ceil(Math.log2(longest)) }
  },
  latitude: constraint => ({
    statement: constraint.kind === 'length' ? `any text of up to ${constraint.max} characters` : 'none',
    beyond: null,
  }),
}
