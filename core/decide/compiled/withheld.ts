/** What a policy withholds, by surface: values, whole dimensions, and the surface itself. */
import type { Withheld } from '../../model/policy.ts'
import type { Scalar } from '../../model/scalar.ts'
import { type BySurface, bySurface } from './by-surface.ts'

export interface WithheldOf {
  readonly surface: boolean
  /** By dimension; null stands for the dimension as a whole. */
  readonly values: ReadonlyMap<string, ReadonlySet<Scalar>>
  /** Dimensions that are withheld as a whole. */
  readonly dimensions: ReadonlySet<string>
}

const withheldOf = (entries: readonly Withheld[]): WithheldOf => {
  const values = new Map<string, Set<Scalar>>()
  for (const { dimension, value } of entries) {
    if (dimension === null) continue
    const known = values.get(dimension)
    if (known === undefined) values.set(dimension, new Set([value]))
    else known.add(value)
  }
  return {
    surface: entries.some(({ dimension }) => dimension === null),
    values,
    dimensions: new Set([...values].flatMap(([dimension, own]) => (own.has(null) ? [dimension] : []))),
  }
}

export const NOTHING_WITHHELD = withheldOf([])

export const withheldBySurface = (withheld: readonly Withheld[]): BySurface<WithheldOf> =>
  bySurface(withheld, withheldOf)
