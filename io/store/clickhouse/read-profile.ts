/** The rows of a workload's folds → its profile. What each unit gave is merged as profiles merge; the newest fold of a unit counts. */
import type { Folding } from '../../../core/model/folding.ts'
import type { Marking } from '../../../core/model/mark.ts'
import type { Profile } from '../../../core/model/profile.ts'
import type { Workload } from '../../../core/model/workload.ts'
import type { Engine } from './engine.ts'
import { literal, literals } from './literal.ts'
import type { SightingRow, WitnessRow } from './part-rows.ts'
import { absorbMarked, unitsMarked } from './read-marked.ts'
import { addPartRow, addSightingRow, addWitnessRow } from './read-part-rows.ts'

type OfUnit<Row> = Row & { readonly unit: string }

/** `GLOBAL`: on a cluster the newest folds are found once, not by every server for itself. */
const newest = (table: string, columns: string, workload: string, without: readonly string[]): string => {
  const others = without.length === 0 ? '' : ` AND unit NOT IN (${literals(without)})`
  const own = `workload = ${literal(workload)}${others}`
  const folds = `SELECT unit, max(generation) FROM folds WHERE ${own} GROUP BY unit`
  return `SELECT unit, ${columns} FROM ${table} WHERE ${own} AND (unit, generation) GLOBAL IN (${folds}) ORDER BY unit`
}

const SIGHTING_COLUMNS = `witness, substrate, action, count, first, last, sources, flags, always,
  dimension_name, dimension_count, dimension_first, dimension_last, dimension_flooded,
  value_dimension, value_json, value_count, value_first, value_last`

/** Rows in the order of their units: a part is whole when the next one begins. */
const absorbEach = async <Row extends { readonly unit: string }>(
  engine: Engine,
  sql: string,
  add: (part: Profile, row: Row) => void,
  whole: (part: Profile) => void,
  empty: () => Profile,
): Promise<void> => {
  let unit: string | null = null
  let part = empty()
  for await (const rows of engine.stream<Row>(sql)) {
    for (const row of rows) {
      if (unit !== null && row.unit !== unit) {
        whole(part)
        part = empty()
      }
      unit = row.unit
      add(part, row)
    }
  }
  if (unit !== null) whole(part)
}

/** The ledger is empty: it is nobody's alone. */
export const readProfile = async (
  engine: Engine,
  folding: Folding,
  workload: Workload,
  key: string,
  marking: Marking | null,
): Promise<Profile> => {
  const profile = folding.emptyProfile(workload)
  const marks = marking === null ? [] : folding.marksOf(marking.marks, key)
  const marked = marks.length === 0 ? [] : await unitsMarked(engine, folding, key, marks)
  const empty = () => folding.emptyProfile(workload)
  const whole = (part: Profile): void => folding.absorb(profile, part)
  await absorbEach<OfUnit<SightingRow>>(
    engine,
    newest('sightings', SIGHTING_COLUMNS, key, marked),
    (part, row) => addSightingRow(part, row, folding),
    whole,
    empty,
  )
  await absorbEach<OfUnit<WitnessRow>>(
    engine,
    newest('witnesses', 'witness, session, first, last, shown', key, marked),
    addWitnessRow,
    whole,
    empty,
  )
  await absorbEach<OfUnit<{ readonly part: string }>>(
    engine,
    newest('folds', 'part', key, marked),
    (part, row) => addPartRow(part, row.part),
    whole,
    empty,
  )
  if (marking !== null) await absorbMarked(engine, folding, key, marked, marking, profile)
  return folding.finish(profile)
}
