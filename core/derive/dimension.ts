/** One dimension of a surface as the document has it: values → rule → constraint, with every step kept for the person who asks. */
import type { Constraint } from '../model/constraint.ts'
import type { PermissionDimension, Withheld } from '../model/policy.ts'
import type { Profile } from '../model/profile.ts'
import type { Scalar } from '../model/scalar.ts'
import { contextOf } from '../policy/contains.ts'
import { SECRET_MASK } from '../policy/evaluate.ts'
import type { Assessed } from './assess.ts'
import { countOf } from './evidence-count.ts'
import { admitsValue } from './gate-part.ts'
import { opennessOf } from './openness.ts'
import type { SurfaceTable } from './surface-table.ts'
import type { Surroundings } from './surroundings.ts'
import { isOnlySuggested } from './trusted.ts'
import { classify } from './withheld.ts'

export interface DerivedDimension {
  /** Null: too few showed the dimension at all, so the permission does not list it. */
  readonly dimension: PermissionDimension | null
  readonly withheld: readonly Withheld[]
}

const SAMPLES = 5
const SAMPLE_LENGTH = 200

const sample = (value: Scalar): Scalar =>
  typeof value === 'string' && value.length > SAMPLE_LENGTH ? `${value.slice(0, SAMPLE_LENGTH)}…` : value

const combine = (base: Constraint, context: readonly Constraint[]): Constraint => {
  const [only] = context
  if (base.kind !== 'none') return context.length === 0 ? base : { kind: 'anyOf', of: [base, ...context] }
  return only === undefined ? base : { kind: 'anyOf', of: context }
}

/** `assessed`: over all of the evidence. */
export const writeDimension = (
  assessed: Assessed,
  { surface, unlisted }: SurfaceTable,
  profile: Profile,
  { gate }: Surroundings,
): DerivedDimension => {
  const { table, type, role, closing, weighed, absent, isEstablished, isListed, isGuarded, context } = assessed
  const { observed } = table
  const { substrate, action } = surface
  if (!isListed) {
    const where = { substrate, action, dimension: observed.dimension, value: null }
    const found = classify(observed.present, profile, gate, surface.sources, false)
    return { dimension: null, withheld: [{ ...where, ...found }] }
  }
  const { column, entries, trusted } = weighed
  const chosen = closing.write()
  const allow = isEstablished ? combine(chosen.constraint, context) : unlisted.allow
  const asked = [...column.values.keys()].filter(value => entries[value] === 1)
  const valueAt = (value: number): Scalar => column.values[value]?.value ?? null
  return {
    dimension: {
      dimension: observed.dimension,
      type,
      role,
      rule: chosen.name,
      allow,
      review: assessed.review,
      absent,
      context: contextOf(allow),
      trace: {
        distinct: column.values.length,
        samples: role.value === 'secret' ? [SECRET_MASK] : asked.slice(0, SAMPLES).map(value => sample(valueAt(value))),
        considered: chosen.considered,
      },
      latitude: chosen.latitude,
      openness: opennessOf(allow),
      evidence: countOf(observed.present, profile, gate, surface.sources),
    },
    withheld: asked
      .filter(value => !closing.contains(value))
      .map(value => {
        const suggested = admitsValue(gate, column, value, null)
          ? !admitsValue(gate, column, value, trusted)
          : isGuarded && isOnlySuggested(column, value)
        const witnesses = column.values[value]?.witnesses ?? new Map()
        const where = { substrate, action, dimension: observed.dimension, value: valueAt(value) }
        return { ...where, ...classify(witnesses, profile, gate, surface.sources, suggested) }
      }),
  }
}
