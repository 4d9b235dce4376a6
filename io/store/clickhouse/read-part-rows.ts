/** Rows of a unit → the profile of its workload, a row at a time: what `part-rows` wrote. */
import type { Folding } from '../../../core/model/folding.ts'
import type { Micros } from '../../../core/model/observation.ts'
import type { Profile, WitnessProfile } from '../../../core/model/profile.ts'
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

/** Who flooded the unit, before all else of it. */
export const addPartRow = (profile: Profile, part: Part, folding: Folding): void => {
  for (const source of part.sources) profile.sources.add(source)
  if (part.first !== null) profile.first = Math.min(profile.first ?? part.first, part.first)
  if (part.last !== null) profile.last = Math.max(profile.last ?? part.last, part.last)
  for (const [key, count] of part.unneeded) profile.unneeded.set(key, (profile.unneeded.get(key) ?? 0) + count)
  for (const [key, tool] of part.catalog) profile.catalog.set(key, tool)
  for (const [substrate, witnesses] of part.flooded)
    for (const witness of witnesses) folding.absorbFlooded(profile, substrate, witness)
}

/** Above what the unit dropped values, after all that it showed. */
export const addOverflow = (profile: Profile, { overflow }: Part): void => {
  for (const [substrate, action, name, digest] of overflow) {
    const dimension = profile.surfaces.get(`${substrate}/${action}`)?.dimensions.get(name)
    if (dimension !== undefined && (dimension.overflow === null || digest < dimension.overflow))
      dimension.overflow = digest
  }
}

/** What an earlier program folded, which wrote lists where names are packed now: read as if it were ours, it would be something else. */
const EARLIER: Problem = {
  code: 'store-format',
  what: 'the store was folded by an earlier version of the program, and cannot be read',
  where: null,
  help: 'ingest the evidence into a new store',
}

export const addWitnessRow = (
  profile: Profile,
  { witness, session, first, last, shown }: WitnessRow,
  folding: Folding,
): void => {
  const { signature, asked, read, fields, sent, unknown, facts, minutes }: Shown = JSON.parse(shown)
  if (typeof signature !== 'string' || fields.some(group => group.length !== 3)) throw new StoreError(EARLIER)
  folding.absorbWitness(profile, fromWellFormed(witness), {
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

/** A value, or only its key where the dimension had no room for it. */
const valueIn = (json: string): readonly [key: string, value: Scalar | undefined] => {
  if (json.startsWith('?')) return [String(JSON.parse(json.slice(1))), undefined]
  const value: Scalar = JSON.parse(json)
  return [scalarKey(value), value]
}

export const addSightingRow = (profile: Profile, row: SightingRow, folding: Folding): void => {
  const has = (bit: number): boolean => (row.flags & bit) !== 0
  const { count, first, last, sources } = row
  const values = row.value_json.map(valueIn)
  folding.absorbShown(profile, {
    witness: fromWellFormed(row.witness),
    substrate: row.substrate as Substrate,
    action: fromWellFormed(row.action),
    sighting: {
      ...{ count, first, last, sources },
      seen: has(FLAGS.seen),
      absent: has(FLAGS.absent),
      malformed: has(FLAGS.malformed),
    },
    isFlooded: has(FLAGS.flooded),
    always: has(FLAGS.always) ? row.always.map(fromWellFormed) : null,
    dimensions: {
      name: row.dimension_name.map(fromWellFormed),
      flooded: row.dimension_flooded,
      count: row.dimension_count,
      first: row.dimension_first,
      last: row.dimension_last,
    },
    values: {
      dimension: row.value_dimension.map(fromWellFormed),
      key: values.map(([key]) => key),
      value: values.map(([, value]) => value),
      count: row.value_count,
      first: row.value_first,
      last: row.value_last,
    },
  })
}
