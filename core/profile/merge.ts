/** merge(profile(a), profile(b)) = profile(a + b), for evidence that is in one of them only. */
import type { DimensionProfile, Profile, SurfaceProfile, WitnessProfile } from '../model/profile.ts'
import { claimSurface, floodDimensions, floodSurfaces, isFlooded } from './breadth.ts'
import { claim, flood, trim } from './dimension.ts'
import { mergeFacts } from './facts.ts'
import { emptyProfile, emptyWitness, finishProfile } from './fold.ts'
import { mergeLedgers } from './ledger.ts'
import { mergeMinutes } from './minutes.ts'
import { mergeOrigins } from './origins.ts'
import { sight } from './sighting.ts'
import { bound } from './signature.ts'
import { dimensionFor, emptySurface, keepAlways, sightSurface } from './surface.ts'

/** Only what those showed who still count for the dimension. */
const mergeDimension = (into: DimensionProfile, from: DimensionProfile): void => {
  for (const witness of from.flooded) if (into.present.has(witness)) flood(into, witness)
  for (const [witness, keys] of from.perWitness)
    if (into.present.has(witness)) for (const key of keys) claim(into, witness, key)
  if (from.overflow !== null && (into.overflow === null || from.overflow < into.overflow)) into.overflow = from.overflow
  for (const [key, entry] of from.values) {
    let known = into.values.get(key)
    if (known === undefined) {
      known = { value: entry.value, witnesses: new Map() }
      into.values.set(key, known)
    }
    for (const [witness, { count, first, last }] of entry.witnesses) {
      if (into.present.has(witness) && !into.flooded.has(witness)) sight(known.witnesses, witness, count, first, last)
    }
    if (known.witnesses.size === 0) into.values.delete(key)
  }
  trim(into, 0)
}

/** Who showed what first, then the values: on the way a witness can turn out to have shown too many dimensions. */
const mergeSurface = (into: SurfaceProfile, from: SurfaceProfile): void => {
  for (const witness of from.flooded) if (into.witnesses.has(witness)) floodDimensions(into, witness)
  for (const [witness, names] of from.always)
    if (into.witnesses.has(witness) && !into.flooded.has(witness)) keepAlways(into.always, witness, names)
  for (const [name, { present }] of from.dimensions) {
    for (const [witness, { count, first, last }] of present) {
      const dimension = into.witnesses.has(witness) ? dimensionFor(into, name, witness) : null
      if (dimension !== null) sight(dimension.present, witness, count, first, last)
    }
  }
  for (const [name, dimension] of from.dimensions) {
    const known = into.dimensions.get(name)
    if (known !== undefined) mergeDimension(known, dimension)
  }
}

/** Who showed the surfaces first: on the way a witness can turn out to have shown too many of them. */
const mergeSurfaces = (into: Profile, from: Profile): void => {
  for (const [substrate, witnesses] of from.flooded)
    for (const witness of witnesses) floodSurfaces(into, substrate, witness)
  for (const [key, { substrate, action, witnesses }] of from.surfaces) {
    for (const [witness, seen] of witnesses) {
      if (isFlooded(into, substrate, witness)) continue
      if (into.surfaces.get(key)?.witnesses.has(witness) !== true && !claimSurface(into, substrate, witness)) continue
      const known = into.surfaces.get(key) ?? emptySurface(substrate, action)
      into.surfaces.set(key, known)
      sightSurface(known, witness, seen)
    }
  }
  for (const [key, surface] of from.surfaces) {
    const known = into.surfaces.get(key)
    if (known !== undefined) mergeSurface(known, surface)
  }
}

const earlier = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b)
const later = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b))

/** Adds what a part knows of the same witness. */
export const mergeWitness = (into: WitnessProfile, from: WitnessProfile): void => {
  into.inferred ||= from.inferred
  into.first = Math.min(into.first, from.first)
  into.last = Math.max(into.last, from.last)
  for (const word of from.signature) into.signature.add(word)
  bound(into.signature)
  mergeOrigins(into, from)
  mergeFacts(into, from)
  mergeMinutes(into, from)
}

/** Adds a part, in place; the ledger stays. To be closed by `finishProfile`. */
export const absorb = (into: Profile, from: Profile): void => {
  into.first = earlier(into.first, from.first)
  into.last = later(into.last, from.last)
  for (const source of from.sources) into.sources.add(source)
  for (const [key, tool] of from.catalog) into.catalog.set(key, tool)
  for (const [key, count] of from.unneeded) into.unneeded.set(key, (into.unneeded.get(key) ?? 0) + count)
  mergeSurfaces(into, from)
  for (const [key, witness] of from.witnesses) {
    const known = into.witnesses.get(key) ?? emptyWitness(witness.session, witness.first)
    into.witnesses.set(key, known)
    mergeWitness(known, witness)
  }
}

/** Neither argument is changed. Both must be of one workload. */
export const mergeProfiles = (a: Profile, b: Profile): Profile => {
  const merged = emptyProfile(a.workload, mergeLedgers(a.ledger, b.ledger))
  absorb(merged, a)
  absorb(merged, b)
  return finishProfile(merged)
}
