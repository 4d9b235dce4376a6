/**
 * Recorded surfaces → a policy of any number of permissions and calls for it: the same surfaces again under other names, each with
 * its share of the recorded calls. No deployment on record has five hundred tools; what a call costs depends on them alone.
 */
import type { DerivedPolicy, Permission } from '../../core/model/policy.ts'
import type { Made, Recorded, Surface } from './recorded.ts'

export interface Sized {
  readonly policy: DerivedPolicy
  readonly made: readonly Made[]
}

/** The first words stay what they are: envelopes go by them. */
const nameOf = (action: string, { suite }: Surface, copy: number): string => `${action}_${suite}_${copy}`

const renamed = (permission: Permission, surface: Surface, copy: number): Permission => {
  const action = nameOf(permission.action, surface, copy)
  return { ...permission, id: `tool/${action}`, action }
}

interface Copy {
  readonly surface: Surface
  readonly copy: number
}

/** Calls asked in all: each recorded call in turn, each time of another copy of its surface. */
const CALLS = 20_000

const spread = (kept: readonly Copy[], uncovered: readonly Surface[]): readonly Made[] => {
  const copies = new Map<Surface, number>()
  for (const { surface } of kept) copies.set(surface, (copies.get(surface) ?? 0) + 1)
  for (const surface of uncovered) copies.set(surface, 1)
  const all = [...copies].flatMap(([surface, count]) => surface.made.map(made => ({ surface, count, made })))
  // Neighbours in a log are alike; a stride that shares no factor with their number takes them apart.
  const stride = 7_919
  return Array.from({ length: all.length === 0 ? 0 : CALLS }, (_, index) => {
    const one = all[(index * stride) % all.length]
    if (one === undefined) return []
    const { surface, count, made } = one
    const action = nameOf(made.request.action, surface, Math.floor(index / all.length) % count)
    return [{ ...made, request: { ...made.request, action } }]
  }).flat()
}

export const sized = ({ surfaces, envelopes, base }: Recorded, permissions: number): Sized => {
  const covered = surfaces.filter(({ permission }) => permission !== null)
  const kept = Array.from({ length: permissions }, (_, index): readonly Copy[] => {
    const surface = covered[index % covered.length]
    return surface === undefined ? [] : [{ surface, copy: Math.floor(index / covered.length) }]
  }).flat()
  // With one permission alone, the calls of all other tools would be one denial, many times.
  const uncovered = permissions < covered.length ? [] : surfaces.filter(({ permission }) => permission === null)
  const copies = [...kept, ...uncovered.map(surface => ({ surface, copy: 0 }))]
  return {
    policy: {
      ...base,
      bounds: ['tool'],
      permissions: kept.flatMap(({ surface, copy }) =>
        surface.permission === null ? [] : [renamed(surface.permission, surface, copy)],
      ),
      withheld: copies.flatMap(({ surface, copy }) =>
        surface.withheld.map(entry => ({ ...entry, action: nameOf(entry.action, surface, copy) })),
      ),
      envelopes,
    },
    made: spread(kept, uncovered),
  }
}
