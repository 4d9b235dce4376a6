/** Folds × ways → scored sessions: each session is judged once per axis, by a policy that has not seen its fold. */
import type { Axis, Fold } from './folds.ts'
import { type Scored, score } from './score.ts'
import type { Seen, Way } from './way.ts'

export interface Measured {
  readonly axis: Axis
  readonly way: string
  readonly seen: Seen
  readonly scored: readonly Scored[]
}

export const measure = (
  axis: Axis,
  folds: readonly Fold[],
  way: Way,
  contexts: readonly Seen[],
): readonly Measured[] => {
  const judged = folds.map(fold => ({ sessions: [...fold.benign, ...fold.attacks], learned: way.learn(fold.training) }))
  return way.contexts
    .filter(seen => contexts.includes(seen) || way.contexts.length === 1)
    .map(seen => ({
      axis,
      way: way.name,
      seen,
      scored: judged.flatMap(({ sessions, learned }) => {
        const verdicts = learned.judge(sessions, seen)
        return sessions.map(session => score(session, verdicts.get(session.label.session) ?? []))
      }),
    }))
}
