/**
 * Revisions: which witnesses saw the same agent. A revision is what the agent was made of during one session, so that spans
 * that say less than others of the same session do not look like another agent.
 */
import { digest } from '../model/digest.ts'
import type { Profile, SurfaceProfile } from '../model/profile.ts'

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

const kept = <T>(entries: ReadonlyMap<string, T>, names: ReadonlySet<string>): Map<string, T> =>
  new Map([...entries].filter(([name]) => names.has(name)))

const narrowed = (surface: SurfaceProfile, names: ReadonlySet<string>): SurfaceProfile => ({
  ...surface,
  witnesses: kept(surface.witnesses, names),
  always: kept(surface.always, names),
  dimensions: new Map(
    [...surface.dimensions]
      .map(([name, dimension]) => {
        const values = [...dimension.values]
          .map(([key, { value, witnesses }]) => [key, { value, witnesses: kept(witnesses, names) }] as const)
          .filter(([, { witnesses }]) => witnesses.size > 0)
        return [name, { ...dimension, values: new Map(values), present: kept(dimension.present, names) }] as const
      })
      .filter(([, { present }]) => present.size > 0),
  ),
})

/** The profile as these witnesses alone would have left it. */
export const onlyWitnesses = (profile: Profile, names: ReadonlySet<string>): Profile => ({
  ...profile,
  witnesses: kept(profile.witnesses, names),
  surfaces: new Map(
    [...profile.surfaces]
      .map(([key, surface]) => [key, narrowed(surface, names)] as const)
      .filter(([, { witnesses }]) => witnesses.size > 0),
  ),
})
