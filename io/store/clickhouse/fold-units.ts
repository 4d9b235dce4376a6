/** Units of evidence that changed, read back → the rows of their profiles, and of those that they explain. */
import type { Folding } from '../../../core/model/folding.ts'
import { workloadOfKey } from '../../../core/model/workload.ts'
import type { SettledEvidence } from '../../../core/model/workload-evidence.ts'
import { byPod, unitsAround, unitsExplained } from './around.ts'
import type { Engine } from './engine.ts'
import { type FoldPlace, foldedRows, writeFolded } from './folded-rows.ts'
import { literal, literals } from './literal.ts'
import { loadUnits, type SettledUnit } from './load-units.ts'

/** A unit, and of how many rows of evidence it was when that was asked. */
export interface Dirty {
  readonly unit: string
  readonly rows: number
}

const evidenceOf = (units: readonly SettledUnit[]): readonly SettledEvidence[] =>
  units.flatMap(({ evidence }) => evidence ?? [])

const countsOf = async (
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

export const foldUnits = async (
  engine: Engine,
  folding: Folding,
  place: FoldPlace,
  dirty: readonly Dirty[],
  /** Whether anything at all was seen below tool calls: if not, nothing has to be joined. */
  hasBelow: boolean,
): Promise<void> => {
  const { workload } = place
  const rows = new Map(dirty.map(entry => [entry.unit, entry.rows]))
  const changed = await loadUnits(engine, folding, workload, rows)
  const own = [...changed]
  if (hasBelow) {
    const explained = await unitsExplained(engine, folding, workload, evidenceOf(changed))
    const more = [...explained].filter(unit => !rows.has(unit))
    // Counted before they are read: what comes in between is folded once more, and never forgotten.
    const counted = await countsOf(engine, workload, more)
    for (const [unit, had] of counted) rows.set(unit, had)
    own.push(...(await loadUnits(engine, folding, workload, counted)))
  }
  const names = new Set(own.map(({ unit }) => unit))
  const around = hasBelow ? await unitsAround(engine, folding, workload, evidenceOf(own)) : new Set<string>()
  const outside = [...around].filter(unit => !names.has(unit))
  const others = await loadUnits(engine, folding, workload, await countsOf(engine, workload, outside))
  const besideOf = byPod([...own.filter(({ unit }) => around.has(unit)), ...others], folding)
  const nothing = folding.emptyProfile(workloadOfKey(workload))
  const folded = own.map(settled => {
    const { unit, evidence, ledger } = settled
    const profile =
      evidence === null ? nothing : folding.profileOf(folding.join(evidence, evidenceOf(besideOf(settled))), [])
    return { unit, seen: rows.get(unit) ?? 0, profile, ledger }
  })
  await writeFolded(engine, foldedRows(place, folded))
}
