/** The places of fields that a policy names: the only ones that any of its verdicts can rest on. */
import type { Constraint } from '../model/constraint.ts'
import type { DerivedPolicy } from '../model/policy.ts'

/** Those that a constraint names. */
export const placesIn = (constraint: Constraint | null): readonly string[] =>
  constraint?.kind === 'field'
    ? (constraint.from ?? [])
    : constraint?.kind === 'anyOf'
      ? constraint.of.flatMap(placesIn)
      : []

const known = new WeakMap<DerivedPolicy, ReadonlySet<string>>()

export const namedPlaces = (policy: DerivedPolicy): ReadonlySet<string> => {
  const before = known.get(policy)
  if (before !== undefined) return before
  const places = new Set([
    ...policy.permissions.flatMap(({ dimensions, others }) =>
      [others, ...dimensions].flatMap(({ allow, review }) => [...placesIn(allow), ...placesIn(review)]),
    ),
    ...policy.envelopes.flatMap(({ values, explained }) =>
      [values, explained?.every ?? null, explained?.some ?? null].flatMap(placesIn),
    ),
  ])
  known.set(policy, places)
  return places
}
