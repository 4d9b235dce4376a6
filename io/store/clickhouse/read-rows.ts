/** Documents of `newest-rows` → profiles, a unit at a time. An answer that broke off is an error, and never a smaller profile. */
import type { Folding } from '../../../core/model/folding.ts'
import type { Profile } from '../../../core/model/profile.ts'
import type { StoredRows } from '../evidence-store.ts'
import { StoreError } from '../store-error.ts'
import type { Part, SightingRow, WitnessRow } from './part-rows.ts'
import { addOverflow, addPartRow, addSightingRow, addWitnessRow } from './read-part-rows.ts'

/** What the rows of all tables begin with. Names of workloads are their keys. */
type Place = readonly [workload: string, unit: string, fold: string]
/** How many columns those are, and how many more name a witness, and what it showed of a surface. */
const [PLACE, WITNESS_NAMES, SIGHTING_NAMES] = [3, 1, 3]

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

/** Rows in order. A row that was written twice is one row: what names it stands in the columns before `names`. */
interface Cursor<Fields> {
  next(): Fields | null
  /** As long as they are of this fold. */
  of(fold: Rest): Fields | null
  readonly isAtEnd: () => boolean
}

const cursorOver = <Fields extends Rest>({ data }: Document<Fields>, names = PLACE): Cursor<Fields> => {
  let at = 0
  const isAgain = (row: Rest, before: Rest | undefined): boolean => {
    if (before === undefined) return false
    for (let column = 0; column < names; column++) if (row[column] !== before[column]) return false
    return true
  }
  const skip = (): void => {
    for (let row = data[at]; row !== undefined && isAgain(row, data[at - 1]); row = data[at]) at += 1
  }
  const take = (row: Fields): Fields => {
    at += 1
    skip()
    return row
  }
  return {
    next: () => {
      const row = data[at]
      return row === undefined ? null : take(row)
    },
    of: ([workload, unit, fold]) => {
      const row = data[at]
      return row === undefined || row[1] !== unit || row[0] !== workload || row[2] !== fold ? null : take(row)
    },
    isAtEnd: () => at === data.length,
  }
}

const witnessIn = ([, , , witness, session, first, last, shown]: WitnessFields): WitnessRow => ({
  witness,
  session,
  first,
  last,
  shown,
})

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
  const folds = cursorOver(documentIn<FoldFields>(rows.folds))
  const witnesses = cursorOver(documentIn<WitnessFields>(rows.witnesses), PLACE + WITNESS_NAMES)
  const sightings = cursorOver(documentIn<SightingFields>(rows.sightings), PLACE + SIGHTING_NAMES)
  for (let fold = folds.next(); fold !== null; fold = folds.next()) {
    const [workload, , , text] = fold
    const profile = into.get(workload)
    if (profile === undefined) throw new ChangedMeanwhile()
    const part: Part = JSON.parse(text)
    addPartRow(profile, part, folding)
    for (let row = witnesses.of(fold); row !== null; row = witnesses.of(fold))
      addWitnessRow(profile, witnessIn(row), folding)
    for (let row = sightings.of(fold); row !== null; row = sightings.of(fold))
      addSightingRow(profile, sightingIn(row), folding)
    addOverflow(profile, part)
  }
  if (!witnesses.isAtEnd() || !sightings.isAtEnd()) throw new ChangedMeanwhile()
}
