import type { ClosureRule } from '../model/closure-rule.ts'

/** From the smallest to the largest number seen. */
export const range: ClosureRule = {
  id: 'range',
  summary: 'from the smallest to the largest number observed',
  types: ['number'],
  parameters: [null],
  gate: 'order',
  width: 10,
  close: values => {
    const numbers = values.filter(value => typeof value === 'number')
    if (numbers.length !== values.length || numbers.length === 0) return null
    const [min, max] = numbers.reduce(([low, high], n) => [Math.min(low, n), Math.max(high, n)], [Infinity, -Infinity])
    return Number.isFinite(min) && Number.isFinite(max) ? { kind: 'range', min, max } : null
  },
  latitude: constraint => ({
    statement: constraint.kind === 'range' ? `any number from ${constraint.min} to ${constraint.max}` : 'none',
    beyond: null,
  }),
}
