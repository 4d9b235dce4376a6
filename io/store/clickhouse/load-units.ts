/** Rows of evidence → units, each settled: what their items mean together, and their ledger. */
import type { EvidenceItem } from '../../../core/model/evidence.ts'
import type { Folding, OwnItem } from '../../../core/model/folding.ts'
import type { Ledger } from '../../../core/model/ledger.ts'
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

export const loadUnits = async (
  engine: Engine,
  folding: Folding,
  workload: string,
  units: readonly string[],
): Promise<readonly SettledUnit[]> => {
  if (units.length === 0) return []
  const collectors = new Map(units.map(unit => [unit, folding.createCollector()]))
  for await (const rows of engine.stream<ItemRow>(itemsOf(workload, units))) {
    for (const { unit, source, copies, payload } of rows) {
      const item: EvidenceItem & OwnItem = JSON.parse(payload)
      collectors.get(unit)?.add(source, [item], undefined, Number(copies))
    }
  }
  return [...collectors].map(([unit, collector]) => {
    const { evidence, ledger } = collector.settle()
    return { unit, evidence: evidence[0] ?? null, ledger }
  })
}
