/**
 * The profile of one unit → the rows that it is kept as: one row for what is said of the part as a whole, one for each witness, one
 * for each surface that a witness showed. `read-part-rows` reads them back, exactly: what was folded is what is read.
 */
import type { Micros, RevisionFacts } from '../../../core/model/observation.ts'
import type { Profile, SurfaceProfile, SurfaceSighting, WitnessProfile } from '../../../core/model/profile.ts'
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

/** Packed names stand in JSON as they are: lists of them are put together, and not looked through again. */
const byTime = (names: ReadonlyMap<number, Micros>): string => {
  const times = new Map<Micros, number[]>()
  for (const [name, at] of names) {
    const own = times.get(at)
    if (own === undefined) times.set(at, [name])
    else own.push(name)
  }
  let json = ''
  for (const [at, own] of times) json += `${json === '' ? '' : ','}[${at},"${packNames(own)}"]`
  return `[${json}]`
}

/** Whole fields by when they came and where they stood; null: nobody named the place. */
export type ByPlace = readonly (readonly [Micros, string | null, PackedNames])[]

const byPlace = ({ fields, places }: Pick<WitnessProfile, 'fields' | 'places'>): string => {
  const times = new Map<Micros, Map<string | null, number[]>>()
  for (const [name, at] of fields) {
    const place = places.get(name) ?? null
    let own = times.get(at)
    if (own === undefined) {
      own = new Map()
      times.set(at, own)
    }
    const names = own.get(place)
    if (names === undefined) own.set(place, [name])
    else names.push(name)
  }
  let json = ''
  for (const [at, own] of times)
    for (const [place, names] of own) {
      const named = place === null ? 'null' : JSON.stringify(toWellFormed(place))
      json += `${json === '' ? '' : ','}[${at},${named},"${packNames(names)}"]`
    }
  return `[${json}]`
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

/** JSON of {@link Shown}. */
const shownOf = (witness: WitnessProfile): string => {
  const unknown = witness.unknown === Number.NEGATIVE_INFINITY ? BEGINNING : witness.unknown
  const facts = [...witness.facts].map(([fact, values]) => [fact, [...values]] as const)
  const minutes = [...witness.minutes].map(([substrate, counts]) => [substrate, [...counts]] as const)
  const rest = { unknown, facts, minutes } satisfies Pick<Shown, 'unknown' | 'facts' | 'minutes'>
  const { signature, asked, read, sent } = witness
  const origins = `"asked":${byTime(asked)},"read":${byTime(read)},"fields":${byPlace(witness)},"sent":${byTime(sent)}`
  return `{"signature":"${packNames([...signature])}",${origins},${JSON.stringify(rest).slice(1)}`
}

const flag = (is: boolean, bit: number): number => (is ? bit : 0)

/** Columns of what a witness showed of a surface, filled dimension by dimension. */
const dimensionsShown = (surface: SurfaceProfile, name: string) => {
  const columns = {
    dimension_name: [] as string[],
    dimension_count: [] as number[],
    dimension_first: [] as number[],
    dimension_last: [] as number[],
    dimension_flooded: [] as number[],
    value_dimension: [] as string[],
    value_json: [] as string[],
    value_count: [] as number[],
    value_first: [] as number[],
    value_last: [] as number[],
  }
  for (const { dimension, present, flooded, perWitness, values } of surface.dimensions.values()) {
    const shown = present.get(name)
    if (shown === undefined) continue
    const written = toWellFormed(dimension)
    columns.dimension_name.push(written)
    columns.dimension_count.push(shown.count)
    columns.dimension_first.push(shown.first)
    columns.dimension_last.push(shown.last)
    columns.dimension_flooded.push(Number(flooded.has(name)))
    for (const key of perWitness.get(name) ?? []) {
      // A value that the dimension has no room for still counts as one that the witness showed.
      const entry = values.get(key)
      const sighting = entry?.witnesses.get(name)
      columns.value_dimension.push(written)
      columns.value_json.push(entry === undefined ? `?${JSON.stringify(key)}` : JSON.stringify(entry.value))
      columns.value_count.push(sighting?.count ?? 0)
      columns.value_first.push(sighting?.first ?? 0)
      columns.value_last.push(sighting?.last ?? 0)
    }
  }
  return columns
}

const sightingRow = (
  { workload, unit, generation, day }: OfFold,
  surface: SurfaceProfile,
  name: string,
  seen: SurfaceSighting,
): OfFold & SightingRow => {
  const always = surface.always.get(name)
  const { count, first, last, sources } = seen
  const shown = dimensionsShown(surface, name)
  return {
    workload,
    unit,
    generation,
    witness: toWellFormed(name),
    substrate: surface.substrate,
    action: toWellFormed(surface.action),
    count,
    first,
    last,
    sources,
    flags:
      flag(seen.seen, FLAGS.seen) |
      flag(seen.absent, FLAGS.absent) |
      flag(seen.malformed, FLAGS.malformed) |
      flag(surface.flooded.has(name), FLAGS.flooded) |
      flag(always !== undefined, FLAGS.always),
    always: always === undefined ? [] : Array.from(always, toWellFormed),
    dimension_name: shown.dimension_name,
    dimension_count: shown.dimension_count,
    dimension_first: shown.dimension_first,
    dimension_last: shown.dimension_last,
    dimension_flooded: shown.dimension_flooded,
    value_dimension: shown.value_dimension,
    value_json: shown.value_json,
    value_count: shown.value_count,
    value_first: shown.value_first,
    value_last: shown.value_last,
    day,
  }
}

export const rowsOfPart = (profile: Profile, of: OfFold): PartRows => {
  const sightings: (OfFold & SightingRow)[] = []
  for (const surface of profile.surfaces.values())
    for (const [name, seen] of surface.witnesses) sightings.push(sightingRow(of, surface, name, seen))
  return {
    part: JSON.stringify(partOf(profile)),
    witnesses: Array.from(profile.witnesses, ([name, witness]) => ({
      ...of,
      witness: toWellFormed(name),
      session: sessionCode(witness),
      first: witness.first,
      last: witness.last,
      shown: shownOf(witness),
    })),
    sightings,
  }
}
