/**
 * What a policy would have said of one witness of the profile: the reference semantics, asked of what the profile kept. The
 * profile knows a witness's values by surface and not by call, and where each came from; that is enough for a rate.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Context } from '../model/context.ts'
import type { Micros } from '../model/observation.ts'
import type { PermissionDimension } from '../model/policy.ts'
import type { Profile, SurfaceProfile } from '../model/profile.ts'
import type { Scalar } from '../model/scalar.ts'
import type { Verdict } from '../model/verdict.ts'
import { contains } from '../policy/contains.ts'
import { namesSurface } from '../policy/surface.ts'
import { type Origin, originOf } from './origin.ts'
import type { Permitted } from './permissions.ts'

/** What one witness showed of one surface. */
export interface ShownSurface {
  readonly surface: SurfaceProfile
  readonly values: readonly { readonly dimension: string; readonly value: Scalar; readonly first: Micros }[]
}

/** Witness → what it showed, over the whole profile. */
export const shownBy = (profile: Profile): ReadonlyMap<string, readonly ShownSurface[]> => {
  const shown = new Map<string, ShownSurface[]>()
  for (const surface of profile.surfaces.values()) {
    const values = new Map<string, { dimension: string; value: Scalar; first: Micros }[]>()
    for (const witness of surface.witnesses.keys()) values.set(witness, [])
    for (const { dimension, values: entries } of surface.dimensions.values()) {
      for (const { value, witnesses } of entries.values()) {
        for (const [witness, { first }] of witnesses) values.get(witness)?.push({ dimension, value, first })
      }
    }
    for (const [witness, own] of values) {
      const surfaces = shown.get(witness) ?? []
      shown.set(witness, surfaces)
      surfaces.push({ surface, values: own })
    }
  }
  return shown
}

const NO_CONTEXT: Context = { request: null, fields: null, prose: null, approved: new Set(), size: 0 }

const within = (constraint: Constraint, value: Scalar, origin: Origin): boolean => {
  switch (constraint.kind) {
    case 'request':
      return origin === 'request'
    case 'field':
      return origin === 'field'
    case 'unprompted':
      return origin === 'own'
    case 'anyOf':
      return constraint.of.some(each => within(each, value, origin))
    default:
      return contains(constraint, value, NO_CONTEXT)
  }
}

export interface WitnessVerdict {
  readonly verdict: Verdict
  /** Distinct surfaces and values that a person would be asked about. */
  readonly prompts: number
}

export const judgeWitness = (
  permitted: Permitted,
  profile: Profile,
  witness: string,
  shown: readonly ShownSurface[],
): WitnessVerdict => {
  const asked = new Set<string>()
  let denied = false
  const judgeValue = (
    dimension: PermissionDimension | null,
    value: Scalar,
    first: Micros,
    allow: Constraint,
    review: Constraint | null,
  ): void => {
    const origin = originOf(value, profile.witnesses.get(witness), first)
    if (within(allow, value, origin)) return
    const isWithheld =
      dimension !== null &&
      permitted.withheld.some(entry => entry.dimension === dimension.dimension && entry.value === value)
    if (isWithheld || (review !== null && within(review, value, origin)) || origin === 'unknown')
      asked.add(`${typeof value}:${String(value)}`)
    else denied = true
  }
  for (const { surface, values } of shown) {
    const { substrate, action } = surface
    const permission = permitted.permissions.find(entry => entry.substrate === substrate && entry.action === action)
    if (permission === undefined) {
      const isAsked =
        !permitted.bounds.includes(substrate) ||
        permitted.withheld.some(
          entry => entry.substrate === substrate && entry.action === action && entry.dimension === null,
        ) ||
        permitted.envelopes.some(
          envelope =>
            envelope.substrate === substrate &&
            namesSurface(envelope, action) &&
            values.every(
              ({ value, first }) =>
                envelope.values === null ||
                within(envelope.values, value, originOf(value, profile.witnesses.get(witness), first)),
            ),
        )
      if (isAsked) asked.add(`surface:${substrate}/${action}`)
      else denied = true
      continue
    }
    for (const { dimension: name, value, first } of values) {
      const dimension = permission.dimensions.find(entry => entry.dimension === name) ?? null
      if (dimension === null) judgeValue(null, value, first, permission.others.allow, permission.others.review)
      else judgeValue(dimension, value, first, dimension.allow, dimension.review)
    }
  }
  return { verdict: denied ? 'deny' : asked.size > 0 ? 'review' : 'allow', prompts: asked.size }
}
