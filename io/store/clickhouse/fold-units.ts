/**
 * Units of evidence that changed → the rows of their profiles. A unit counts as folded when its row in `folds` is there, which is
 * written last: whatever breaks off before is folded again.
 */
import type { Folding } from '../../../core/model/folding.ts'
import type { Ledger } from '../../../core/model/ledger.ts'
import { workloadOfKey } from '../../../core/model/workload.ts'
import type { SettledEvidence } from '../../../core/model/workload-evidence.ts'
import { byPod, unitsAround, unitsExplained } from './around.ts'
import type { Engine } from './engine.ts'
import { literal, literals } from './literal.ts'
import { loadUnits, type SettledUnit } from './load-units.ts'
import { rowsOfPart } from './part-rows.ts'

/** A unit, and of how many rows of evidence it was when that was asked. */
export interface Dirty {
  readonly unit: string
  readonly rows: number
}

export interface FoldPlace {
  readonly workload: string
  /** Larger than that of any fold before. */
  readonly generation: number
  /** UTC day of writing. */
  readonly day: string
}

/** The ledger of one unit as columns that the engine can add up. Rejections stand under their reasons. */
const ledgerColumns = (ledger: Ledger) => {
  const entries = ledger.flatMap(({ source, accepted, duplicate, rejected }) =>
    [['accepted', accepted] as const, ['duplicate', duplicate] as const, ...Object.entries(rejected)]
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => ({ source, reason, count })),
  )
  return {
    ledger_source: entries.map(({ source }) => source),
    ledger_reason: entries.map(({ reason }) => reason),
    ledger_count: entries.map(({ count }) => count),
  }
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
  { workload, generation, day }: FoldPlace,
  dirty: readonly Dirty[],
  /** Whether anything at all was seen below tool calls: if not, nothing has to be joined. */
  hasBelow: boolean,
): Promise<void> => {
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
  const parts = own.map(settled => {
    const { unit, evidence, ledger } = settled
    const profile =
      evidence === null ? nothing : folding.profileOf(folding.join(evidence, evidenceOf(besideOf(settled))), [])
    return { unit, ledger, kept: rowsOfPart(profile) }
  })
  const common = { workload, generation, day }
  await engine.insert(
    'witnesses',
    parts.flatMap(({ unit, kept }) => kept.witnesses.map(row => ({ ...common, unit, ...row }))),
  )
  await engine.insert(
    'sightings',
    parts.flatMap(({ unit, kept }) => kept.sightings.map(row => ({ ...common, unit, ...row }))),
  )
  await engine.insert(
    'folds',
    parts.map(({ unit, ledger, kept }) => ({
      ...common,
      unit,
      seen: rows.get(unit) ?? 0,
      part: kept.part,
      ...ledgerColumns(ledger),
    })),
  )
}
