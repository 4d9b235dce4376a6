/** The witnesses of a dimension in folds that are left out one after the other: whole clusters of alike sessions at once. */

import type { Gate } from './gate.ts'
import type { Weighed } from './weighed.ts'

export interface Folds {
  /** How many witnesses there are in all. */
  readonly witnesses: number
  /** By number of a witness, its fold. */
  readonly of: Int32Array
  /** By fold: the gate for what is left without it. */
  readonly gates: readonly Gate[]
}

const FOLDS = 10
/** Above this many values the estimate uses fewer folds: its cost is values × folds. */
const MANY_VALUES = 4_000
const FEW_FOLDS = 3

/** Without gates where there is one cluster only: nothing can be left out. */
export const foldsOf = ({ column, part, entries }: Weighed, gate: Gate): Folds => {
  const { value, witness, numbers } = column
  const of = new Int32Array(numbers.names.length).fill(-1)
  const all: number[] = []
  for (let at = 0; at < witness.length; at++) {
    const number = witness[at] ?? -1
    if (part.has[number] !== 1 || of[number] !== -1 || entries[value[at] ?? 0] !== 1) continue
    of[number] = 0
    all.push(number)
  }
  // Clusters are numbered in the order of their names.
  const clusters = Int32Array.from(new Set(all.map(number => numbers.asked[number] ?? -1))).sort()
  const asked = entries.reduce((sum, one) => sum + one, 0)
  const count = Math.min(clusters.length, asked > MANY_VALUES ? FEW_FOLDS : FOLDS)
  if (count < 2) return { witnesses: all.length, of, gates: [] }
  const foldOf = new Map<number, number>()
  for (const [index, cluster] of clusters.entries()) foldOf.set(cluster, index % count)
  const sizes = new Int32Array(count)
  for (const number of all) {
    const fold = foldOf.get(numbers.asked[number] ?? -1) ?? 0
    of[number] = fold
    sizes[fold] = (sizes[fold] ?? 0) + 1
  }
  return { witnesses: all.length, of, gates: Array.from(sizes, size => gate.scaled(1 - size / all.length)) }
}
