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

/** `areJoined`: whether anything at all was seen below tool calls; if not, nothing has to be joined. */
export const joinUnits = async (
  engine: Engine,
  folding: Folding,
  workload: string,
  own: readonly SettledUnit[],
  areJoined: boolean,
): Promise<(unit: SettledUnit) => WorkloadEvidence | null> => {
  const names = new Set(own.map(({ unit }) => unit))
  const around = areJoined ? await unitsAround(engine, folding, workload, evidenceOf(own)) : new Set<string>()
  const outside = [...around].filter(unit => !names.has(unit))
  const others = await loadUnits(engine, folding, workload, await countsOf(engine, workload, outside))
  const besideOf = byPod([...own.filter(({ unit }) => around.has(unit)), ...others], folding)
  return settled => (settled.evidence === null ? null : folding.join(settled.evidence, evidenceOf(besideOf(settled))))
}
