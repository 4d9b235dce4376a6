/** Workloads of a store → portions of it: many small ones are asked for together. */
import type { Folding } from '../../../core/model/folding.ts'
import type { Ledger } from '../../../core/model/ledger.ts'
import type { Marking } from '../../../core/model/mark.ts'
import type { Own, Portion } from '../evidence-store.ts'
import type { Engine } from './engine.ts'
import { newestRows } from './newest-rows.ts'
import { piecesOf } from './pieces.ts'
import { PIECE, readProfile, type Stored } from './read-profile.ts'

/** Workloads of one portion, and rows of evidence. */
const LIMITS = { count: 100, weight: PIECE }

/** Rows of evidence of one workload up to which it is a portion by itself; more is read in pieces, by this thread. */
const LARGE = 3 * PIECE

/** One that has marks, or that is large, is read alone. */
export async function* readPortions(
  engine: Engine,
  folding: Folding,
  ledger: Ledger,
  wanted: readonly Stored[],
  marking: Marking | null,
): AsyncGenerator<Portion | Own> {
  const isAlone = ({ key, seen }: Stored): boolean =>
    seen > LARGE || (marking !== null && folding.marksOf(marking.marks, key).length > 0)
  const weightOf = (stored: Stored): number => (isAlone(stored) ? Number.POSITIVE_INFINITY : stored.seen)
  for (const piece of piecesOf(wanted, LIMITS, weightOf)) {
    const rows = piece.some(isAlone) ? null : await newestRows(engine, { workloads: piece.map(({ key }) => key) })
    if (rows !== null) {
      yield { workloads: piece.map(({ workload }) => workload), rows, ledger }
      continue
    }
    for (const stored of piece) {
      const profile = await readProfile(engine, folding, stored, marking)
      yield { workload: stored.workload, profile: { ...profile, ledger: folding.ledgerOf(profile, ledger) } }
    }
  }
}
