/** Rows of evidence → units, each settled: what their items mean together, and their ledger. */

import type { Collector } from '../../../core/model/collector.ts'
import type { OwnItem, Rejection } from '../../../core/model/evidence.ts'
import type { Folding } from '../../../core/model/folding.ts'
import type { Ledger, SourceLedger } from '../../../core/model/ledger.ts'
import type { SettledEvidence } from '../../../core/model/workload-evidence.ts'
import type { Engine } from './engine.ts'
import { literal, literals } from './literal.ts'

export interface SettledUnit {
  readonly unit: string
  /** Null where nothing of it is there any more. */
  readonly evidence: SettledEvidence | null
  readonly ledger: Ledger
}

interface ItemRow {
  readonly unit: string
  readonly source: string
  readonly copies: string
  readonly payload: string
}

/** Of rows that are equal but for `copies`, any payload is the payload. */
const itemsOf = (workload: string, units: readonly string[]): string => `
  SELECT unit, source, toString(sum(copies)) AS copies, any(payload) AS payload FROM evidence
  WHERE workload = ${literal(workload)} AND unit IN (${literals(units)})
  GROUP BY unit, kind, source, id, digest`

/** Distinct items of one unit: more would not be read in bounded memory, and no task has so many. */
export const UNIT_ITEMS = 100_000

const FLOODED = 'flooded' satisfies Rejection

interface FloodRow {
  readonly unit: string
  readonly source: string
  readonly items: string
  readonly copies: string
}

/** Units of too many items, with what is said of them: all that came of them is rejected, by name. */
const floodedOf = async (
  engine: Engine,
  workload: string,
  suspects: readonly string[],
): Promise<ReadonlyMap<string, Ledger>> => {
  if (suspects.length === 0) return new Map()
  const rows = await engine.rows<FloodRow>(`
    SELECT unit, source, toString(count()) AS items, toString(sum(times)) AS copies FROM (
      SELECT unit, source, kind, id, digest, sum(copies) AS times FROM evidence
      WHERE workload = ${literal(workload)} AND unit IN (${literals(suspects)})
      GROUP BY unit, source, kind, id, digest
    ) GROUP BY unit, source`)
  const itemsOfUnit = new Map<string, number>()
  for (const { unit, items } of rows) itemsOfUnit.set(unit, (itemsOfUnit.get(unit) ?? 0) + Number(items))
  const flooded = new Map<string, SourceLedger[]>()
  for (const { unit, source, copies } of rows) {
    if ((itemsOfUnit.get(unit) ?? 0) <= UNIT_ITEMS) continue
    const received = Number(copies)
    const entry = { source, received, accepted: 0, duplicate: 0, rejected: { [FLOODED]: received }, lost: 0 }
    flooded.set(unit, [...(flooded.get(unit) ?? []), entry])
  }
  return flooded
}

/** `counted`: units, with how many rows each has. */
export const loadUnits = async (
  engine: Engine,
  folding: Folding,
  workload: string,
  counted: ReadonlyMap<string, number>,
): Promise<readonly SettledUnit[]> => {
  const suspects = [...counted].flatMap(([unit, rows]) => (rows > UNIT_ITEMS ? [unit] : []))
  const flooded = await floodedOf(engine, workload, suspects)
  const units = [...counted.keys()].filter(unit => !flooded.has(unit))
  const read = await readUnits(engine, folding, workload, units)
  return [...read, ...[...flooded].map(([unit, ledger]) => ({ unit, ledger, evidence: null }))]
}

const itemOf = (payload: string): OwnItem => JSON.parse(payload)

const settledOf = (unit: string, collector: Collector): SettledUnit => {
  const { evidence, ledger } = collector.settle()
  return { unit, evidence: evidence[0] ?? null, ledger }
}

/** One unit, of which everything is there. */
export const settledUnit = (
  folding: Folding,
  unit: string,
  items: readonly { readonly source: string; readonly copies: number; readonly payload: string }[],
): SettledUnit => {
  const collector = folding.createCollector()
  for (const { source, copies, payload } of items) collector.addCopies(source, itemOf(payload), copies)
  return settledOf(unit, collector)
}

const readUnits = async (
  engine: Engine,
  folding: Folding,
  workload: string,
  units: readonly string[],
): Promise<readonly SettledUnit[]> => {
  if (units.length === 0) return []
  const collectors = new Map(units.map(unit => [unit, folding.createCollector()]))
  for await (const rows of engine.stream<ItemRow>(itemsOf(workload, units)))
    for (const { unit, source, copies, payload } of rows)
      collectors.get(unit)?.addCopies(source, itemOf(payload), Number(copies))
  return [...collectors].map(([unit, collector]) => settledOf(unit, collector))
}
