/** Units of evidence that changed, read back → the rows of their profiles, and of those that they explain. */
import type { Folding } from '../../../core/model/folding.ts'
import { workloadOfKey } from '../../../core/model/workload.ts'
import { unitsExplained } from './around.ts'
import type { Engine } from './engine.ts'
import { type FoldPlace, foldedRows, writeFolded } from './folded-rows.ts'
import { countsOf, evidenceOf, joinUnits } from './join-units.ts'
import { loadUnits } from './load-units.ts'

/** A unit, and of how many rows of evidence it was when that was asked. */
export interface Dirty {
  readonly unit: string
  readonly rows: number
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
  const joinedOf = await joinUnits(engine, folding, workload, own, hasBelow)
  const nothing = folding.emptyProfile(workloadOfKey(workload))
  const folded = own.map(settled => {
    const { unit, ledger } = settled
    const evidence = joinedOf(settled)
    const profile = evidence === null ? nothing : folding.profileOf(evidence, [])
    return { unit, seen: rows.get(unit) ?? 0, profile, ledger }
  })
  await writeFolded(engine, foldedRows(place, folded))
}
