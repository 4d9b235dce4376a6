/**
 * Which elements of a rule passed the gate: in all of a part of the evidence, and without each fold of it. The folds part the
 * witnesses, so what remains without one is what there is less what that fold brought: one pass counts them all.
 */
import type { Scalar } from '../model/scalar.ts'
import type { Elements } from './elements.ts'
import type { Folds } from './folds.ts'
import type { Gate } from './gate.ts'
import type { Weighed } from './weighed.ts'

/** By element, 1 for those that passed: in all, and without each fold. */
export interface Admitted {
  readonly all: Uint8Array
  readonly without: readonly Uint8Array[]
}

/** Witnesses of one element with what each showed, added up over its values. */
const tallyFor = ({ column, part, entries, trusted }: Weighed) => {
  const { from, witness, count } = column
  const times = new Map<number, number>()
  return (values: readonly number[]): ReadonlyMap<number, number> => {
    times.clear()
    for (const value of values) {
      if (entries[value] !== 1) continue
      const end = from[value + 1] ?? 0
      for (let at = from[value] ?? 0; at < end; at++) {
        const number = witness[at] ?? -1
        if (part.has[number] !== 1 || (trusted !== null && trusted[at] !== 1)) continue
        times.set(number, (times.get(number) ?? 0) + (count[at] ?? 0))
      }
    }
    return times
  }
}

/** A cluster is lost with a fold only where all of its witnesses are in it. */
const MIXED = -1

export const admittedElements = (elements: Elements, weighed: Weighed, gate: Gate, folds: Folds | null): Admitted => {
  const { members } = elements
  const { alike } = weighed.column.numbers
  const tally = tallyFor(weighed)
  const count = folds?.gates.length ?? 0
  const all = new Uint8Array(members.length)
  const without = Array.from({ length: count }, () => new Uint8Array(members.length))
  const times = new Float64Array(count)
  const witnesses = new Int32Array(count)
  const clusters = new Int32Array(count)
  const foldOfCluster = new Map<number, number>()
  for (const [element, values] of members.entries()) {
    times.fill(0)
    witnesses.fill(0)
    clusters.fill(0)
    foldOfCluster.clear()
    const shown = tally(values)
    let total = 0
    for (const [number, shownTimes] of shown) {
      const own = Math.min(gate.perWitness, shownTimes)
      total += own
      const fold = folds === null ? 0 : (folds.of[number] ?? 0)
      times[fold] = (times[fold] ?? 0) + own
      witnesses[fold] = (witnesses[fold] ?? 0) + 1
      if (!gate.asksClusters) continue
      const cluster = alike[number] ?? -1
      foldOfCluster.set(cluster, (foldOfCluster.get(cluster) ?? fold) === fold ? fold : MIXED)
    }
    for (const fold of foldOfCluster.values()) if (fold !== MIXED) clusters[fold] = (clusters[fold] ?? 0) + 1
    if (gate.passes({ times: total, witnesses: shown.size, clusters: foldOfCluster.size })) all[element] = 1
    if (folds === null) continue
    for (let fold = 0; fold < count; fold++) {
      const rest = {
        times: total - (times[fold] ?? 0),
        witnesses: shown.size - (witnesses[fold] ?? 0),
        clusters: foldOfCluster.size - (clusters[fold] ?? 0),
      }
      const passed = without[fold]
      if (passed !== undefined && folds.gates[fold]?.passes(rest) === true) passed[element] = 1
    }
  }
  return { all, without }
}

/**
 * For a rule that orders: from the smallest to the largest number at or beyond which enough witnesses were seen. `fold`: its
 * witnesses do not count; null: all do.
 */
export const admittedInOrder = (
  { ordered }: Elements,
  { column, part, entries, trusted }: Weighed,
  gate: Gate,
  fold: { readonly of: Int32Array; readonly number: number } | null,
): readonly Scalar[] => {
  const { from, witness, count, values, numbers } = column
  const bound = (inOrder: readonly number[]): Scalar | undefined => {
    const shown = new Map<number, number>()
    const clusters = new Set<number>()
    let times = 0
    for (const value of inOrder) {
      if (entries[value] !== 1) continue
      for (let at = from[value] ?? 0; at < (from[value + 1] ?? 0); at++) {
        const number = witness[at] ?? -1
        if (part.has[number] !== 1 || (trusted !== null && trusted[at] !== 1)) continue
        if (fold !== null && fold.of[number] === fold.number) continue
        const before = shown.get(number) ?? 0
        const after = before + (count[at] ?? 0)
        shown.set(number, after)
        times += Math.min(gate.perWitness, after) - Math.min(gate.perWitness, before)
        if (gate.asksClusters) clusters.add(numbers.alike[number] ?? -1)
      }
      if (gate.passes({ times, witnesses: shown.size, clusters: clusters.size })) return values[value]?.value
    }
    return undefined
  }
  const low = bound(ordered)
  const high = bound(ordered.toReversed())
  // Too few beyond either bound: the bounds cross, and there is no range that enough witnesses support.
  if (low === undefined || high === undefined) return []
  return Number(low) <= Number(high) ? [low, high] : [high, low]
}
