/** merge(profile(a), profile(b)) = profile(a + b), for evidence that is in one of them only. */
import type { DimensionProfile, Profile, Sighting, SurfaceProfile } from '../model/profile.ts'
import { claim, emptyDimension, flood, trim } from './dimension.ts'
import { mergeFacts } from './facts.ts'
import { emptyProfile, emptySurface, emptyWitness, finishProfile, keepAlways } from './fold.ts'
import { mergeLedgers } from './ledger.ts'
import { mergeMinutes } from './minutes.ts'
import { mergeOrigins } from './origins.ts'
import { sight } from './sighting.ts'
import { bound } from './signature.ts'

const mergeSightings = (into: Map<string, Sighting>, from: ReadonlyMap<string, Sighting>): void => {
  for (const [witness, { count, first, last }] of from) sight(into, witness, count, first, last)
}

const mergeDimension = (into: DimensionProfile, from: DimensionProfile): void => {
  mergeSightings(into.present, from.present)
  for (const witness of from.flooded) flood(into, witness)
  for (const [witness, keys] of from.perWitness) for (const key of keys) claim(into, witness, key)
  if (from.overflow !== null && (into.overflow === null || from.overflow < into.overflow)) into.overflow = from.overflow
  for (const [key, entry] of from.values) {
    let known = into.values.get(key)
    if (known === undefined) {
      known = { value: entry.value, witnesses: new Map() }
      into.values.set(key, known)
    }
    for (const [witness, { count, first, last }] of entry.witnesses) {
      if (!into.flooded.has(witness)) sight(known.witnesses, witness, count, first, last)
    }
    if (known.witnesses.size === 0) into.values.delete(key)
  }
  trim(into, 0)
}

const mergeSurface = (into: SurfaceProfile, from: SurfaceProfile): void => {
  mergeSightings(into.witnesses, from.witnesses)
  for (const source of from.sources) into.sources.add(source)
  into.visibility.seen += from.visibility.seen
  into.visibility.absent += from.visibility.absent
  into.visibility.malformed += from.visibility.malformed
  for (const [witness, names] of from.always) keepAlways(into.always, witness, names)
  for (const [name, dimension] of from.dimensions) {
    const known = into.dimensions.get(name) ?? emptyDimension(name)
    into.dimensions.set(name, known)
    mergeDimension(known, dimension)
  }
}

const earlier = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b)
const later = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b))

const absorb = (into: Profile, from: Profile): void => {
  into.first = earlier(into.first, from.first)
  into.last = later(into.last, from.last)
  for (const source of from.sources) into.sources.add(source)
  for (const [key, tool] of from.catalog) into.catalog.set(key, tool)
  for (const [key, count] of from.unneeded) into.unneeded.set(key, (into.unneeded.get(key) ?? 0) + count)
  for (const [key, surface] of from.surfaces) {
    const known = into.surfaces.get(key) ?? emptySurface(surface.substrate, surface.action)
    into.surfaces.set(key, known)
    mergeSurface(known, surface)
  }
  for (const [key, witness] of from.witnesses) {
    const known = into.witnesses.get(key) ?? emptyWitness(witness.session, witness.first)
    into.witnesses.set(key, known)
    known.first = Math.min(known.first, witness.first)
    known.last = Math.max(known.last, witness.last)
    for (const word of witness.signature) known.signature.add(word)
    bound(known.signature)
    mergeOrigins(known, witness)
    mergeFacts(known, witness)
    mergeMinutes(known, witness)
  }
}

/** Neither argument is changed. Both must be of one workload. */
export const mergeProfiles = (a: Profile, b: Profile): Profile => {
  const merged = emptyProfile(a.workload, mergeLedgers(a.ledger, b.ledger))
  absorb(merged, a)
  absorb(merged, b)
  return finishProfile(merged)
}
