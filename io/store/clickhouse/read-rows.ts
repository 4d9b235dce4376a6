/** Documents of `newest-rows` → profiles, a unit at a time. An answer that broke off is an error, and never a smaller profile. */
import type { Folding } from '../../../core/model/folding.ts'
import type { Profile } from '../../../core/model/profile.ts'
import type { StoredRows } from '../evidence-store.ts'
import { StoreError } from '../store-error.ts'
import type { SightingRow } from './part-rows.ts'
import { addPartRow, addSightingRow, addWitnessRow } from './read-part-rows.ts'

/** What the rows of all tables begin with. Names of workloads are their keys. */
type Place = readonly [workload: string, unit: string, fold: string]
type FoldFields = readonly [...Place, part: string]
type WitnessFields = readonly [...Place, witness: string, session: number, first: number, last: number, shown: string]
type Texts = readonly string[]
type Numbers = readonly number[]
type SightingFields = readonly [
  ...Place,
  ...[witness: string, substrate: string, action: string, count: number, first: number, last: number],
  ...[sources: Texts, flags: number, always: Texts],
  ...[dimensions: Texts, counts: Numbers, firsts: Numbers, lasts: Numbers, flooded: Numbers],
  ...[valueDimensions: Texts, values: Texts, valueCounts: Numbers, valueFirsts: Numbers, valueLasts: Numbers],
]

interface Document<Fields> {
  readonly data: readonly Fields[]
}

/** An engine that fails in the middle says so in the document, or breaks it off. The types are those of the columns that were asked for. */
const isWhole = <Fields>(value: unknown): value is Document<Fields> =>
  typeof value === 'object' &&
  value !== null &&
  !('exception' in value) &&
  'data' in value &&
  Array.isArray(value.data) &&
  'rows' in value &&
  value.data.length === value.rows

const documentIn = <Fields>(bytes: Uint8Array): Document<Fields> => {
  try {
    const document: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
    if (isWhole<Fields>(document)) return document
  } catch {
    // What is no JSON was broken off.
  }
  throw new StoreError({
    code: 'store-failed',
    what: 'the store cannot be read: an answer broke off',
    where: null,
    help: 'nothing that was acknowledged is lost; try again',
  })
}

/** Between one document and the next something was folded again: together they say what never was. */
export class ChangedMeanwhile extends Error {}

type Rest = readonly [...Place, ...unknown[]]

/** Rows in order, taken as long as they are of one fold. */
interface Cursor<Fields> {
  take(of: Rest): Fields | null
  readonly isAtEnd: () => boolean
}

const cursorOver = <Fields extends Rest>({ data }: Document<Fields>): Cursor<Fields> => {
  let next = 0
  return {
    take: ([workload, unit, fold]) => {
      const row = data[next]
      if (row === undefined || row[1] !== unit || row[0] !== workload || row[2] !== fold) return null
      next += 1
      return row
    },
    isAtEnd: () => next === data.length,
  }
}

/** By index: taking a list of this length apart in one go is several times as slow. */
const sightingIn = (fields: SightingFields): SightingRow => ({
  witness: fields[3],
  substrate: fields[4],
  action: fields[5],
  count: fields[6],
  first: fields[7],
  last: fields[8],
  sources: fields[9],
  flags: fields[10],
  always: fields[11],
  dimension_name: fields[12],
  dimension_count: fields[13],
  dimension_first: fields[14],
  dimension_last: fields[15],
  dimension_flooded: fields[16],
  value_dimension: fields[17],
  value_json: fields[18],
  value_count: fields[19],
  value_first: fields[20],
  value_last: fields[21],
})

/** Adds the rows to the profiles of their workloads, by key. Throws `StoreError` and `ChangedMeanwhile`; then the profiles are good for nothing. */
export const absorbRows = (folding: Folding, into: ReadonlyMap<string, Profile>, rows: StoredRows): void => {
  const folds = documentIn<FoldFields>(rows.folds).data
  const witnesses = cursorOver(documentIn<WitnessFields>(rows.witnesses))
  const sightings = cursorOver(documentIn<SightingFields>(rows.sightings))
  for (let at = 0; at < folds.length; at++) {
    const fold = folds[at]
    if (fold === undefined) continue
    const [workload, unit, , text] = fold
    const before = folds[at - 1]
    // A row that was written twice is one row.
    if (before?.[0] === workload && before[1] === unit) continue
    const profile = into.get(workload)
    if (profile === undefined) throw new ChangedMeanwhile()
    const part = folding.emptyProfile(profile.workload)
    for (let row = sightings.take(fold); row !== null; row = sightings.take(fold))
      addSightingRow(part, sightingIn(row), folding)
    for (let row = witnesses.take(fold); row !== null; row = witnesses.take(fold)) {
      const [, , , witness, session, first, last, shown] = row
      addWitnessRow(part, { witness, session, first, last, shown })
    }
    addPartRow(part, text)
    folding.absorb(profile, part)
  }
  if (!witnesses.isAtEnd() || !sightings.isAtEnd()) throw new ChangedMeanwhile()
}
