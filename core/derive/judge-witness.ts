/**
 * What a policy would have said of one witness of the profile: the reference semantics, asked of what the profile kept. The
 * profile knows a witness's values by surface and not by call, and where each came from; that is enough for a rate.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Micros } from '../model/observation.ts'
import type { Profile, SurfaceProfile } from '../model/profile.ts'
import { type Scalar, scalarKey } from '../model/scalar.ts'
import type { Verdict } from '../model/verdict.ts'
import { contains } from '../policy/contains.ts'
import { indexOf } from '../policy/index-policy.ts'
import { NO_CONTEXT } from '../policy/step.ts'
import { namesSurface } from '../policy/surface.ts'
import { type Origin, originOf, placeOf } from './origin.ts'
import type { Permitted } from './permissions.ts'
import { isFrom } from './usual-fields.ts'

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

/** Where a value came from. */
interface Source {
  readonly origin: () => Origin
  readonly place: () => string | null
}

/** The origin is asked for only where the constraint depends on it: it is the costly part. */
const within = (constraint: Constraint, value: Scalar, source: Source): boolean => {
  switch (constraint.kind) {
    case 'request':
      return source.origin() === 'request'
    case 'field':
      return source.origin() === 'field' && isFrom(constraint, source.place())
    case 'unprompted':
      return source.origin() === 'own'
    case 'anyOf':
      return constraint.of.some(each => within(each, value, source))
    default:
      return contains(constraint, value, NO_CONTEXT)
  }
}

export interface WitnessVerdict {
  readonly verdict: Verdict
  /** Distinct surfaces and values that a person would be asked about. */
  readonly prompts: number
}

type Value = ShownSurface['values'][number]

interface Envelope {
  readonly allow: Constraint
  readonly review: Constraint | null
}

const judgeValue = (envelope: Envelope, { value }: Value, isWithheld: () => boolean, source: Source): Verdict => {
  if (within(envelope.allow, value, source)) return 'allow'
  const isAsked = isWithheld() || (envelope.review !== null && within(envelope.review, value, source))
  return isAsked || source.origin() === 'unknown' ? 'review' : 'deny'
}

/** As `policy/surface` says it, of what the profile kept: the session explains every value, and at least one by name. */
const isExplained = (
  { bounds, envelopes }: Permitted,
  { substrate, action, visibility }: SurfaceProfile,
  values: readonly Value[],
  sourceOf: (value: Value) => Source,
): boolean =>
  bounds.includes(substrate) &&
  visibility.seen > 0 &&
  envelopes.some(envelope => {
    const { explained } = envelope
    if (explained === null || envelope.substrate !== substrate || !namesSurface(envelope, action)) return false
    const holds = (constraint: Constraint) => (entry: Value) => within(constraint, entry.value, sourceOf(entry))
    return (
      !explained.except.includes(action) &&
      values.every(holds(explained.every)) &&
      (explained.some === null || values.some(holds(explained.some)))
    )
  })

export const judgeWitness = (
  permitted: Permitted,
  profile: Profile,
  witness: string,
  shown: readonly ShownSurface[],
): WitnessVerdict => {
  const index = indexOf(permitted)
  const asked = new Set<string>()
  let denied = false
  const note = (verdict: Verdict, question: string): void => {
    if (verdict === 'review') asked.add(question)
    if (verdict === 'deny') denied = true
  }
  const own = profile.witnesses.get(witness)
  const sourceOf = ({ value, first }: Value): Source => {
    let known: Origin | null = null
    return {
      origin: () => {
        known ??= originOf(value, own, first)
        return known
      },
      place: () => placeOf(value, own),
    }
  }
  for (const { surface, values } of shown) {
    const { substrate, action } = surface
    const permission = index.permission(substrate, action)
    if (permission === undefined) {
      if (isExplained(permitted, surface, values, sourceOf)) continue
      const isAsked =
        !permitted.bounds.includes(substrate) ||
        index.withholdsSurface(substrate, action) ||
        permitted.envelopes.some(
          envelope =>
            envelope.substrate === substrate &&
            namesSurface(envelope, action) &&
            values.every(entry => envelope.values === null || within(envelope.values, entry.value, sourceOf(entry))),
        )
      note(isAsked ? 'review' : 'deny', `surface:${substrate}/${action}`)
      continue
    }
    for (const entry of values) {
      const dimension = permission.dimensions.find(one => one.dimension === entry.dimension)
      const isWithheld = () =>
        dimension === undefined
          ? index.withholdsDimension(substrate, action, entry.dimension)
          : index.withholdsValue(substrate, action, entry.dimension, entry.value)
      const verdict = judgeValue(dimension ?? permission.others, entry, isWithheld, sourceOf(entry))
      note(verdict, scalarKey(entry.value))
    }
  }
  return { verdict: denied ? 'deny' : asked.size > 0 ? 'review' : 'allow', prompts: asked.size }
}
