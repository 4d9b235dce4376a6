/**
 * Units that came whole, from memory → the rows of their profiles, by the functions that fold what is read back. A unit in a pod waits for
 * the next reading where the store holds what a kernel or a network saw: then others explain it, and it them.
 */
import type { Folding } from '../../../core/model/folding.ts'
import { workloadOfKey } from '../../../core/model/workload.ts'
import type { Engine } from './engine.ts'
import { type FoldedRows, type FoldPlace, foldedRows, writeFolded } from './folded-rows.ts'
import type { FreshUnit } from './fresh-units.ts'
import { settledUnit } from './load-units.ts'
import { type PieceLimits, piecesOf } from './pieces.ts'
import { hasBelow, type SettleClock } from './settle.ts'

/** Units of one workload: what is folded, and written, at once. */
export interface FoldWork {
  readonly place: FoldPlace
  readonly units: readonly FreshUnit[]
}

/** Characters and rows of one piece. */
const PIECE: PieceLimits = { count: 20_000, weight: 8_388_608 }

const weightOf = ({ items }: FreshUnit): number => items.reduce((sum, { payload }) => sum + payload.length, 0)

export const foldedFrom = (folding: Folding, { place, units }: FoldWork): FoldedRows => {
  const nothing = folding.emptyProfile(workloadOfKey(place.workload))
  const folded = units.map(({ unit, items }) => {
    const { evidence, ledger } = settledUnit(
      folding,
      unit,
      items.map(item => ({ ...item, copies: 1 })),
    )
    const profile = evidence === null ? nothing : folding.profileOf(folding.join(evidence, []), [])
    return { unit, seen: items.length, profile, ledger }
  })
  return foldedRows(place, folded)
}

export const foldFresh = async (
  engine: Engine,
  fold: (work: FoldWork) => Promise<FoldedRows>,
  clock: SettleClock,
  fresh: readonly FreshUnit[],
): Promise<void> => {
  if (fresh.length === 0) return
  // Asked after these are on disk: whatever a kernel saw and is written later finds them there.
  const areJoined = fresh.some(({ isInPod }) => isInPod) && (await hasBelow(engine))
  const byWorkload = new Map<string, FreshUnit[]>()
  for (const unit of fresh) {
    if (unit.isInPod && areJoined) continue
    const own = byWorkload.get(unit.workload) ?? []
    byWorkload.set(unit.workload, own)
    own.push(unit)
  }
  for (const [workload, units] of byWorkload)
    for (const piece of piecesOf(units, PIECE, weightOf)) {
      const place = { workload, generation: clock.generation(), day: clock.day() }
      await writeFolded(engine, await fold({ place, units: piece }))
    }
}
