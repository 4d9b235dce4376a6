/** The gate, asked of a part of the witnesses. */
import type { Column } from './column.ts'
import type { Gate } from './gate.ts'
import type { Part, Sighted, WitnessNumbers } from './witness-numbers.ts'

const admitted = (
  gate: Gate,
  { witness, count }: Sighted,
  from: number,
  to: number,
  counts: (sighting: number) => boolean,
  alike: Int32Array,
): boolean => {
  let [times, witnesses] = [0, 0]
  const clusters = new Set<number>()
  for (let at = from; at < to; at++) {
    if (!counts(at)) continue
    times += Math.min(gate.perWitness, count[at] ?? 0)
    witnesses++
    if (gate.asksClusters) clusters.add(alike[witness[at] ?? -1] ?? -1)
  }
  return gate.passes({ times, witnesses, clusters: clusters.size })
}

export const admitsIn = (gate: Gate, sighted: Sighted, { has }: Part, { alike }: WitnessNumbers): boolean =>
  admitted(gate, sighted, 0, sighted.witness.length, at => has[sighted.witness[at] ?? -1] === 1, alike)

/** Of one value. `trusted`: by sighting, 1 for those that count; null: all do. */
export const admitsValue = (gate: Gate, column: Column, value: number, trusted: Uint8Array | null): boolean => {
  const counts = (at: number): boolean => trusted === null || trusted[at] === 1
  return admitted(gate, column, column.from[value] ?? 0, column.from[value + 1] ?? 0, counts, column.numbers.alike)
}
