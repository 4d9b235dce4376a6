/**
 * An event of another account as it would look in this one. Its account number and region alone would put it outside any
 * policy, which says nothing of the technique.
 */
import type { Observation } from '../../core/model/observation.ts'
import type { Scalar } from '../../core/model/scalar.ts'

export interface Place {
  readonly account: string
  readonly region: string
}

const commonest = (list: readonly string[]): string => {
  const counts = new Map<string, number>()
  for (const entry of list) if (entry !== '') counts.set(entry, (counts.get(entry) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? ''
}

const arnPart = (value: Scalar, index: number): string =>
  typeof value === 'string' && value.startsWith('arn:') ? (value.split(':')[index] ?? '') : ''

export const placeOf = (observations: readonly Observation[]): Place => {
  const values = observations.flatMap(observation => observation.values)
  return {
    account: commonest(values.map(({ value }) => arnPart(value, 4))),
    region: commonest(values.map(({ dimension, value }) => (dimension === 'iam.region' ? String(value) : ''))),
  }
}

const moved = (value: string, { account, region }: Place): string => {
  const parts = value.split(':')
  if (parts[0] !== 'arn') return value
  return parts
    .map((part, index) => (part !== '' && index === 3 ? region : part !== '' && index === 4 ? account : part))
    .join(':')
}

export const relocated = (observation: Observation, place: Place): Observation => ({
  ...observation,
  values: observation.values.map(({ dimension, value }) => ({
    dimension,
    value: dimension === 'iam.region' ? place.region : typeof value === 'string' ? moved(value, place) : value,
  })),
})
