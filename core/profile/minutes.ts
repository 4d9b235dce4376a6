/** How fast a session went: calls by clock minute, bounded. The earliest minutes are kept, whatever the order of arrival. */
import { MINUTE, type Micros } from '../model/observation.ts'
import { MINUTES_CAP, SIGHTING_CAP, type WitnessProfile } from '../model/profile.ts'
import type { Substrate } from '../model/substrate.ts'

const add = ({ minutes }: WitnessProfile, substrate: Substrate, minute: number, count: number): void => {
  const known = minutes.get(substrate) ?? new Map<number, number>()
  minutes.set(substrate, known)
  known.set(minute, Math.min(SIGHTING_CAP, (known.get(minute) ?? 0) + count))
  if (known.size > MINUTES_CAP) known.delete(Math.max(...known.keys()))
}

export const addCall = (witness: WitnessProfile, substrate: Substrate, at: Micros): void =>
  add(witness, substrate, Math.floor(at / MINUTE), 1)

export const mergeMinutes = (into: WitnessProfile, from: WitnessProfile): void => {
  for (const [substrate, minutes] of from.minutes) {
    for (const [minute, count] of minutes) add(into, substrate, minute, count)
  }
}
