/**
 * The rows of `folds`, `witnesses` and `sightings` that count: of each unit those of its newest fold. As one document a table, which is
 * parsed at once: of all that an engine hands out nothing is cheaper to read, and another thread can be handed it as it is.
 */
import type { StoredRows } from '../evidence-store.ts'
import type { Engine } from './engine.ts'
import { literal, literals } from './literal.ts'

/** Which units: of these workloads, from one name on to before another. */
export interface Units {
  /** Keys. */
  readonly workloads: readonly string[]
  readonly from?: string
  readonly to?: string
  /** Units that are left out. */
  readonly without?: readonly string[]
}

/** In the order in which `read-rows` reads them. */
const COLUMNS = {
  folds: 'part',
  witnesses: 'witness, session, first, last, shown',
  sightings: `witness, substrate, action, count, first, last, sources, flags, always,
    dimension_name, dimension_count, dimension_first, dimension_last, dimension_flooded,
    value_dimension, value_json, value_count, value_first, value_last`,
} as const satisfies Record<keyof StoredRows, string>

/** What names a row, so that equal ones are beside each other. */
const ORDER = {
  folds: 'workload, unit',
  witnesses: 'workload, unit, witness',
  sightings: 'workload, unit, witness, substrate, action',
} as const satisfies Record<keyof StoredRows, string>

/** `GLOBAL`: on a cluster the newest folds are found once, not by every server for itself. */
const selection = (table: keyof StoredRows, { workloads, from, to, without = [] }: Units): string => {
  const own = [
    `workload IN (${literals(workloads)})`,
    ...(from === undefined ? [] : [`unit >= ${literal(from)}`]),
    ...(to === undefined ? [] : [`unit < ${literal(to)}`]),
    ...(without.length === 0 ? [] : [`unit NOT IN (${literals(without)})`]),
  ].join(' AND ')
  const newest = `SELECT workload, unit, max(generation) FROM folds WHERE ${own} GROUP BY workload, unit`
  return `SELECT workload, unit, toString(generation) AS fold, ${COLUMNS[table]} FROM ${table}
    WHERE ${own} AND (workload, unit, generation) GLOBAL IN (${newest}) ORDER BY ${ORDER[table]}`
}

/** Bytes of one document: a text has a length that it cannot exceed. */
const LARGEST = 256 * 2 ** 20

/**
 * INVARIANT: the folds are read first. A unit's row there is written after all that it stands for, so what it names is there.
 * Null: a document would be larger than can be parsed.
 */
export const newestRows = async (engine: Engine, units: Units, largest = LARGEST): Promise<StoredRows | null> => {
  const folds = await engine.document(selection('folds', units), largest)
  if (folds === null) return null
  const [witnesses, sightings] = await Promise.all([
    engine.document(selection('witnesses', units), largest),
    engine.document(selection('sightings', units), largest),
  ])
  return witnesses === null || sightings === null ? null : { folds, witnesses, sightings }
}
