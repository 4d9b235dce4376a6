/** What was derived ↔ rows: the newest row of a workload and a place counts. */
import type { Derivation } from '../evidence-store.ts'
import { FOR_GOOD } from './bookmarks.ts'
import type { Engine } from './engine.ts'
import { fingerprint } from './item-rows.ts'
import { literal } from './literal.ts'

/** `generation`: larger than that of any before. */
export const writeDerivations = (
  engine: Engine,
  place: string,
  made: ReadonlyMap<string, Derivation>,
  generation: number,
): Promise<void> =>
  engine.insert(
    'derivations',
    [...made].map(([workload, { from, files, told }]) => ({
      workload,
      place: fingerprint(place),
      generation,
      origin: from,
      files,
      told,
      day: FOR_GOOD,
    })),
  )

interface DerivationRow {
  readonly workload: string
  readonly newest: readonly [origin: string, files: string, told: string]
}

export const readDerivations = async (engine: Engine, place: string): Promise<ReadonlyMap<string, Derivation>> => {
  const rows = await engine.rows<DerivationRow>(
    `SELECT workload, argMax([origin, files, told], generation) AS newest FROM derivations
     WHERE place = ${literal(fingerprint(place))} GROUP BY workload`,
  )
  return new Map(rows.map(({ workload, newest: [from, files, told] }) => [workload, { from, files, told }]))
}
