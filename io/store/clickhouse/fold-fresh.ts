/**
 * Units that came whole, from memory → the rows of their profiles, by the functions that fold what is read back. A unit in a pod waits for
 * the next reading where the store holds what a kernel or a network saw: then others explain it, and it them.
 */
import type { Engine } from './engine.ts'
import type { Fold, FoldWork } from './fold-work.ts'
import { type FoldPlace, writeFolded } from './folded-rows.ts'
import type { FreshUnit } from './fresh-units.ts'
import { type PieceLimits, piecesOf } from './pieces.ts'
import { hasBelow, type SettleClock } from './settle.ts'

/** Characters and rows of one piece. */
const PIECE: PieceLimits = { count: 20_000, weight: 4_194_304 }

const weightOf = ({ items }: FreshUnit): number => items.reduce((sum, { payload }) => sum + payload.length, 0)

export const worksOf = (
  fresh: readonly FreshUnit[],
  placed: () => Omit<FoldPlace, 'workload'>,
): readonly FoldWork[] => {
  const byWorkload = new Map<string, FreshUnit[]>()
  for (const unit of fresh) {
    const own = byWorkload.get(unit.workload) ?? []
    byWorkload.set(unit.workload, own)
    own.push(unit)
  }
  return [...byWorkload].flatMap(([workload, units]) =>
    [...piecesOf(units, PIECE, weightOf)].map(piece => ({
      place: { workload, ...placed() },
      units: piece.map(({ unit, items }) => ({ unit, items })),
    })),
  )
}

export const foldFresh = async (
  engine: Engine,
  fold: Fold,
  clock: SettleClock,
  fresh: readonly FreshUnit[],
): Promise<void> => {
  if (fresh.length === 0) return
  // Asked after these are on disk: whatever a kernel saw and is written later finds them there.
  const areJoined = fresh.some(({ isInPod }) => isInPod) && (await hasBelow(engine))
  let writing: Promise<void> = Promise.resolve()
  for (const work of worksOf(
    fresh.filter(({ isInPod }) => !(isInPod && areJoined)),
    () => ({ generation: clock.generation(), day: clock.day() }),
  )) {
    const rows = await fold(work)
    // The next piece is folded while this one is written.
    await writing
    writing = writeFolded(engine, rows)
    writing.catch(() => undefined)
  }
  await writing
}
