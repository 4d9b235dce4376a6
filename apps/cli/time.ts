/** A time as people write it on the command line → microseconds since the epoch. */
import type { Micros } from '../../core/model/observation.ts'

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/

/** Null where the text is no RFC 3339 time: a time without a zone would mean another one on every machine. */
export const readTime = (text: string): Micros | null => {
  const milliseconds = RFC_3339.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(milliseconds) ? null : milliseconds * 1_000
}
