/**
 * The distribution of one measure over sessions: median and spread on a logarithmic scale (what varies here varies by factors),
 * how far out each session is, and where so many spreads end. Median and quantiles, so that no single session moves it far.
 */
import { SIGHTING_CAP } from '../model/profile.ts'
import type { UsualBound } from '../model/usual.ts'
import type { Measure } from './measures.ts'

export interface Distribution {
  readonly measure: Measure
  readonly center: number
  readonly above: number
  readonly below: number
  readonly witnesses: number
}

const scaled = (value: number): number => Math.sign(value) * Math.log1p(Math.abs(value))
const unscaled = (value: number): number => Math.sign(value) * Math.expm1(Math.abs(value))

const quantile = (sorted: readonly number[], share: number): number => {
  const at = share * (sorted.length - 1)
  const low = sorted[Math.floor(at)] ?? 0
  const high = sorted[Math.ceil(at)] ?? low
  return low + (high - low) * (at - Math.floor(at))
}

/** Where a normal distribution has so many standard deviations, as far as so many sessions can show it. */
const QUANTILES: readonly (readonly [deviations: number, share: number])[] = [
  [1, 0.8413],
  [2, 0.9772],
]
/** A quantile is shown by the sessions beyond it: more than could be one attacker's, and chance moves it little. */
const BEYOND = 4

/** How far sessions lie on one side of the median, in the unit that makes a heavy tail look like a normal one. */
const spreadOn = (side: 1 | -1, sorted: readonly number[], center: number): number =>
  Math.max(
    0,
    ...QUANTILES.filter(([deviations, share]) => deviations === 1 || sorted.length * (1 - share) >= BEYOND).map(
      ([deviations, share]) => (side * (quantile(sorted, side === 1 ? share : 1 - share) - center)) / deviations,
    ),
  )

/**
 * What a measure can show at all: one step more than the median. A measure that was always the same has no spread of its own,
 * and one call more must not be infinitely far out; nor may few sessions that agree claim to be sure.
 */
const finest = (center: number, witnesses: number): number => {
  const step = scaled(Math.abs(unscaled(center)) + 1) - Math.abs(center)
  return Math.max(step, Math.log(2) / Math.sqrt(witnesses))
}

export const distributionOf = (measure: Measure, sessions: ReadonlySet<string>): Distribution => {
  const values: number[] = []
  for (const extreme of measure.least === null ? [measure.most] : [measure.most, measure.least]) {
    for (const [session, value] of extreme) if (sessions.has(session)) values.push(scaled(value))
  }
  values.sort((a, b) => a - b)
  const center = quantile(values, 0.5)
  const witnesses = values.length / (measure.least === null ? 1 : 2)
  const least = finest(center, Math.max(1, witnesses))
  const on = (side: 1 | -1): number => Math.max(spreadOn(side, values, center), least)
  return { measure, center, above: on(1), below: on(-1), witnesses }
}

/** Spreads from the median: above it, and for amounts below it too. A measure that no session had so far says nothing. */
export const scoresOf = (
  distributions: readonly Distribution[],
  sessions: ReadonlySet<string>,
): ReadonlyMap<string, number> => {
  const scores = new Map([...sessions].map(session => [session, 0]))
  for (const { measure, center, above, below, witnesses } of distributions) {
    if (witnesses === 0) continue
    const note = (session: string, score: number): void => {
      const known = scores.get(session)
      if (known !== undefined && score > known) scores.set(session, score)
    }
    for (const [session, value] of measure.most) note(session, (scaled(value) - center) / above)
    for (const [session, value] of measure.least ?? []) note(session, (center - scaled(value)) / below)
  }
  return scores
}

/** Measures that are counts of whole things, or saturate where the profile stops counting. */
const isCounted = ({ signal }: Measure): boolean => signal !== 'amount'

/** Rounded outwards by as little as the logarithm's own rounding, so that the session that the bound was taken from is within. */
const outermost = ({ measure }: Distribution, bound: number, side: 1 | -1): number => {
  const value = unscaled(bound) + side * 1e-6 * Math.max(1, Math.abs(unscaled(bound)))
  return isCounted(measure) ? Math.floor(value) : Math.round(value * 1e6) / 1e6
}

export const boundsAt = (distribution: Distribution, spreads: number): readonly UsualBound[] => {
  const { measure, center, above, below, witnesses } = distribution
  const { signal, substrate, action, dimension } = measure
  const most = outermost(distribution, center + spreads * above, 1)
  // The profile counts no further, so nothing is known of how far beyond is usual.
  if (signal !== 'length' && signal !== 'amount' && most >= SIGHTING_CAP) return []
  return [
    {
      signal,
      substrate,
      action,
      dimension,
      center: Math.round(center * 1e4) / 1e4,
      spread: Math.round(above * 1e4) / 1e4,
      least: measure.least === null ? null : outermost(distribution, center - spreads * below, -1),
      most,
      after: [],
      witnesses,
    },
  ]
}
