/** Units that were read, and what surrounds them in their pods → what each means. */
import type { Folding } from '../../../core/model/folding.ts'
import type { SettledEvidence, WorkloadEvidence } from '../../../core/model/workload-evidence.ts'
import { byPod, unitsAround } from './around.ts'
import type { Engine } from './engine.ts'
import { literal, literals } from './literal.ts'
import { loadUnits, type SettledUnit } from './load-units.ts'

export const evidenceOf = (units: readonly SettledUnit[]): readonly SettledEvidence[] =>
  units.flatMap(({ evidence }) => evidence ?? [])

export const countsOf = async (
  engine: Engine,
  workload: string,
  units: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  if (units.length === 0) return new Map()
  const rows = await engine.rows<{ readonly unit: string; readonly had: string }>(
    `SELECT unit, toString(countMerge(rows)) AS had FROM units
     WHERE workload = ${literal(workload)} AND unit IN (${literals(units)}) GROUP BY unit`,
  )
  return new Map(rows.map(({ unit, had }) => [unit, Number(had)]))
}

/** Units outside of these that may explain what is in them, with how many rows each has. */
export const surroundings = async (
  engine: Engine,
  folding: Folding,
  workload: string,
  own: readonly SettledUnit[],
): Promise<ReadonlyMap<string, number>> => {
  const names = new Set(own.map(({ unit }) => unit))
  const around = await unitsAround(engine, folding, workload, evidenceOf(own))
  return countsOf(
    engine,
    workload,
    [...around].filter(unit => !names.has(unit)),
  )
}

/** `around`: the surroundings of these. What explains them beside each other is among themselves. */
export const joinUnits = async (
  engine: Engine,
  folding: Folding,
  workload: string,
  own: readonly SettledUnit[],
  around: ReadonlyMap<string, number>,
): Promise<(unit: SettledUnit) => WorkloadEvidence | null> => {
  const others = await loadUnits(engine, folding, workload, around)
  const besideOf = byPod([...own, ...others], folding)
  return settled => (settled.evidence === null ? null : folding.join(settled.evidence, evidenceOf(besideOf(settled))))
}
