/** Rows of a unit → its profile, a row at a time and in any order: what `part-rows` wrote. */
import type { Folding } from '../../../core/model/folding.ts'
import type { Micros } from '../../../core/model/observation.ts'
import type { DimensionProfile, Profile, SurfaceProfile, WitnessProfile } from '../../../core/model/profile.ts'
import { type Scalar, scalarKey } from '../../../core/model/scalar.ts'
import type { Substrate } from '../../../core/model/substrate.ts'
import type { Problem } from '../../problem.ts'
import { StoreError } from '../store-error.ts'
import { unpackNames } from './packed-names.ts'
import {
  BEGINNING,
  type ByPlace,
  type ByTime,
  FLAGS,
  type Part,
  type Shown,
  type SightingRow,
  WITNESS,
  type WitnessRow,
} from './part-rows.ts'
import { fromWellFormed } from './well-formed.ts'

const namesOf = (times: ByTime): Map<number, Micros> => {
  const names = new Map<number, Micros>()
  for (const [at, packed] of times) for (const name of unpackNames(packed)) names.set(name, at)
  return names
}

const fieldsOf = (groups: ByPlace): Pick<WitnessProfile, 'fields' | 'places'> => {
  const fields = new Map<number, Micros>()
  const places = new Map<number, string>()
  for (const [at, place, packed] of groups) {
    const named = place === null ? null : fromWellFormed(place)
    for (const name of unpackNames(packed)) {
      fields.set(name, at)
      if (named !== null) places.set(name, named)
    }
  }
  return { fields, places }
}

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

/** What an earlier program folded, which wrote lists where names are packed now: read as if it were ours, it would be something else. */
const EARLIER: Problem = {
  code: 'store-format',
  what: 'the store was folded by an earlier version of the program, and cannot be read',
  where: null,
  help: 'ingest the evidence into a new store',
}

export const addWitnessRow = (profile: Profile, { witness, session, first, last, shown }: WitnessRow): void => {
  const { signature, asked, read, fields, sent, unknown, facts, minutes }: Shown = JSON.parse(shown)
  if (typeof signature !== 'string' || fields.some(group => group.length !== 3)) throw new StoreError(EARLIER)
  profile.witnesses.set(fromWellFormed(witness), {
    session: session !== WITNESS.process,
    inferred: session === WITNESS.inferred,
    signature: new Set(unpackNames(signature)),
    asked: namesOf(asked),
    read: namesOf(read),
    ...fieldsOf(fields),
    sent: namesOf(sent),
    unknown: unknown === BEGINNING ? Number.NEGATIVE_INFINITY : unknown,
    facts: new Map(facts.map(([fact, values]) => [fact, new Set(values)])),
    minutes: new Map(minutes.map(([substrate, counts]) => [substrate, new Map(counts)])),
    first,
    last,
  })
}

/** What is empty is the profile stage's to say. */
type Empty = Pick<Folding, 'emptySurface' | 'emptyDimension'>

const surfaceFor = (profile: Profile, substrate: Substrate, action: string, empty: Empty): SurfaceProfile => {
  const key = `${substrate}/${action}`
  const surface = profile.surfaces.get(key) ?? empty.emptySurface(substrate, action)
  profile.surfaces.set(key, surface)
  return surface
}

const dimensionFor = (surface: SurfaceProfile, name: string, empty: Empty): DimensionProfile => {
  const dimension = surface.dimensions.get(name) ?? empty.emptyDimension(name)
  surface.dimensions.set(name, dimension)
  return dimension
}

const addDimensions = (surface: SurfaceProfile, name: string, row: SightingRow, empty: Empty): void => {
  for (const [index, text] of row.dimension_name.entries()) {
    const dimension = dimensionFor(surface, fromWellFormed(text), empty)
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

const addValues = (surface: SurfaceProfile, name: string, row: SightingRow, empty: Empty): void => {
  for (const [index, text] of row.value_dimension.entries()) {
    const dimension = dimensionFor(surface, fromWellFormed(text), empty)
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
export const addSightingRow = (profile: Profile, row: SightingRow, empty: Empty): void => {
  const surface = surfaceFor(profile, row.substrate as Substrate, fromWellFormed(row.action), empty)
  const name = fromWellFormed(row.witness)
  if (surface.witnesses.has(name)) return
  const has = (bit: number): boolean => (row.flags & bit) !== 0
  const { count, first, last, sources } = row
  surface.witnesses.set(name, {
    count,
    first,
    last,
    sources,
    seen: has(FLAGS.seen),
    absent: has(FLAGS.absent),
    malformed: has(FLAGS.malformed),
  })
  const { substrate } = surface
  const breadth = profile.breadth.get(substrate) ?? new Map<string, number>()
  profile.breadth.set(substrate, breadth.set(name, (breadth.get(name) ?? 0) + 1))
  if (has(FLAGS.flooded)) surface.flooded.add(name)
  if (has(FLAGS.always)) surface.always.set(name, new Set(row.always.map(fromWellFormed)))
  addDimensions(surface, name, row, empty)
  addValues(surface, name, row, empty)
}
