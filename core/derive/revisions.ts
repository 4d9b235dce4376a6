/**
 * Revisions: which witnesses saw the same agent. A revision is what the agent was made of during one session, so that spans
 * that say less than others of the same session do not look like another agent.
 */
import { digest } from '../model/digest.ts'
import type { DimensionProfile, Profile, SurfaceProfile, ValueProfile } from '../model/profile.ts'

export interface Revisions {
  /** Digests, sorted. */
  readonly all: readonly string[]
  /** The one that appeared last. */
  readonly latest: string | null
  /** Witnesses of the latest revision, and those that came after it appeared and say nothing of theirs. */
  readonly latestWitnesses: ReadonlySet<string>
}

const UNSAID = digest([])

export const revisionsOf = (profile: Profile): Revisions => {
  const byWitness = new Map<string, string>()
  const appeared = new Map<string, number>()
  for (const [name, { facts, first }] of profile.witnesses) {
    const said = [...facts]
      .map(([key, values]) => [key, [...values].sort()] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    const revision = digest(said)
    byWitness.set(name, revision)
    appeared.set(revision, Math.min(appeared.get(revision) ?? first, first))
  }
  const known = [...appeared].filter(([revision]) => revision !== UNSAID)
  const [latest, since] = known.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0] ?? [null, 0]
  const isLatest = ([name, revision]: readonly [string, string]): boolean =>
    latest === null ||
    revision === latest ||
    (revision === UNSAID && (profile.witnesses.get(name)?.first ?? 0) >= since)
  return {
    all: [...appeared.keys()].sort(),
    latest,
    latestWitnesses: new Set([...byWitness].filter(isLatest).map(([name]) => name)),
  }
}

/** The very same map where nothing is left out: most values of a large profile have one witness. */
const kept = <T>(entries: Map<string, T>, names: ReadonlySet<string>): Map<string, T> => {
  if (entries.size === 1) {
    for (const name of entries.keys()) return names.has(name) ? entries : new Map()
  }
  const some = new Map<string, T>()
  for (const [name, entry] of entries) if (names.has(name)) some.set(name, entry)
  return some.size === entries.size ? entries : some
}

const narrowedDimension = (dimension: DimensionProfile, names: ReadonlySet<string>): DimensionProfile => {
  const present = kept(dimension.present, names)
  // Whoever showed a value showed the dimension.
  if (present === dimension.present) return dimension
  const values = new Map<string, ValueProfile>()
  for (const [key, entry] of dimension.values) {
    const witnesses = kept(entry.witnesses, names)
    if (witnesses.size > 0) values.set(key, witnesses === entry.witnesses ? entry : { value: entry.value, witnesses })
  }
  return { ...dimension, values, present }
}

const narrowed = (surface: SurfaceProfile, names: ReadonlySet<string>): SurfaceProfile => {
  const witnesses = kept(surface.witnesses, names)
  // Whoever showed a dimension showed the surface.
  if (witnesses === surface.witnesses) return surface
  const dimensions = new Map<string, DimensionProfile>()
  for (const [name, dimension] of surface.dimensions) {
    const own = narrowedDimension(dimension, names)
    if (own.present.size > 0) dimensions.set(name, own)
  }
  return { ...surface, witnesses, always: kept(surface.always, names), dimensions }
}

/** The profile as these witnesses alone would have left it. */
export const onlyWitnesses = (profile: Profile, names: ReadonlySet<string>): Profile => {
  const surfaces = new Map<string, SurfaceProfile>()
  for (const [key, surface] of profile.surfaces) {
    const own = narrowed(surface, names)
    if (own.witnesses.size > 0) surfaces.set(key, own)
  }
  return { ...profile, witnesses: kept(profile.witnesses, names), surfaces }
}
