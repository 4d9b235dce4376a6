/**
 * The profile of one unit ↔ the rows that it is kept as: one row for what is said of the part as a whole, one for each witness, one
 * for each surface that a witness showed. Exact both ways: a profile that was written and read is the one that was folded.
 */
import type { Micros, RevisionFacts } from '../../../core/model/observation.ts'
import type { DimensionProfile, Profile, SurfaceProfile, WitnessProfile } from '../../../core/model/profile.ts'
import { type Scalar, scalarKey } from '../../../core/model/scalar.ts'
import type { Substrate } from '../../../core/model/substrate.ts'
import type { ToolDeclaration } from '../../../core/model/tool-declaration.ts'
import { fromWellFormed, toWellFormed } from './well-formed.ts'

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

export interface WitnessRow {
  readonly witness: string
  readonly session: number
  readonly first: number
  readonly last: number
  readonly shown: string
}

export interface PartRows {
  readonly part: string
  readonly witnesses: readonly WitnessRow[]
  readonly sightings: readonly SightingRow[]
}

const SEEN = 1
const ABSENT = 2
const MALFORMED = 4
const FLOODED = 8
const ALWAYS = 16

/** JSON has no infinity; `unknown` from the beginning is one. */
const BEGINNING = 'beginning'

interface Part {
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
type ByTime = readonly (readonly [Micros, readonly number[]])[]

const byTime = (names: ReadonlyMap<number, Micros>): ByTime => {
  const times = new Map<Micros, number[]>()
  for (const [name, at] of names) {
    const own = times.get(at)
    if (own === undefined) times.set(at, [name])
    else own.push(name)
  }
  return [...times]
}

const namesOf = (times: ByTime): Map<number, Micros> => {
  const names = new Map<number, Micros>()
  for (const [at, own] of times) for (const name of own) names.set(name, at)
  return names
}

interface Shown {
  readonly signature: readonly number[]
  readonly asked: ByTime
  readonly read: ByTime
  readonly fields: ByTime
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
  signature: [...witness.signature],
  asked: byTime(witness.asked),
  read: byTime(witness.read),
  fields: byTime(witness.fields),
  sent: byTime(witness.sent),
  unknown: witness.unknown === Number.NEGATIVE_INFINITY ? BEGINNING : witness.unknown,
  facts: [...witness.facts].map(([fact, values]) => [fact, [...values]]),
  minutes: [...witness.minutes].map(([substrate, minutes]) => [substrate, [...minutes]]),
})

