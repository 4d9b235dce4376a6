/** Every closure rule: its cases, and what any rule owes whatever the values. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Context } from '../../core/model/context.ts'
import { CLOSURE_RULES } from '../../core/pipeline.ts'
import { contains } from '../../core/policy/contains.ts'

const CASES = join(import.meta.dirname, '..', 'cases', 'closure')
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const closureCase = z.strictObject({
  values: z.array(scalar).min(1),
  parameter: z.number().nullable(),
  constraint: z.unknown(),
  inside: z.array(scalar),
  outside: z.array(scalar),
})
const NO_CONTEXT: Context = { request: null, fields: null, prose: null, approved: new Set(), size: 0 }

const values = fc.uniqueArray(
  fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[a-z]{1,6}([-_./:][a-z0-9]{1,9}){0,4}$/),
    fc.ipV4(),
    fc.ipV6(),
    fc.webUrl(),
    fc.domain(),
    fc.double({ noNaN: true }),
    fc.constantFrom(
      '../../x',
      '/',
      '//',
      '.',
      '..',
      '/..',
      'arn:aws:s3:::',
      'arn:aws:s3:::b/k',
      '',
      '\0',
      '/a/../../b',
    ),
  ),
  { minLength: 1, maxLength: 8 },
)

for (const rule of CLOSURE_RULES) {
  describe(`closure rule ${rule.id}`, () => {
    const folder = join(CASES, rule.id)
    for (const file of readdirSync(folder)) {
      it(`case ${file}`, () => {
        const {
          values: observed,
          parameter,
          constraint: expected,
          inside,
          outside,
        } = closureCase.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')))
        const constraint = rule.close(observed, parameter)
        expect(constraint).toEqual(expected)
        if (constraint === null) return
        for (const value of inside) expect([value, contains(constraint, value, NO_CONTEXT)]).toEqual([value, true])
        for (const value of outside) expect([value, contains(constraint, value, NO_CONTEXT)]).toEqual([value, false])
      })
    }

    it('contains what was observed, in any order, and says what it grants', () => {
      let closed = 0
      fc.assert(
        fc.property(values, fc.constantFrom(...rule.parameters), (observed, parameter) => {
          const constraint = rule.close(observed, parameter)
          if (constraint === null) return
          closed++
          for (const value of observed) {
            expect([value, contains(constraint, value, NO_CONTEXT)]).toEqual([value, true])
          }
          expect(rule.close([...observed].reverse(), parameter)).toEqual(
            constraint.kind === 'set' ? { ...constraint, values: [...observed].reverse() } : constraint,
          )
          expect(rule.latitude(constraint, observed).statement).not.toBe('')
        }),
        { numRuns: 500 },
      )
      expect(closed).toBeGreaterThan(0)
    })

    if (rule.gate !== 'each') return
    it('makes of values together the union of what it makes of each', () => {
      fc.assert(
        fc.property(values, values, fc.constantFrom(...rule.parameters), (observed, others, parameter) => {
          const each = observed.map(value => rule.close([value], parameter))
          const together = rule.close(observed, parameter)
          expect(together === null).toBe(each.includes(null))
          if (together === null) return
          for (const value of [...observed, ...others]) {
            const inOne = each.some(constraint => constraint !== null && contains(constraint, value, NO_CONTEXT))
            expect([value, contains(together, value, NO_CONTEXT)]).toEqual([value, inOne])
          }
        }),
        { numRuns: 500 },
      )
    })
  })
}
