/** `containing` against `contains`: looking constraints up finds what asking each of them would. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Constraint } from '../../core/model/constraint.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import { containing } from '../../core/policy/containing.ts'
import { contains } from '../../core/policy/contains.ts'
import { NO_CONTEXT } from '../../core/policy/step.ts'
import { arbitraryConstraint, arbitraryValueNear, HOSTILE, POOLS } from '../contracts/arbitrary-constraint.ts'

const POOL: readonly Scalar[] = Object.values(POOLS).flat()

const asked = fc
  .array(arbitraryConstraint(POOL), { minLength: 1, maxLength: 6 })
  .chain(constraints =>
    fc.tuple(fc.constant(constraints), fc.oneof(...constraints.map(one => arbitraryValueNear(one, POOL)))),
  )

test('the constraints that contain a value are found, and no others', () => {
  let found = 0
  fc.assert(
    fc.property(asked, ([constraints, value]) => {
      const expected = [...constraints.keys()].filter(at => {
        const constraint = constraints[at]
        return constraint !== undefined && contains(constraint, value, NO_CONTEXT)
      })
      found += expected.length
      expect([...containing(constraints)(value)].sort()).toEqual(expected)
    }),
    {
      numRuns: 5_000,
      examples: HOSTILE.map((value): [[Constraint[], Scalar]] => [
        [[{ kind: 'path', under: ['.', '/', value] }], value],
      ]),
    },
  )
  expect(found).toBeGreaterThan(1_000)
})
