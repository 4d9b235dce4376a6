/**
 * The units that a reviewer's marks touch → what is left of them as evidence of need. Folds know of no marks: these units are read
 * again, and the rest of the workload is what was folded.
 */
import type { Folding } from '../../../core/model/folding.ts'
import type { Mark, Marking } from '../../../core/model/mark.ts'
import type { Profile } from '../../../core/model/profile.ts'
import type { Engine } from './engine.ts'
import { fingerprint } from './item-rows.ts'
import { countsOf, joinUnits, surroundings } from './join-units.ts'
import { literal, literals } from './literal.ts'
import { loadUnits } from './load-units.ts'
import { piecesOf } from './pieces.ts'
import { hasBelow, PIECE } from './settle.ts'
import { toWellFormed } from './well-formed.ts'

const unitsWhere = async (engine: Engine, table: string, condition: string): Promise<readonly string[]> =>
  (await engine.rows<{ readonly unit: string }>(`SELECT DISTINCT unit FROM ${table} WHERE ${condition}`)).map(
    ({ unit }) => unit,
  )

/** A session is in the units that it was a witness in, and in its own, where nothing of it ran. */
export const unitsMarked = async (
  engine: Engine,
  { unitOfSession }: Folding,
  workload: string,
  marks: readonly Mark[],
): Promise<readonly string[]> => {
  const own = `workload = ${literal(workload)}`
  const sessions = [...new Set(marks.flatMap(({ session }) => session ?? []))]
  const ids = [...new Set(marks.flatMap(({ observation }) => observation ?? []))]
  const units = new Set(sessions.map(session => fingerprint(unitOfSession(session))))
  if (sessions.length > 0) {
    const names = literals(sessions.map(session => toWellFormed(`session:${session}`)))
    for (const unit of await unitsWhere(engine, 'witnesses', `${own} AND witness IN (${names})`)) units.add(unit)
  }
  if (ids.length > 0) {
    const names = literals(ids.map(fingerprint))
    for (const unit of await unitsWhere(engine, 'evidence', `${own} AND kind = 'observation' AND id IN (${names})`))
      units.add(unit)
  }
  return [...units]
}

/** Adds what is left of these units to the profile. */
export const absorbMarked = async (
  engine: Engine,
  folding: Folding,
  workload: string,
  units: readonly string[],
  marking: Marking,
  into: Profile,
): Promise<void> => {
  const counted = await countsOf(engine, workload, units)
  const areJoined = counted.size > 0 && (await hasBelow(engine))
  for (const piece of piecesOf([...counted], PIECE, ([, rows]) => rows)) {
    const own = await loadUnits(engine, folding, workload, new Map(piece))
    const around = areJoined ? await surroundings(engine, folding, workload, own) : new Map<string, number>()
    const joinedOf = await joinUnits(engine, folding, workload, own, around)
    for (const unit of own) {
      const evidence = joinedOf(unit)
      if (evidence !== null) folding.absorb(into, folding.profileOf(folding.mark(evidence, marking), []))
    }
  }
}
