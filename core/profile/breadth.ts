/**
 * How much one witness may show: so many surfaces of a substrate, so many dimensions of a surface. A witness that shows more
 * counts for none of them, so that a session that invents names opens nothing, displaces nothing and costs no memory. The
 * same witnesses flood, and the same is left, in whatever order the evidence comes.
 */
import {
  type DimensionProfile,
  type Profile,
  type SurfaceProfile,
  WITNESS_DIMENSION_CAP,
  WITNESS_SURFACE_CAP,
} from '../model/profile.ts'
import type { Substrate } from '../model/substrate.ts'

/** As if the witness had never shown the dimension. */
const forget = ({ present, values, perWitness, flooded }: DimensionProfile, witness: string): void => {
  present.delete(witness)
  flooded.delete(witness)
  for (const key of perWitness.get(witness) ?? []) {
    const entry = values.get(key)
    if (entry?.witnesses.delete(witness) && entry.witnesses.size === 0) values.delete(key)
  }
  perWitness.delete(witness)
}

const forgetDimensions = (surface: SurfaceProfile, witness: string): void => {
  surface.breadth.delete(witness)
  surface.always.delete(witness)
  for (const [name, dimension] of surface.dimensions) {
    if (!dimension.present.has(witness)) continue
    forget(dimension, witness)
    if (dimension.present.size === 0) surface.dimensions.delete(name)
  }
}

/** The witness showed too many dimensions: it counts for none, and that is remembered. */
export const floodDimensions = (surface: SurfaceProfile, witness: string): void => {
  if (surface.flooded.has(witness)) return
  forgetDimensions(surface, witness)
  surface.flooded.add(witness)
}

/** Notes that the witness shows one dimension more; false once it has shown too many. */
export const claimDimension = (surface: SurfaceProfile, witness: string): boolean => {
  const count = (surface.breadth.get(witness) ?? 0) + 1
  surface.breadth.set(witness, count)
  if (count <= WITNESS_DIMENSION_CAP) return true
  floodDimensions(surface, witness)
  return false
}

export const isFlooded = (profile: Profile, substrate: Substrate, witness: string): boolean =>
  profile.flooded.get(substrate)?.has(witness) === true

/** The witness showed too many surfaces of the substrate: it counts for none, and that is remembered. */
export const floodSurfaces = (profile: Profile, substrate: Substrate, witness: string): void => {
  if (isFlooded(profile, substrate, witness)) return
  profile.flooded.set(substrate, (profile.flooded.get(substrate) ?? new Set<string>()).add(witness))
  profile.breadth.get(substrate)?.delete(witness)
  for (const [key, surface] of profile.surfaces) {
    if (surface.substrate !== substrate || !surface.witnesses.delete(witness)) continue
    forgetDimensions(surface, witness)
    surface.flooded.delete(witness)
    if (surface.witnesses.size === 0) profile.surfaces.delete(key)
  }
}

/** Notes that the witness shows one surface more; false once it has shown too many. */
export const claimSurface = (profile: Profile, substrate: Substrate, witness: string): boolean => {
  const breadth = profile.breadth.get(substrate) ?? new Map<string, number>()
  profile.breadth.set(substrate, breadth)
  const count = (breadth.get(witness) ?? 0) + 1
  breadth.set(witness, count)
  if (count <= WITNESS_SURFACE_CAP) return true
  floodSurfaces(profile, substrate, witness)
  return false
}
