/** What one witness showed → the profile, without a profile in between: the same as `merge` of a part with nothing else in it. */
import { DIMENSION_VALUE_CAP, type Profile, type SurfaceProfile, type WitnessProfile } from '../model/profile.ts'
import type { ShownSurface } from '../model/shown.ts'
import { claimSurface, floodDimensions, isFlooded } from './breadth.ts'
import { claim, flood, trim } from './dimension.ts'
import { mergeWitness } from './merge.ts'
import { sight } from './sighting.ts'
import { dimensionFor, emptySurface, keepAlways, sightSurface } from './surface.ts'

const absorbDimensions = (surface: SurfaceProfile, witness: string, { dimensions }: ShownSurface): void => {
  const { name, count, first, last, flooded } = dimensions
  for (let at = 0; at < name.length; at++) {
    const dimension = dimensionFor(surface, name[at] ?? '', witness)
    if (dimension === null) return
    sight(dimension.present, witness, count[at] ?? 0, first[at] ?? 0, last[at] ?? 0)
    if (flooded[at] === 1) flood(dimension, witness)
  }
}

/** All that it showed first, then the values: on the way it can turn out to have shown too many of them. */
const absorbValues = (surface: SurfaceProfile, witness: string, { values }: ShownSurface): void => {
  const { dimension: names, key: keys, value: shown, count, first, last } = values
  for (let at = 0; at < keys.length; at++) {
    const dimension = surface.dimensions.get(names[at] ?? '')
    if (dimension?.present.has(witness) === true) claim(dimension, witness, keys[at] ?? '')
  }
  for (let at = 0; at < keys.length; at++) {
    const [key, value] = [keys[at] ?? '', shown[at]]
    const dimension = surface.dimensions.get(names[at] ?? '')
    if (value === undefined || dimension === undefined) continue
    if (!dimension.present.has(witness) || dimension.flooded.has(witness)) continue
    let entry = dimension.values.get(key)
    if (entry === undefined) {
      entry = { value, witnesses: new Map() }
      dimension.values.set(key, entry)
      trim(dimension, DIMENSION_VALUE_CAP)
    }
    sight(entry.witnesses, witness, count[at] ?? 0, first[at] ?? 0, last[at] ?? 0)
  }
}

/** Adds it, in place. To be closed by `finishProfile`. */
export const absorbShown = (into: Profile, shown: ShownSurface): void => {
  const { substrate, action, witness } = shown
  if (isFlooded(into, substrate, witness)) return
  const key = `${substrate}/${action}`
  const known = into.surfaces.get(key)
  if (known?.witnesses.has(witness) !== true && !claimSurface(into, substrate, witness)) return
  const surface = known ?? emptySurface(substrate, action)
  into.surfaces.set(key, surface)
  sightSurface(surface, witness, shown.sighting)
  if (shown.isFlooded) floodDimensions(surface, witness)
  if (surface.flooded.has(witness)) return
  if (shown.always !== null) keepAlways(surface.always, witness, new Set(shown.always))
  absorbDimensions(surface, witness, shown)
  absorbValues(surface, witness, shown)
}

/** Adds a witness, which the profile keeps as it is where it knew none of that name: it is the profile's from here on. */
export const absorbWitness = (into: Profile, name: string, witness: WitnessProfile): void => {
  const known = into.witnesses.get(name)
  if (known === undefined) into.witnesses.set(name, witness)
  else mergeWitness(known, witness)
}
