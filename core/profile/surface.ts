/** What one surface showed, by witness: who, from which sources, with which dimensions and values. */
import type { Observation } from '../model/observation.ts'
import type { DimensionProfile, SurfaceProfile, SurfaceSighting } from '../model/profile.ts'
import type { Substrate } from '../model/substrate.ts'
import { claimDimension } from './breadth.ts'
import { addValue, emptyDimension, trim } from './dimension.ts'
import { saturated, sight } from './sighting.ts'

export const emptySurface = (substrate: Substrate, action: string): SurfaceProfile => ({
  substrate,
  action,
  witnesses: new Map(),
  dimensions: new Map(),
  breadth: new Map(),
  flooded: new Set(),
  always: new Map(),
  sources: new Set(),
  visibility: { seen: 0, absent: 0, malformed: 0 },
})

export const sightSurface = (surface: SurfaceProfile, witness: string, seen: SurfaceSighting): void => {
  const known = surface.witnesses.get(witness)
  if (known === undefined) {
    surface.witnesses.set(witness, { ...seen, count: saturated(seen.count) })
    return
  }
  known.count = saturated(known.count + seen.count)
  known.first = Math.min(known.first, seen.first)
  known.last = Math.max(known.last, seen.last)
  known.seen ||= seen.seen
  known.absent ||= seen.absent
  known.malformed ||= seen.malformed
  if (seen.sources.some(source => !known.sources.includes(source)))
    known.sources = [...new Set([...known.sources, ...seen.sources])].sort()
}

/** Intersection over the witness's calls, in whatever order. */
export const keepAlways = (always: Map<string, Set<string>>, witness: string, shown: ReadonlySet<string>): void => {
  const known = always.get(witness)
  if (known === undefined) always.set(witness, new Set(shown))
  else for (const name of known) if (!shown.has(name)) known.delete(name)
}

/** The dimension, where the witness may count for it: null once it has shown too many. */
export const dimensionFor = (surface: SurfaceProfile, name: string, witness: string): DimensionProfile | null => {
  if (surface.flooded.has(witness)) return null
  const known = surface.dimensions.get(name)
  if (known?.present.has(witness)) return known
  if (!claimDimension(surface, witness)) return null
  const dimension = known ?? emptyDimension(name)
  surface.dimensions.set(name, dimension)
  return dimension
}

/** One call of a witness that may count for the surface. */
export const addToSurface = (
  surface: SurfaceProfile,
  witness: string,
  { source, start, visibility, values }: Observation,
): void => {
  sightSurface(surface, witness, {
    count: 1,
    first: start,
    last: start,
    sources: [source],
    seen: visibility === 'seen',
    absent: visibility === 'absent',
    malformed: visibility === 'malformed',
  })
  if (visibility !== 'seen') return
  const counted = new Set<string>()
  for (const { dimension: name, value } of values) {
    const dimension = dimensionFor(surface, name, witness)
    if (dimension === null) return
    if (!counted.has(name)) sight(dimension.present, witness, 1, start, start)
    counted.add(name)
    addValue(dimension, value, witness, 1, start, start)
  }
  if (!surface.flooded.has(witness)) keepAlways(surface.always, witness, counted)
}

/** What is said of the surface as a whole, from the witnesses that still count. */
export const finishSurface = (surface: SurfaceProfile): void => {
  surface.sources.clear()
  const { visibility } = surface
  for (const kind of ['seen', 'absent', 'malformed'] as const) visibility[kind] = 0
  for (const { sources, seen, absent, malformed } of surface.witnesses.values()) {
    for (const source of sources) surface.sources.add(source)
    visibility.seen += Number(seen)
    visibility.absent += Number(absent)
    visibility.malformed += Number(malformed)
  }
  for (const dimension of surface.dimensions.values()) trim(dimension, 0)
}
