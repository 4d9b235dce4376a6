/** Units of evidence that changed, read back → the rows of their profiles, and of those that they explain. */
import type { Folding } from '../../../core/model/folding.ts'
import { workloadOfKey } from '../../../core/model/workload.ts'
import { unitsExplained } from './around.ts'
import type { Engine } from './engine.ts'
import { generationAfter } from './fold-order.ts'
import { type FoldPlace, foldedRows, writeFolded } from './folded-rows.ts'
import { countsOf, evidenceOf, joinUnits, surroundings } from './join-units.ts'
import { loadUnits } from './load-units.ts'

/** A unit, and of how many rows of evidence it was when that was asked. */
export interface Dirty {
  readonly unit: string
  readonly rows: number
}

/** How often units are folded whose surroundings change while they are; then it is left to the next change. */
const MOST = 5

/** Gives back what has to be folded once more, because of what came around it meanwhile. */
const foldOnce = async (
  engine: Engine,
  folding: Folding,
  place: FoldPlace,
  dirty: readonly Dirty[],
  hasBelow: boolean,
): Promise<readonly Dirty[]> => {
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
  const names = own.map(({ unit }) => unit)
  const around = hasBelow ? await surroundings(engine, folding, workload, own) : new Map<string, number>()
  const joinedOf = await joinUnits(engine, folding, workload, own, around)
  const nothing = folding.emptyProfile(workloadOfKey(workload))
  const folded = own.map(settled => {
    const { unit, ledger } = settled
    const evidence = joinedOf(settled)
    const profile = evidence === null ? nothing : folding.profileOf(evidence, [])
    return { unit, seen: rows.get(unit) ?? 0, profile, ledger }
  })
  const generation = Math.max(place.generation, await generationAfter(engine, workload, names))
  await writeFolded(engine, foldedRows({ ...place, generation }, folded))
  if (!hasBelow) return []
  const now = await surroundings(engine, folding, workload, own)
  const isSame = now.size === around.size && [...now].every(([unit, had]) => around.get(unit) === had)
  return isSame ? [] : [...(await countsOf(engine, workload, names))].map(([unit, had]) => ({ unit, rows: had }))
}

/**
 * INVARIANT: the newest fold of a unit has read all that surrounded it when it was written. Another process may fold it at the same time, from
 * more: whoever wrote looks once more. What comes after that look is folded by whoever sees it come, and that fold is newer.
 */
export const foldUnits = async (
  engine: Engine,
  folding: Folding,
  place: FoldPlace,
  dirty: readonly Dirty[],
  /** Whether anything at all was seen below tool calls: if not, nothing has to be joined. */
  hasBelow: boolean,
): Promise<void> => {
  let rest = dirty
  for (let times = 0; rest.length > 0 && times < MOST; times++)
    rest = await foldOnce(engine, folding, place, rest, hasBelow)
}
