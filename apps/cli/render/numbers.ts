/** Numbers as people read them, the same on every machine. */
import type { EvidenceCount } from '../../../core/model/policy.ts'

/** `12,345`. */
export const count = (value: number): string => {
  const [whole = '', fraction] = String(value).split('.')
  const grouped = whole.includes('e') ? whole : whole.replace(/\B(?=(?:\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** `1 session`, `1,200 sessions`. */
export const many = (value: number, one: string, more = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : more}`

/** A share as a percentage with as many digits as say something. Null: it cannot be estimated. */
export const percent = (share: number | null): string => {
  if (share === null) return 'unknown'
  const value = share * 100
  return `${value === 0 || value >= 10 ? Math.round(value) : Number(value.toFixed(value < 0.1 ? 2 : 1))}%`
}

/** `12% (8.1% to 16%)`: a share with what it may be. */
export const percentWithin = (share: number | null, interval: readonly [number, number] | null): string =>
  interval === null ? percent(share) : `${percent(share)} (${percent(interval[0])} to ${percent(interval[1])})`

/** `29 (12 to 71)`: how many, with how many it may be. */
export const aboutWithin = (number: number | null, interval: readonly [number, number] | null): string => {
  if (number === null) return 'unknown'
  const about = count(Math.round(number))
  return interval === null ? about : `${about} (${count(Math.floor(interval[0]))} to ${count(Math.ceil(interval[1]))})`
}

/** `120 times, 48 sessions, 12 days`. */
export const seen = ({ count: times, sessions, witnesses, clusters, days }: EvidenceCount): string => {
  const by = sessions === witnesses ? many(sessions, 'session') : many(witnesses, 'witness', 'witnesses')
  const of = clusters < witnesses ? ` of ${many(clusters, 'kind')} of task` : ''
  return `${times === 1 ? 'once' : `${count(times)} times`}, ${by}${of}, ${many(days, 'day')}`
}

/** The day of an RFC 3339 time. */
export const day = (time: string): string => time.slice(0, 10)
