/**
 * The profile of one unit → the rows that it is kept as: one row for what is said of the part as a whole, one for each witness, one
 * for each surface that a witness showed. `read-part-rows` reads them back, exactly: what was folded is what is read.
 */
import type { Micros, RevisionFacts } from '../../../core/model/observation.ts'
import type { Profile, SurfaceProfile, WitnessProfile } from '../../../core/model/profile.ts'
import type { Substrate } from '../../../core/model/substrate.ts'
import type { ToolDeclaration } from '../../../core/model/tool-declaration.ts'
import { type PackedNames, packNames } from './packed-names.ts'
import { toWellFormed } from './well-formed.ts'

/** Which fold of which unit a row is of. */
export interface OfFold {
  readonly workload: string
  readonly unit: string
  /** Larger than that of any fold before. */
  readonly generation: number
  /** UTC day of writing. */
  readonly day: string
}

export interface SightingRow {
  readonly witness: string
  readonly substrate: string
  readonly action: string
  readonly count: number
  readonly first: number
  readonly last: number
  readonly sources: readonly string[]
  readonly flags: number
  readonly always: readonly string[]
  readonly dimension_name: readonly string[]
  readonly dimension_count: readonly number[]
  readonly dimension_first: readonly number[]
  readonly dimension_last: readonly number[]
  readonly dimension_flooded: readonly number[]
  readonly value_dimension: readonly string[]
  readonly value_json: readonly string[]
  readonly value_count: readonly number[]
  readonly value_first: readonly number[]
  readonly value_last: readonly number[]
}

/** What a witness is: a process lifetime, a session, or one that was told from pauses alone. */
export const WITNESS = { process: 0, session: 1, inferred: 2 } as const

const sessionCode = ({ session, inferred }: WitnessProfile): number =>
  session ? (inferred ? WITNESS.inferred : WITNESS.session) : WITNESS.process

export interface WitnessRow {
  readonly witness: string
  readonly session: number
  readonly first: number
  readonly last: number
  readonly shown: string
}

export interface PartRows {
  readonly part: string
  readonly witnesses: readonly (OfFold & WitnessRow)[]
  readonly sightings: readonly (OfFold & SightingRow)[]
}

/** Bits of `flags`. */
export const FLAGS = { seen: 1, absent: 2, malformed: 4, flooded: 8, always: 16 } as const

/** JSON has no infinity; `unknown` from the beginning is one. */
export const BEGINNING = 'beginning'

export interface Part {
  readonly sources: readonly string[]
  readonly first: Micros | null
  readonly last: Micros | null
  readonly unneeded: readonly (readonly [string, number])[]
  readonly catalog: readonly (readonly [string, ToolDeclaration])[]
  readonly flooded: readonly (readonly [Substrate, readonly string[]])[]
  /** Substrate, action, dimension, and the digest above which values were dropped. */
  readonly overflow: readonly (readonly [Substrate, string, string, string])[]
}

/** Names by when they came: what one result told of came at once. */
export type ByTime = readonly (readonly [Micros, PackedNames])[]

const byTime = (names: ReadonlyMap<number, Micros>): ByTime => {
  const times = new Map<Micros, number[]>()
  for (const [name, at] of names) {
    const own = times.get(at)
    if (own === undefined) times.set(at, [name])
    else own.push(name)
  }
  return [...times].map(([at, own]) => [at, packNames(own)])
}

/** Whole fields by when they came and where they stood; null: nobody named the place. */
export type ByPlace = readonly (readonly [Micros, string | null, PackedNames])[]

const byPlace = ({ fields, places }: Pick<WitnessProfile, 'fields' | 'places'>): ByPlace => {
  const times = new Map<Micros, Map<string | null, number[]>>()
  for (const [name, at] of fields) {
    const place = places.get(name) ?? null
    const own = times.get(at) ?? new Map<string | null, number[]>()
    times.set(at, own)
    const names = own.get(place)
    if (names === undefined) own.set(place, [name])
    else names.push(name)
  }
  return [...times].flatMap(([at, own]) =>
    [...own].map(([place, names]) => [at, place === null ? null : toWellFormed(place), packNames(names)] as const),
  )
}

