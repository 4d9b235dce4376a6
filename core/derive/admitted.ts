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

/** Witnesses of some values and how often each showed one of them, in the order in which they are met. */
interface Tally {
  readonly witness: Int32Array
  readonly times: Int32Array
  size: number
}

const tallyFor = ({ column, part, entries, trusted }: Weighed): ((values: readonly number[]) => Tally) => {
  const { has } = part
  const { from, witness, count, numbers } = column
  const tally: Tally = {
    witness: new Int32Array(numbers.names.length),
    times: new Int32Array(numbers.names.length),
    size: 0,
  }
  /** Witness → where it is in the tally, one more; 0: nowhere. */
  const place = new Int32Array(numbers.names.length)
  /** A witness has one sighting of a value: none has to be looked for. */
  const ofOne = (value: number): Tally => {
    tally.size = 0
    if (entries[value] !== 1) return tally
    const end = from[value + 1] ?? 0
    for (let at = from[value] ?? 0; at < end; at++) {
      const number = witness[at] ?? -1
      if (has[number] !== 1 || (trusted !== null && trusted[at] !== 1)) continue
      tally.witness[tally.size] = number
      tally.times[tally.size++] = count[at] ?? 0
    }
    return tally
  }
  const ofMany = (values: readonly number[]): Tally => {
    tally.size = 0
    for (const value of values) {
      if (entries[value] !== 1) continue
      const end = from[value + 1] ?? 0
      for (let at = from[value] ?? 0; at < end; at++) {
        const number = witness[at] ?? -1
        if (has[number] !== 1 || (trusted !== null && trusted[at] !== 1)) continue
        const known = place[number] ?? 0
        if (known === 0) {
          tally.witness[tally.size] = number
          tally.times[tally.size] = count[at] ?? 0
          place[number] = ++tally.size
        } else tally.times[known - 1] = (tally.times[known - 1] ?? 0) + (count[at] ?? 0)
      }
    }
    for (let at = 0; at < tally.size; at++) place[tally.witness[at] ?? 0] = 0
    return tally
  }
  return values => {
    const [only] = values
    return values.length === 1 && only !== undefined ? ofOne(only) : ofMany(values)
  }
}

/** A cluster is lost with a fold only where all of its witnesses are in it. */
const MIXED = -1

export const admittedElements = (elements: Elements, weighed: Weighed, gate: Gate, folds: Folds | null): Admitted => {
  const { members } = elements
  const { alike } = weighed.column.numbers
  const tallyOf = tallyFor(weighed)
  const gates = folds?.gates ?? []
  const all = new Uint8Array(members.length)
  const without = gates.map(() => new Uint8Array(members.length))
  const times = new Float64Array(gates.length)
  const witnesses = new Int32Array(gates.length)
  const clusters = new Int32Array(gates.length)
  const foldOfCluster = new Map<number, number>()
  for (const [element, values] of members.entries()) {
    const tally = tallyOf(values)
    if (tally.size === 0) continue
    times.fill(0)
    witnesses.fill(0)
    let total = 0
    for (let at = 0; at < tally.size; at++) {
      const own = Math.min(gate.perWitness, tally.times[at] ?? 0)
      total += own
      const fold = folds?.of[tally.witness[at] ?? 0] ?? 0
      times[fold] = (times[fold] ?? 0) + own
      witnesses[fold] = (witnesses[fold] ?? 0) + 1
    }
    if (gate.asksClusters) {
      foldOfCluster.clear()
      clusters.fill(0)
      for (let at = 0; at < tally.size; at++) {
        const number = tally.witness[at] ?? 0
        const [cluster, fold] = [alike[number] ?? -1, folds?.of[number] ?? 0]
        foldOfCluster.set(cluster, (foldOfCluster.get(cluster) ?? fold) === fold ? fold : MIXED)
      }
      for (const fold of foldOfCluster.values()) if (fold !== MIXED) clusters[fold] = (clusters[fold] ?? 0) + 1
    }
    if (gate.passes(total, tally.size, foldOfCluster.size)) all[element] = 1
    for (let fold = 0; fold < gates.length; fold++) {
      const passed = without[fold]
      const rest = total - (times[fold] ?? 0)
      const others = tally.size - (witnesses[fold] ?? 0)
      const kinds = foldOfCluster.size - (clusters[fold] ?? 0)
      if (passed !== undefined && gates[fold]?.passes(rest, others, kinds) === true) passed[element] = 1
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
      if (gate.passes(times, shown.size, clusters.size)) return values[value]?.value
    }
    return undefined
  }
  const low = bound(ordered)
  const high = bound(ordered.toReversed())
  // Too few beyond either bound: the bounds cross, and there is no range that enough witnesses support.
  if (low === undefined || high === undefined) return []
  return Number(low) <= Number(high) ? [low, high] : [high, low]
}
