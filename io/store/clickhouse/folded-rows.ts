/**
 * Profiles of units → the rows of `witnesses`, `sightings` and `folds`, as the engine is handed them. A unit counts as folded when its row
 * in `folds` is there, which is written last: whatever breaks off before is folded again.
 */
import type { Ledger } from '../../../core/model/ledger.ts'
import type { Profile } from '../../../core/model/profile.ts'
import type { Engine } from './engine.ts'
import { rowsOfPart } from './part-rows.ts'
import { tabSeparated } from './tab-separated.ts'

export interface FoldPlace {
  readonly workload: string
  /** Larger than that of any fold before. */
  readonly generation: number
  /** UTC day of writing. */
  readonly day: string
}

export interface FoldedUnit {
  readonly unit: string
  /** Of how many rows of evidence it is. */
  readonly seen: number
  readonly profile: Profile
  readonly ledger: Ledger
}

/** Rows of each table, written. */
export interface FoldedRows {
  readonly witnesses: Uint8Array
  readonly sightings: Uint8Array
  readonly folds: Uint8Array
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

export const foldedRows = (place: FoldPlace, units: readonly FoldedUnit[]): FoldedRows => {
  const parts = units.map(({ unit, seen, profile, ledger }) => ({ unit, seen, ledger, kept: rowsOfPart(profile) }))
  return {
    witnesses: tabSeparated(
      'witnesses',
      parts.flatMap(({ unit, kept }) => kept.witnesses.map(row => ({ ...place, unit, ...row }))),
    ),
    sightings: tabSeparated(
      'sightings',
      parts.flatMap(({ unit, kept }) => kept.sightings.map(row => ({ ...place, unit, ...row }))),
    ),
    folds: tabSeparated(
      'folds',
      parts.map(({ unit, seen, ledger, kept }) => ({
        ...place,
        unit,
        seen,
        part: kept.part,
        ...ledgerColumns(ledger),
      })),
    ),
  }
}

export const writeFolded = async (engine: Engine, { witnesses, sightings, folds }: FoldedRows): Promise<void> => {
  await engine.insertWritten('witnesses', witnesses)
  await engine.insertWritten('sightings', sightings)
  await engine.insertWritten('folds', folds)
}