export interface Shown {
  readonly signature: PackedNames
  readonly asked: ByTime
  readonly read: ByTime
  readonly fields: ByPlace
  readonly sent: ByTime
  readonly unknown: Micros | null | typeof BEGINNING
  readonly facts: readonly (readonly [keyof RevisionFacts, readonly string[]])[]
  readonly minutes: readonly (readonly [Substrate, readonly (readonly [number, number])[]])[]
}

const partOf = ({ sources, first, last, unneeded, catalog, flooded, surfaces }: Profile): Part => ({
  sources: [...sources],
  first,
  last,
  unneeded: [...unneeded],
  catalog: [...catalog],
  flooded: [...flooded].map(([substrate, witnesses]) => [substrate, [...witnesses]]),
  overflow: [...surfaces.values()].flatMap(({ substrate, action, dimensions }) =>
    [...dimensions.values()].flatMap(({ dimension, overflow }) =>
      overflow === null ? [] : [[substrate, action, dimension, overflow] as const],
    ),
  ),
})

const shownOf = (witness: WitnessProfile): Shown => ({
  signature: packNames([...witness.signature]),
  asked: byTime(witness.asked),
  read: byTime(witness.read),
  fields: byPlace(witness),
  sent: byTime(witness.sent),
  unknown: witness.unknown === Number.NEGATIVE_INFINITY ? BEGINNING : witness.unknown,
  facts: [...witness.facts].map(([fact, values]) => [fact, [...values]]),
  minutes: [...witness.minutes].map(([substrate, minutes]) => [substrate, [...minutes]]),
})

const sightingRow = (of: OfFold, surface: SurfaceProfile, name: string): (OfFold & SightingRow) | null => {
  const seen = surface.witnesses.get(name)
  if (seen === undefined) return null
  const always = surface.always.get(name)
  const shown = [...surface.dimensions.values()].flatMap(dimension => {
    const present = dimension.present.get(name)
    return present === undefined ? [] : [{ dimension, present }]
  })
  // A value that the dimension has no room for still counts as one that the witness showed.
  const values = shown.flatMap(({ dimension }) =>
    [...(dimension.perWitness.get(name) ?? [])].map(key => ({
      dimension: dimension.dimension,
      key,
      sighting: dimension.values.get(key)?.witnesses.get(name),
      value: dimension.values.get(key)?.value,
    })),
  )
  const flag = (is: boolean, bit: number): number => (is ? bit : 0)
  return {
    ...of,
    witness: toWellFormed(name),
    substrate: surface.substrate,
    action: toWellFormed(surface.action),
    count: seen.count,
    first: seen.first,
    last: seen.last,
    sources: seen.sources,
    flags:
      flag(seen.seen, FLAGS.seen) |
      flag(seen.absent, FLAGS.absent) |
      flag(seen.malformed, FLAGS.malformed) |
      flag(surface.flooded.has(name), FLAGS.flooded) |
      flag(always !== undefined, FLAGS.always),
    always: [...(always ?? [])].map(toWellFormed),
    dimension_name: shown.map(({ dimension }) => toWellFormed(dimension.dimension)),
    dimension_count: shown.map(({ present }) => present.count),
    dimension_first: shown.map(({ present }) => present.first),
    dimension_last: shown.map(({ present }) => present.last),
    dimension_flooded: shown.map(({ dimension }) => Number(dimension.flooded.has(name))),
    value_dimension: values.map(({ dimension }) => toWellFormed(dimension)),
    value_json: values.map(({ key, value }) =>
      value === undefined ? `?${JSON.stringify(key)}` : JSON.stringify(value),
    ),
    value_count: values.map(({ sighting }) => sighting?.count ?? 0),
    value_first: values.map(({ sighting }) => sighting?.first ?? 0),
    value_last: values.map(({ sighting }) => sighting?.last ?? 0),
  }
}

export const rowsOfPart = (profile: Profile, of: OfFold): PartRows => ({
  part: JSON.stringify(partOf(profile)),
  witnesses: [...profile.witnesses].map(([name, witness]) => ({
    ...of,
    witness: toWellFormed(name),
    session: sessionCode(witness),
    first: witness.first,
    last: witness.last,
    shown: JSON.stringify(shownOf(witness)),
  })),
  sightings: [...profile.surfaces.values()].flatMap(surface =>
    [...surface.witnesses.keys()].flatMap(name => sightingRow(of, surface, name) ?? []),
  ),
})
