/**
 * INVARIANT (law 7): a value that looks like a secret, or stands where its name says that one is, gets no further than this. What is kept is
 * that there was one. No digest of it either: what people choose as passwords is found from its digest.
 */
import type { OwnItem } from '../model/evidence.ts'
import type { DimensionValue } from '../model/observation.ts'
import { SECRET_MASK } from '../policy/evaluate.ts'
import { holdsSecret } from '../policy/secret-name.ts'

const isHidden = ({ dimension, value }: DimensionValue): boolean =>
  value !== null && value !== SECRET_MASK && holdsSecret(dimension, value)

export const withoutSecrets = <Item extends OwnItem>(item: Item): Item => {
  if (item.kind !== 'observation' || !item.observation.values.some(isHidden)) return item
  const values = item.observation.values.map(entry => (isHidden(entry) ? { ...entry, value: SECRET_MASK } : entry))
  return { ...item, observation: { ...item.observation, values } }
}