const sightingRow = (surface: SurfaceProfile, name: string): SightingRow | null => {
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
    witness: toWellFormed(name),
    substrate: surface.substrate,
    action: toWellFormed(surface.action),
    count: seen.count,
    first: seen.first,
    last: seen.last,
    sources: seen.sources,
    flags:
      flag(seen.seen, SEEN) |
      flag(seen.absent, ABSENT) |
      flag(seen.malformed, MALFORMED) |
      flag(surface.flooded.has(name), FLOODED) |
      flag(always !== undefined, ALWAYS),
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

export const rowsOfPart = (profile: Profile): PartRows => ({
  part: JSON.stringify(partOf(profile)),
  witnesses: [...profile.witnesses].map(([name, witness]) => ({
    witness: toWellFormed(name),
    session: Number(witness.session),
    first: witness.first,
    last: witness.last,
    shown: JSON.stringify(shownOf(witness)),
  })),
  sightings: [...profile.surfaces.values()].flatMap(surface =>
    [...surface.witnesses.keys()].flatMap(name => sightingRow(surface, name) ?? []),
  ),
})

export const addPartRow = (profile: Profile, row: string): void => {
  const part: Part = JSON.parse(row)
  for (const source of part.sources) profile.sources.add(source)
  profile.first = part.first
  profile.last = part.last
  for (const [key, count] of part.unneeded) profile.unneeded.set(key, count)
  for (const [key, tool] of part.catalog) profile.catalog.set(key, tool)
  for (const [substrate, witnesses] of part.flooded) profile.flooded.set(substrate, new Set(witnesses))
  for (const [substrate, action, name, overflow] of part.overflow) {
    const dimension = profile.surfaces.get(`${substrate}/${action}`)?.dimensions.get(name)
    if (dimension !== undefined) dimension.overflow = overflow
  }
}

export const addWitnessRow = (profile: Profile, { witness, session, first, last, shown }: WitnessRow): void => {
  const { signature, asked, read, fields, sent, unknown, facts, minutes }: Shown = JSON.parse(shown)
  profile.witnesses.set(fromWellFormed(witness), {
    session: session === 1,
    signature: new Set(signature),
    asked: namesOf(asked),
    read: namesOf(read),
    fields: namesOf(fields),
    sent: namesOf(sent),
    unknown: unknown === BEGINNING ? Number.NEGATIVE_INFINITY : unknown,
    facts: new Map(facts.map(([fact, values]) => [fact, new Set(values)])),
    minutes: new Map(minutes.map(([substrate, counts]) => [substrate, new Map(counts)])),
    first,
    last,
  })
}

const surfaceFor = (profile: Profile, substrate: Substrate, action: string): SurfaceProfile => {
  const key = `${substrate}/${action}`
  const known = profile.surfaces.get(key)
  if (known !== undefined) return known
  const fresh: SurfaceProfile = {
    substrate,
    action,
    witnesses: new Map(),
    dimensions: new Map(),
    breadth: new Map(),
    flooded: new Set(),
    always: new Map(),
    sources: new Set(),
    visibility: { seen: 0, absent: 0, malformed: 0 },
  }
  profile.surfaces.set(key, fresh)
  return fresh
}

const dimensionFor = (surface: SurfaceProfile, dimension: string): DimensionProfile => {
  const known = surface.dimensions.get(dimension)
  if (known !== undefined) return known
  const fresh: DimensionProfile = {
    dimension,
    values: new Map(),
    perWitness: new Map(),
    flooded: new Set(),
    present: new Map(),
    overflow: null,
  }
  surface.dimensions.set(dimension, fresh)
  return fresh
}

const addDimensions = (surface: SurfaceProfile, name: string, row: SightingRow): void => {
  for (const [index, text] of row.dimension_name.entries()) {
    const dimension = dimensionFor(surface, fromWellFormed(text))
    dimension.present.set(name, {
      count: row.dimension_count[index] ?? 0,
      first: row.dimension_first[index] ?? 0,
      last: row.dimension_last[index] ?? 0,
    })
    if (row.dimension_flooded[index] === 1) dimension.flooded.add(name)
    else dimension.perWitness.set(name, new Set())
  }
  if (row.dimension_name.length > 0) surface.breadth.set(name, row.dimension_name.length)
}

const addValues = (surface: SurfaceProfile, name: string, row: SightingRow): void => {
  for (const [index, text] of row.value_dimension.entries()) {
    const dimension = dimensionFor(surface, fromWellFormed(text))
    const json = row.value_json[index] ?? 'null'
    const shown = dimension.perWitness.get(name) ?? new Set<string>()
    dimension.perWitness.set(name, shown)
    if (json.startsWith('?')) {
      shown.add(String(JSON.parse(json.slice(1))))
      continue
    }
    const value: Scalar = JSON.parse(json)
    const key = scalarKey(value)
    shown.add(key)
    const entry = dimension.values.get(key) ?? { value, witnesses: new Map() }
    dimension.values.set(key, entry)
    entry.witnesses.set(name, {
      count: row.value_count[index] ?? 0,
      first: row.value_first[index] ?? 0,
      last: row.value_last[index] ?? 0,
    })
  }
}

/** A row that came twice counts once. */
export const addSightingRow = (profile: Profile, row: SightingRow): void => {
  const surface = surfaceFor(profile, row.substrate as Substrate, fromWellFormed(row.action))
  const name = fromWellFormed(row.witness)
  if (surface.witnesses.has(name)) return
  const has = (bit: number): boolean => (row.flags & bit) !== 0
  const { count, first, last, sources } = row
  surface.witnesses.set(name, {
    count,
    first,
    last,
    sources,
    seen: has(SEEN),
    absent: has(ABSENT),
    malformed: has(MALFORMED),
  })
  const { substrate } = surface
  const breadth = profile.breadth.get(substrate) ?? new Map<string, number>()
  profile.breadth.set(substrate, breadth.set(name, (breadth.get(name) ?? 0) + 1))
  if (has(FLOODED)) surface.flooded.add(name)
  if (has(ALWAYS)) surface.always.set(name, new Set(row.always.map(fromWellFormed)))
  addDimensions(surface, name, row)
  addValues(surface, name, row)
}
