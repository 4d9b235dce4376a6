/**
 * From which fields of earlier results a dimension's values usually come: those that passed the gate like any other evidence. Law 6
 * holds for them too: one session, or one that repeats itself, makes no field usual.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Decisions } from '../model/decisions.ts'
import type { Column } from './column.ts'
import type { Surroundings } from './surroundings.ts'

/** Place → the witnesses whose values of the dimension came from there, with how often. */
const shownFrom = (column: Column, { part }: Surroundings): ReadonlyMap<string, ReadonlyMap<number, number>> => {
  const byPlace = new Map<string, Map<number, number>>()
  for (const [sighting, witness] of column.witness.entries()) {
    if (part.has[witness] !== 1 || column.types[column.value[sighting] ?? 0] === 'secret') continue
    const place = column.origin(sighting) === 'field' ? column.place(sighting) : null
    if (place === null) continue
    const counts = byPlace.get(place) ?? new Map<number, number>()
    byPlace.set(place, counts.set(witness, (counts.get(witness) ?? 0) + (column.count[sighting] ?? 0)))
  }
  return byPlace
}

const usualPlaces = (column: Column, around: Surroundings): readonly string[] => {
  const { gate, numbers } = around
  return [...shownFrom(column, around)]
    .flatMap(([place, counts]) => {
      const times = [...counts.values()].reduce((sum, count) => sum + Math.min(gate.perWitness, count), 0)
      const clusters = new Set([...counts.keys()].map(witness => numbers.alike[witness] ?? -1)).size
      return gate.passes({ times, witnesses: counts.size, clusters }) ? [place] : []
    })
    .sort()
}

/** What the session may give, with fields bounded to the usual ones where that is decided. `column`: null where values are secret. */
export const contextAround = (
  context: readonly Constraint[],
  column: Column | null,
  around: Surroundings,
): readonly Constraint[] => {
  if (around.decisions.closure.fields.value === 'any' || !context.some(({ kind }) => kind === 'field')) return context
  const from = column === null ? [] : usualPlaces(column, around)
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
