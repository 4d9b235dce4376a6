/**
 * The values of one dimension, and who showed each, as columns: read once for the policy and for every part of the evidence that it
 * is cross-validated on.
 */
import type { DimensionProfile, ValueProfile } from '../model/profile.ts'
import type { ValueType } from '../model/value-type.ts'
import { inferType } from '../policy/infer-type.ts'
import { type Origin, originOf, placeOf } from './origin.ts'
import type { Part, WitnessNumbers } from './witness-numbers.ts'

export interface Column {
  readonly numbers: WitnessNumbers
  /** Most witnessed first: their places are the numbers of the values. */
  readonly values: readonly ValueProfile[]
  /** By `scalarKey`. */
  readonly keys: readonly string[]
  readonly types: readonly ValueType[]
  /** Value → its first sighting; one more entry for the end. */
  readonly from: Int32Array
  /** By sighting, as all that follow. */
  readonly witness: Int32Array
  readonly count: Int32Array
  readonly value: Int32Array
  /** Where the session had the value from. */
  readonly origin: (sighting: number) => Origin
  /** Where the field stood that gave the value; null: none did, or nobody named the place. */
  readonly place: (sighting: number) => string | null
}

export const columnOf = ({ values: observed }: DimensionProfile, numbers: WitnessNumbers): Column => {
  const ranked = [...observed].sort(
    ([a, { witnesses: some }], [b, { witnesses: others }]) => others.size - some.size || (a < b ? -1 : 1),
  )
  const values = ranked.map(([, entry]) => entry)
  const size = values.reduce((sum, { witnesses }) => sum + witnesses.size, 0)
  const from = new Int32Array(values.length + 1)
  const witness = new Int32Array(size)
  const count = new Int32Array(size)
  const value = new Int32Array(size)
  const first = new Float64Array(size)
  let at = 0
  for (const [number, { witnesses }] of values.entries()) {
    for (const [name, sighting] of witnesses) {
      witness[at] = numbers.numberOf.get(name) ?? -1
      count[at] = sighting.count
      first[at] = sighting.first
      value[at++] = number
    }
    from[number + 1] = at
  }
  const origins: (Origin | undefined)[] = new Array(size)
  return {
    numbers,
    values,
    keys: ranked.map(([key]) => key),
    types: values.map(entry => inferType(entry.value)),
    from,
    witness,
    count,
    value,
    origin: sighting => {
      const known = origins[sighting]
      if (known !== undefined) return known
      const shown = values[value[sighting] ?? 0]
      const origin = originOf(shown?.value ?? null, numbers.profiles[witness[sighting] ?? -1], first[sighting] ?? 0)
      origins[sighting] = origin
      return origin
    },
    place: sighting => placeOf(values[value[sighting] ?? 0]?.value ?? null, numbers.profiles[witness[sighting] ?? -1]),
  }
}

/** Values that someone of the part showed. */
export const shownIn = ({ values, from, witness }: Column, { has }: Part): Uint8Array => {
  const shown = new Uint8Array(values.length)
  for (let value = 0; value < values.length; value++) {
    const end = from[value + 1] ?? 0
    for (let at = from[value] ?? 0; at < end; at++) {
      if (has[witness[at] ?? -1] !== 1) continue
      shown[value] = 1
      break
    }
  }
  return shown
}
