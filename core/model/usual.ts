/**
 * Probabilistic closure: what is usual inside the envelope. Each signal measures a session or a value and bounds it where the
 * window says that only a promised share of sessions goes beyond; beyond is `review`, never `deny`.
 */
import type { Substrate } from './substrate.ts'

/** What can be measured, with what the measure is of. Text for a reader; the order is the order of the report. */
export const SIGNALS = {
  calls: 'calls of one surface in one session',
  session: 'calls of all surfaces of a substrate in one session',
  minute: 'calls of all surfaces of a substrate in one clock minute of a session',
  length: 'characters of a value',
  amount: 'size of a number',
  order: 'which surface a session uses first after which',
} as const
export type Signal = keyof typeof SIGNALS
/** In the order of the report. */
export const SIGNAL_NAMES = [
  'calls',
  'session',
  'minute',
  'length',
  'amount',
  'order',
] as const satisfies readonly Signal[]

/** One measure with its distribution over the window and where it stops being usual. */
export interface UsualBound {
  readonly signal: Signal
  readonly substrate: Substrate
  /** Null: all actions of the substrate together. */
  readonly action: string | null
  readonly dimension: string | null
  /** Median, and spread above it (a robust standard deviation), of the sessions' extremes, as log(1 + x); null for `order`. */
  readonly center: number | null
  readonly spread: number | null
  /** The measure may be this at the least and at the most; null: no bound on that side. */
  readonly least: number | null
  readonly most: number | null
  /** For `order`: the surfaces that usually come last before the first use of this one; empty where a session begins with it. */
  readonly after: readonly string[]
  /** Witnesses that the distribution is of. */
  readonly witnesses: number
}

/** Why a signal is on or off. */
export const SIGNAL_REASONS = {
  written: 'a person asked for it',
  'not-written':
    'measured and reported, but nobody asked for it: where it was measured, the envelope had stopped all that it would have stopped',
  'too-few': 'too few sessions to promise so small a share: a longer window or a smaller sigma is needed',
  'breaks-promise': 'on held-out sessions it goes beyond more often than promised',
  'no-measure': 'nothing in the evidence to measure it on',
} as const
export type SignalReason = keyof typeof SIGNAL_REASONS

export interface UsualSignal {
  readonly signal: Signal
  readonly on: boolean
  readonly reason: SignalReason
  readonly bounds: number
  /** Spreads from the median that keep the promise for this signal alone; null where there is no such number. */
  readonly spreads: number | null
  /** Share of held-out sessions beyond at the decided sigma, as if the distribution were normal … */
  readonly nominal: number | null
  /** … and at `spreads`, on sessions that were not used to find it. */
  readonly heldOut: number | null
  /** The same for sessions of a kind that the window does not hold: whole clusters left out. */
  readonly heldOutNewTasks: number | null
}

export interface Usual {
  /** N: how many standard deviations were decided. */
  readonly sigma: number
  /** What N standard deviations leave outside of a normal distribution: the share of sessions that may be reviewed for it. */
  readonly promised: number
  /** Sessions whose distribution it is. */
  readonly sessions: number
  /** Share of held-out sessions beyond any bound that is on; null where nothing is on. */
  readonly heldOut: number | null
  readonly heldOutNewTasks: number | null
  readonly signals: readonly UsualSignal[]
  /** Only of signals that are on. Sorted. */
  readonly bounds: readonly UsualBound[]
}
