/**
 * From which fields of earlier results a dimension's values usually come: those that passed the gate like any other evidence. Law 6
 * holds for them too: one session, or one that repeats itself, makes no field usual.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Decisions } from '../model/decisions.ts'
import type { Profile, Sighting, ValueProfile } from '../model/profile.ts'
import type { Gate } from './gate.ts'
import { originOf, placeOf } from './origin.ts'

const usualPlaces = (values: readonly ValueProfile[], profile: Profile, gate: Gate): readonly string[] => {
  const byPlace = new Map<string, Map<string, Sighting>>()
  for (const { value, witnesses } of values) {
    for (const [name, sighting] of witnesses) {
      const witness = profile.witnesses.get(name)
      if (originOf(value, witness, sighting.first) !== 'field') continue
      const place = placeOf(value, witness)
      if (place === null) continue
      const sightings = byPlace.get(place) ?? new Map<string, Sighting>()
      byPlace.set(place, sightings)
      const known = sightings.get(name)
      sightings.set(name, known === undefined ? sighting : { ...known, count: known.count + sighting.count })
    }
  }
  return [...byPlace].flatMap(([place, sightings]) => (gate.admits(sightings) ? [place] : [])).sort()
}

/** What the session may give, with fields bounded to the usual ones where that is decided. `values`: none where they are secret. */
export const contextAround = (
  context: readonly Constraint[],
  values: readonly ValueProfile[],
  decisions: Decisions,
  profile: Profile,
  gate: Gate,
): readonly Constraint[] => {
  if (decisions.closure.fields.value === 'any' || !context.some(({ kind }) => kind === 'field')) return context
  const from = usualPlaces(values, profile, gate)
  return context.flatMap((each): readonly Constraint[] =>
    each.kind !== 'field' ? [each] : from.length === 0 ? [] : [{ kind: 'field', from }],
  )
}

/** Where nothing was observed, no field is usual. */
export const withoutFields = (constraint: Constraint, decisions: Decisions): Constraint => {
  if (decisions.closure.fields.value === 'any' || constraint.kind !== 'anyOf') return constraint
  return { kind: 'anyOf', of: constraint.of.filter(({ kind }) => kind !== 'field') }
}

/** Whether a constraint on fields takes one that stood here. */
export const isFrom = (fields: Constraint | undefined, place: string | null): boolean =>
  fields?.kind === 'field' && (fields.from === undefined || (place !== null && fields.from.includes(place)))
