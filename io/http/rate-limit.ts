/** A bucket of requests per caller: each takes one, time gives them back. Bounded: callers are the subjects of known tokens. */
export interface RateLimit {
  /** Requests that come at once. */
  readonly burst: number
  /** Requests given back in a second. */
  readonly perSecond: number
}

interface Bucket {
  left: number
  at: number
}

/** A caller whose bucket is full again is forgotten. */
const SWEEP_AT = 10_000

/** The seconds to wait, or 0 where the request may go on. `now` in milliseconds, of any clock that does not run backwards. */
export type Take = (caller: string, now: number) => number

export const rateLimiter = ({ burst, perSecond }: RateLimit): Take => {
  const buckets = new Map<string, Bucket>()
  const refilled = ({ left, at }: Bucket, now: number): number =>
    Math.min(burst, left + (Math.max(0, now - at) / 1_000) * perSecond)
  return (caller, now) => {
    if (buckets.size >= SWEEP_AT)
      for (const [name, bucket] of buckets) if (refilled(bucket, now) >= burst) buckets.delete(name)
    const left = refilled(buckets.get(caller) ?? { left: burst, at: now }, now)
    buckets.set(caller, { left: left >= 1 ? left - 1 : left, at: now })
    return left >= 1 ? 0 : Math.max(1, Math.ceil((1 - left) / perSecond))
  }
}
