/** Units that came whole → the rows of their profiles, by the functions that fold what is read back; of no engine, so any thread can. */
import type { Folding } from '../../../core/model/folding.ts'
import { workloadOfKey } from '../../../core/model/workload.ts'
import { type FoldedRows, type FoldPlace, foldedRows } from './folded-rows.ts'
import { settledUnit } from './load-units.ts'

interface WholeUnit {
  readonly unit: string
  readonly items: readonly { readonly source: string; readonly payload: string }[]
}

/** Units of one workload: what is folded, and written, at once. Plain data, so that it can be sent. */
export interface FoldWork {
  readonly place: FoldPlace
  readonly units: readonly WholeUnit[]
}

/** Whoever folds: this thread, or another one. */
export type Fold = (work: FoldWork) => Promise<FoldedRows>

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
