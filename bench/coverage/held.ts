/** One window → what its policy says is still unseen, and what then came. */
import { policyOf } from '../quality/derived.ts'
import { newcomers, newThings, singleSightings } from './novelty.ts'
import type { Window } from './split.ts'

type Interval = readonly [number, number]

export interface Prediction {
  readonly mass: number
  readonly interval: Interval
}

export interface Held {
  readonly seen: number
  readonly later: number
  /** For the next session like those of the window. */
  readonly session: Prediction
  /** For a session of a kind that the window does not hold; null where the window holds one kind only. */
  readonly cluster: Prediction | null
  /** What Good–Turing on sightings, and not on sessions, would have said. */
  readonly sightings: number | null
  /** Share of the later sessions that show something new. */
  readonly observed: number
  /** Share of the tasks among the later sessions of which any session does. */
  readonly observedTasks: number
  readonly laterTasks: number
  /** New things that came: at least so many were unseen. */
  readonly came: number
  /** How many the policy says are unseen, and at most; null where it cannot say. */
  readonly remaining: number | null
  readonly remainingTop: number | null
}

const predicted = (mass: number | null | undefined, interval: Interval | null | undefined): Prediction | null =>
  mass === null || mass === undefined || interval === null || interval === undefined ? null : { mass, interval }

/** Null where the window allows no estimate. */
export const heldOf = ({ seen, later }: Window): Held | null => {
  const policy = policyOf('structural', seen)
  const coverage = policy?.coverage.substrates.find(({ substrate }) => substrate === 'tool')
  const session = predicted(coverage?.unseenMass, coverage?.unseenInterval)
  if (policy === null || session === null) return null
  const fresh = newcomers(seen, later, policy)
  const tasks = (sessions: typeof later) => new Set(sessions.map(({ label }) => label.task)).size
  return {
    seen: seen.length,
    later: later.length,
    session,
    cluster: predicted(coverage?.clusterUnseenMass, coverage?.clusterUnseenInterval),
    sightings: singleSightings(seen, policy),
    observed: fresh.length / later.length,
    observedTasks: tasks(fresh) / tasks(later),
    laterTasks: tasks(later),
    came: newThings(seen, later, policy),
    remaining: coverage?.unseenCount ?? null,
    remainingTop: coverage?.unseenCountInterval?.[1] ?? null,
  }
}

const TWO_SIDED = 1.96

/** Whether the observed share lies in the interval, widened by what chance does to a share of `trials`. */
export const lies = (observed: number, trials: number, { interval: [low, high] }: Prediction): boolean => {
  const noise = TWO_SIDED * Math.sqrt((observed * (1 - observed)) / trials)
  const half = (high - low) / 2
  return Math.abs(observed - (low + high) / 2) <= Math.sqrt(half * half + noise * noise)
}

export const within = (observed: number, { interval: [low, high] }: Prediction): boolean =>
  observed >= low && observed <= high
