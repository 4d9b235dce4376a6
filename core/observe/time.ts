/** Times as evidence writes them → {@link Micros}. A double carries microseconds exactly over the range accepted here. */
import { DAY, type Micros } from '../model/observation.ts'
import { inRange } from '../model/rfc3339.ts'

export { microsOfRfc3339, rfc3339 } from '../model/rfc3339.ts'

/** Nanoseconds since the epoch as an int64 in decimal text or a number (OTLP/JSON allows both). */
export const microsOfNanos = (value: unknown): Micros | null => {
  if (typeof value === 'number') return inRange(value / 1000)
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value)) return null
  // Split before converting: sixteen digits survive a double, nineteen do not.
  return inRange(Number(value.slice(0, -3)) + Number(value.slice(-3)) / 1000)
}

/** The day of whoever asked last: evidence comes in the order of time, more or less. */
let latest = { day: Number.NaN, text: '' }

/** UTC day, `2026-03-02`: the unit in which a process counts as a witness. */
export const dayOf = (micros: Micros): string => {
  const day = Math.floor(micros / DAY)
  if (day !== latest.day) latest = { day, text: new Date(Math.floor(micros / 1000)).toISOString().slice(0, 10) }
  return latest.text
}
