/**
 * After which folds a fold must come, so that it counts: the newest of a unit does. Clocks of two machines differ, and a later fold may have
 * the smaller time.
 */
import { randomInt } from 'node:crypto'
import type { Engine } from './engine.ts'
import { literal, literals } from './literal.ts'

/** A generation that counts after all folds of these units that are there now. */
export const generationAfter = async (engine: Engine, workload: string, units: readonly string[]): Promise<number> => {
  if (units.length === 0) return 0
  const [row] = await engine.rows<{ readonly newest: string }>(
    `SELECT toString(max(generation)) AS newest FROM folds
     WHERE workload = ${literal(workload)} AND unit IN (${literals(units)})`,
  )
  // Who asks at the same time gets another one: two folds of one generation would be one.
  return Number(row?.newest ?? 0) + randomInt(1, 1_000)
}
