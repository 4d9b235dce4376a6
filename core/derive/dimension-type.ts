/** The type of a dimension: the one that its values look like, by how many witnesses showed each. */
import type { ValueProfile } from '../model/profile.ts'
import { VALUE_TYPES, type ValueType } from '../model/value-type.ts'
import { inferType } from '../policy/infer-type.ts'

/** Share of witnesses from which one type speaks for the dimension. */
const DOMINANT = 0.8
/** A type that can carry data out speaks for the dimension long before it dominates. */
const CARRIES_OUT = 0.2
const OUTWARD: readonly ValueType[] = ['url', 'host', 'email', 'ip', 'iban']

export const dimensionType = (values: readonly ValueProfile[]): ValueType => {
  const weights = new Map<ValueType, number>()
  let total = 0
  for (const { value, witnesses } of values) {
    const type = inferType(value)
    weights.set(type, (weights.get(type) ?? 0) + witnesses.size)
    total += witnesses.size
  }
  if (weights.has('secret')) return 'secret'
  const heaviest = (types: readonly ValueType[]): readonly [ValueType, number] =>
    types
      .map(type => [type, (weights.get(type) ?? 0) / Math.max(1, total)] as const)
      .reduce((best, next) => (next[1] > best[1] ? next : best))
  const [outward, share] = heaviest(OUTWARD)
  if (share >= CARRIES_OUT) return outward
  const [type, dominance] = heaviest(VALUE_TYPES)
  if (dominance >= DOMINANT) return type
  return weights.has('text') || !weights.has('identifier') ? 'text' : 'identifier'
}
