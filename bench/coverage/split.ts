/** Sessions → what a window holds and what comes after it: at random, in the order of time, or with whole tasks held back. */
import { shuffled } from '../quality/folds.ts'
import type { Session } from '../quality/sessions.ts'

export const SPLITS = ['random', 'time', 'new tasks'] as const
export type Split = (typeof SPLITS)[number]
export const SHARES = [0.1, 0.25, 0.5, 0.75] as const
/** Random draws per share; time has one order only. */
const DRAWS = 5

export interface Window {
  readonly seen: readonly Session[]
  readonly later: readonly Session[]
}

const start = ({ calls }: Session): number => calls[0]?.start ?? 0

const cut = (ordered: readonly Session[], share: number): Window => {
  const size = Math.round(ordered.length * share)
  return { seen: ordered.slice(0, size), later: ordered.slice(size) }
}

/** Tasks in a random order, whole, until the window holds the share of sessions. */
const cutTasks = (ordered: readonly Session[], share: number): Window => {
  const tasks = new Map<string, Session[]>()
  for (const session of ordered) {
    const task = tasks.get(session.label.task)
    if (task === undefined) tasks.set(session.label.task, [session])
    else task.push(session)
  }
  const [seen, later]: [Session[], Session[]] = [[], []]
  for (const sessions of tasks.values()) (seen.length < ordered.length * share ? seen : later).push(...sessions)
  return { seen, later }
}

/** Windows with nothing in them or nothing after them are left out. */
export const windowsOf = (split: Split, share: number, sessions: readonly Session[]): readonly Window[] => {
  const draws = Array.from({ length: DRAWS }, (_, draw) => shuffled(`c:${draw}`, sessions))
  const windows =
    split === 'time'
      ? [
          cut(
            [...sessions].sort((a, b) => start(a) - start(b)),
            share,
          ),
        ]
      : draws.map(ordered => (split === 'random' ? cut(ordered, share) : cutTasks(ordered, share)))
  return windows.filter(({ seen, later }) => seen.length > 0 && later.length > 0)
}
