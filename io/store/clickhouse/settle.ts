/** Folds what has come since the last time, unit by unit, in pieces of bounded size. */
import type { Folding } from '../../../core/model/folding.ts'
import type { Engine } from './engine.ts'
import { type Dirty, foldUnits } from './fold-units.ts'
import { type PieceLimits, piecesOf } from './pieces.ts'

/** Units and rows of one piece: what is in memory at once. A unit that is larger is a piece of its own. */
export const PIECE: PieceLimits = { count: 256, weight: 20_000 }

interface DirtyRow {
  readonly workload: string
  readonly unit: string
  readonly rows: string
}

/** By workload, then unit. The newest fold of a unit says from how many rows it is. */
const DIRTY = `
  SELECT workload, unit, toString(sum(had)) AS rows, sum(had) AS now, max(was) AS before FROM (
    SELECT workload, unit, countMerge(rows) AS had, toUInt64(0) AS was FROM units GROUP BY workload, unit
    UNION ALL
    SELECT workload, unit, toUInt64(0) AS had, argMax(seen, generation) AS was FROM folds GROUP BY workload, unit
  ) GROUP BY workload, unit HAVING now != before ORDER BY workload, unit`

const BELOW = "SELECT 1 AS found FROM evidence WHERE part = 'below' LIMIT 1"

/** Whether anything at all was seen below tool calls: if not, nothing has to be joined. */
export const hasBelow = async (engine: Engine): Promise<boolean> => (await engine.rows(BELOW)).length > 0

const dirtyOf = async (engine: Engine): Promise<ReadonlyMap<string, readonly Dirty[]>> => {
  const byWorkload = new Map<string, Dirty[]>()
  for await (const rows of engine.stream<DirtyRow>(DIRTY)) {
    for (const { workload, unit, rows: count } of rows) {
      const own = byWorkload.get(workload) ?? []
      byWorkload.set(workload, own)
      own.push({ unit, rows: Number(count) })
    }
  }
  return byWorkload
}

export interface SettleClock {
  /** Rises with each call, also from one process to the next. */
  readonly generation: () => number
  /** UTC, `YYYY-MM-DD`. */
  readonly day: () => string
}

export const settle = async (engine: Engine, folding: Folding, clock: SettleClock): Promise<void> => {
  const dirty = await dirtyOf(engine)
  if (dirty.size === 0) return
  const areJoined = await hasBelow(engine)
  for (const [workload, units] of dirty) {
    for (const piece of piecesOf(units, PIECE, ({ rows }) => rows)) {
      const place = { workload, generation: clock.generation(), day: clock.day() }
      await foldUnits(engine, folding, place, piece, areJoined)
    }
  }
}
