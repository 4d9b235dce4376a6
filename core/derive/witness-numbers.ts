/**
 * The witnesses of a profile by number, with the cluster of each: derivation asks of every sighting who saw it, for the whole and
 * for every part that is left out, and a number in an array is found faster than a name in a map.
 */
import type { Profile, WitnessProfile } from '../model/profile.ts'
import type { Clusters, Kinds } from './witnesses.ts'

export interface WitnessNumbers {
  readonly names: readonly string[]
  readonly numberOf: ReadonlyMap<string, number>
  /** By number, as all that follow. */
  readonly profiles: readonly (WitnessProfile | undefined)[]
  /** Cluster by what users asked for: numbered in the order of the clusters' names. */
  readonly asked: Int32Array
  /** Cluster by what users asked for, else by the shape of the trace. */
  readonly alike: Int32Array
  /** Witnesses of each cluster of `asked`. */
  readonly askedSizes: Int32Array
}

/** A part of the witnesses, as if it were all the evidence there is. */
export interface Part {
  /** By number: 1 for those that belong to it. */
  readonly has: Uint8Array
  /** How many of the profile's witnesses those are. */
  readonly size: number
}

/** Witness → its cluster, and the names of the clusters in the order of their numbers. */
const clustersByNumber = (names: readonly string[], clusters: Clusters): readonly [Int32Array, readonly string[]] => {
  const own = names.map(name => clusters.get(name) ?? name)
  const inOrder = [...new Set(own)].sort()
  const numbers = new Map(inOrder.map((cluster, number) => [cluster, number] as const))
  return [Int32Array.from(own, cluster => numbers.get(cluster) ?? 0), inOrder]
}

const sizesOf = (clusters: Clusters): ReadonlyMap<string, number> => {
  const sizes = new Map<string, number>()
  for (const cluster of clusters.values()) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1)
  return sizes
}

export const witnessNumbers = (profile: Profile, kinds: Kinds): WitnessNumbers => {
  const all = new Set(profile.witnesses.keys())
  for (const { witnesses } of profile.surfaces.values()) for (const name of witnesses.keys()) all.add(name)
  const names = [...all]
  const [asked, clusters] = clustersByNumber(names, kinds.asked)
  const sizes = sizesOf(kinds.asked)
  return {
    names,
    numberOf: new Map(names.map((name, number) => [name, number])),
    profiles: names.map(name => profile.witnesses.get(name)),
    asked,
    alike: clustersByNumber(names, kinds.alike)[0],
    askedSizes: Int32Array.from(clusters, cluster => sizes.get(cluster) ?? 1),
  }
}

export const everyWitness = ({ names, profiles }: WitnessNumbers): Part => ({
  has: new Uint8Array(names.length).fill(1),
  size: profiles.filter(profile => profile !== undefined).length,
})

/** What is left where these are left out. */
export const allBut = (numbers: WitnessNumbers, held: Uint8Array): Part => {
  const has = Uint8Array.from(numbers.profiles, (profile, number) =>
    profile !== undefined && held[number] !== 1 ? 1 : 0,
  )
  return { has, size: has.reduce((sum, one) => sum + one, 0) }
}

/** Who showed something, and how often. */
export interface Sighted {
  readonly witness: Int32Array
  readonly count: Int32Array
}

export const sightedBy = (
  sightings: ReadonlyMap<string, { readonly count: number }>,
  { numberOf }: WitnessNumbers,
): Sighted => {
  const sighted = { witness: new Int32Array(sightings.size), count: new Int32Array(sightings.size) }
  let at = 0
  for (const [name, { count }] of sightings) {
    sighted.witness[at] = numberOf.get(name) ?? -1
    sighted.count[at++] = count
  }
  return sighted
}

export const sizeIn = ({ witness }: Sighted, { has }: Part): number => {
  let size = 0
  for (const number of witness) size += has[number] ?? 0
  return size
}
