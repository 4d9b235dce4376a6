/**
 * Profiles of units → the rows of `witnesses`, `sightings` and `folds`, as the engine is handed them. A unit counts as folded when its row
 * in `folds` is there, which is written last: whatever breaks off before is folded again.
 */
import type { Ledger } from '../../../core/model/ledger.ts'
import type { Profile } from '../../../core/model/profile.ts'
import type { Engine } from './engine.ts'
import { type OfFold, rowsOfPart } from './part-rows.ts'
import { tabSeparated } from './tab-separated.ts'

/** Of units that are folded together. */
export type FoldPlace = Omit<OfFold, 'unit'>

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
  const parts = units.map(({ unit, seen, profile, ledger }) => {
    const of = { ...place, unit }
    const { part, witnesses, sightings } = rowsOfPart(profile, of)
    return { witnesses, sightings, fold: { ...of, seen, part, ...ledgerColumns(ledger) } }
  })
  return {
    witnesses: tabSeparated(
      'witnesses',
      parts.flatMap(part => part.witnesses),
    ),
    sightings: tabSeparated(
      'sightings',
      parts.flatMap(part => part.sightings),
    ),
    folds: tabSeparated(
      'folds',
      parts.map(({ fold }) => fold),
    ),
  }
}

export const joined = (rows: readonly FoldedRows[]): FoldedRows => ({
  witnesses: Buffer.concat(rows.map(({ witnesses }) => witnesses)),
  sightings: Buffer.concat(rows.map(({ sightings }) => sightings)),
  folds: Buffer.concat(rows.map(({ folds }) => folds)),
})

export const writeFolded = async (engine: Engine, { witnesses, sightings, folds }: FoldedRows): Promise<void> => {
  await engine.insertWritten('witnesses', witnesses)
  await engine.insertWritten('sightings', sightings)
  await engine.insertWritten('folds', folds)
}
