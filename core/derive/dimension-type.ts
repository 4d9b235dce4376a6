/** The type of a dimension: the one that its values look like, by how many witnesses showed each. */
import type { ValueProfile } from '../model/profile.ts'
import { VALUE_TYPES, type ValueType } from '../model/value-type.ts'
import { inferType } from '../policy/infer-type.ts'

/** Share of witnesses from which one type speaks for the dimension. */
const DOMINANT = 0.8
/** A type whose values name a place or an owner speaks for the dimension long before it dominates: the stricter reading. */
const NAMES_PLACE = 0.2
const PLACES: readonly ValueType[] = ['url', 'host', 'email', 'ip', 'iban', 'arn', 'path']
/** A secret is left out value by value; only where most witnesses show one is the dimension itself one. */
const SECRET = 0.5

export const dimensionType = (values: readonly ValueProfile[]): ValueType => {
  // By witnesses and not by values: a session that shows many values has one voice.
  const shownBy = new Map<ValueType, Set<string>>()
  const all = new Set<string>()
  for (const { value, witnesses } of values) {
    const type = inferType(value)
    const voices = shownBy.get(type) ?? new Set()
    shownBy.set(type, voices)
    for (const witness of witnesses.keys()) {
      voices.add(witness)
      all.add(witness)
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
