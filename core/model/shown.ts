import type { SurfaceSighting } from './profile.ts'
import type { Scalar } from './scalar.ts'
import type { Substrate } from './substrate.ts'

/** Sightings of several things, as columns. */
export interface SightingColumns {
  readonly count: readonly number[]
  readonly first: readonly number[]
  readonly last: readonly number[]
}

/** What one witness showed of one surface, in the columns in which it is kept: all of a group of columns are of one length. */
export interface ShownSurface {
  readonly witness: string
  readonly substrate: Substrate
  readonly action: string
  readonly sighting: SurfaceSighting
  /** It showed too many dimensions, and counts for none. */
  readonly isFlooded: boolean
  /** The dimensions that each of its calls had; null: no call had arguments that were seen. */
  readonly always: readonly string[] | null
  readonly dimensions: SightingColumns & {
    readonly name: readonly string[]
    /** 1 for those of which it showed too many values: it counts for none of them. */
    readonly flooded: readonly number[]
  }
  readonly values: SightingColumns & {
    readonly dimension: readonly string[]
    /** By `scalarKey`. */
    readonly key: readonly string[]
    /** Undefined: it showed this one, and the dimension had no room for it. */
    readonly value: readonly (Scalar | undefined)[]
  }
}
