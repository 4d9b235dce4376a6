/** RFC 3339 text ↔ {@link Micros}: the one way in which times are read and written. A double carries microseconds exactly here. */
import type { Micros } from './observation.ts'

/** 1990-01-01 and 2200-01-01: outside it a time is a unit mistake, not a time. */
const EARLIEST = 631_152_000_000_000
const LATEST = 7_258_118_400_000_000

/** The time, or null where it is outside of what any record can mean. */
export const inRange = (micros: number): Micros | null => (micros >= EARLIEST && micros <= LATEST ? micros : null)

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/

/** RFC 3339 with up to nine digits of fraction; null where it is no such time, no such day or out of range. */
export const microsOfRfc3339 = (value: unknown): Micros | null => {
  if (typeof value !== 'string' || value.length > 40) return null
  const match = RFC3339.exec(value)
  if (match === null) return null
  const part = (group: number): number => Number(match[group])
  const [year, month, day] = [part(1), part(2), part(3)] as const
  const [hour, minute, second] = [part(4), part(5), part(6)] as const
  // A leap second is written as :60 and is the start of the next minute.
  if (hour > 23 || minute > 59 || second > 60) return null
  const date = new Date(Date.UTC(year, month - 1, day))
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  const offset = match[8] === undefined ? 0 : (match[8] === '-' ? -1 : 1) * (part(9) * 60 + part(10))
  const millis = date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000
  return inRange(millis * 1000 + Number(`${match[7] ?? ''}000000000`.slice(0, 9)) / 1000)
}

/** RFC 3339 UTC with six digits, nine where there is a fraction of a microsecond. Inverse of {@link microsOfRfc3339}. */
export const rfc3339 = (micros: Micros): string => {
  const whole = Math.floor(micros)
  const nanos = Math.round((micros - whole) * 1000)
  const digits = String(((whole % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, '0')
  const seconds = new Date(Math.floor(whole / 1_000_000) * 1000).toISOString().slice(0, 19)
  return `${seconds}.${digits}${nanos === 0 ? '' : String(nanos).padStart(3, '0')}Z`
}
