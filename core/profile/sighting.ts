/** Counting what one witness showed, saturating, so that the sum does not depend on how evidence was split. */
import type { Micros } from '../model/observation.ts'
import { SIGHTING_CAP, type Sighting } from '../model/profile.ts'

export const saturated = (count: number): number => Math.min(SIGHTING_CAP, count)

export const sight = (
  sightings: Map<string, Sighting>,
  witness: string,
  count: number,
  first: Micros,
  last: Micros,
): void => {
  const seen = sightings.get(witness)
  if (seen === undefined) {
    sightings.set(witness, { count: saturated(count), first, last })
    return
  }
  seen.count = saturated(seen.count + count)
  seen.first = Math.min(seen.first, first)
  seen.last = Math.max(seen.last, last)
}
