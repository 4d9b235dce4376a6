/** The type of a dimension: the one that its values look like, by how many witnesses showed each. */
import { VALUE_TYPES, type ValueType } from '../model/value-type.ts'
import type { Column } from './column.ts'
import type { Part } from './witness-numbers.ts'

/** Share of witnesses from which one type speaks for the dimension. */
const DOMINANT = 0.8
/** A type whose values name a place or an owner speaks for the dimension long before it dominates: the stricter reading. */
const NAMES_PLACE = 0.2
const PLACES: readonly ValueType[] = ['url', 'host', 'email', 'ip', 'iban', 'arn', 'path']
/** A secret is left out value by value; only where most witnesses show one is the dimension itself one. */
const SECRET = 0.5

/** Distinct witnesses: by number, 1 for those. */
interface Voices {
  readonly heard: Uint8Array
  size: number
}

const voicesAmong = (witnesses: number): Voices => ({ heard: new Uint8Array(witnesses), size: 0 })

const hear = (voices: Voices, number: number): void => {
  if (voices.heard[number] === 1) return
  voices.heard[number] = 1
  voices.size++
}

/** `entries`: by value, 1 for those that someone of the part showed. */
export const dimensionType = (column: Column, entries: Uint8Array, { has }: Part): ValueType => {
  const { types, from, witness } = column
  // By witnesses and not by values: a session that shows many values has one voice.
  const shownBy = new Map<ValueType, Voices>()
  const all = voicesAmong(has.length)
  for (const [value, type] of types.entries()) {
    if (entries[value] !== 1) continue
    const voices = shownBy.get(type) ?? voicesAmong(has.length)
    shownBy.set(type, voices)
    for (let at = from[value] ?? 0; at < (from[value + 1] ?? 0); at++) {
      const number = witness[at] ?? -1
      if (has[number] !== 1) continue
      hear(voices, number)
      hear(all, number)
    }
  }
  const most = (types: readonly ValueType[]): readonly [ValueType, number] =>
    types
      .map(type => [type, (shownBy.get(type)?.size ?? 0) / Math.max(1, all.size)] as const)
      .reduce((best, next) => (next[1] > best[1] ? next : best))
  if (most(['secret'])[1] > SECRET) return 'secret'
  const [place, share] = most(PLACES)
  if (share >= NAMES_PLACE) return place
  const [type, dominance] = most(VALUE_TYPES)
  if (dominance >= DOMINANT) return type
  return shownBy.has('text') || !shownBy.has('identifier') ? 'text' : 'identifier'
}
