/** Windows that an attacker has reached: one session that repeats itself, or a share of the sessions, each once. */
import { shuffled } from '../quality/folds.ts'
import type { Session } from '../quality/sessions.ts'
import { aimed, aimOf, prose } from './attack.ts'
import { opening, poisoned } from './insert.ts'
import type { Target } from './target.ts'

/** Under the profile's cap on what one session may show, where counting alone would let it pass. */
const REPEATS = 300

export interface Reached {
  readonly id: string
  readonly kind: string
  readonly sessions: (training: readonly Session[], targets: readonly Target[]) => readonly Session[]
}

const obey = (session: Session, targets: readonly Target[], named: boolean, times: number): Session => {
  const aims = targets.flatMap(target => {
    const [template] = target.templates
    return template === undefined ? [] : [{ template, aim: aimOf(target) }]
  })
  const values = [...new Set(aims.map(({ aim }) => aim.value))]
  const calls = aims.flatMap(({ template, aim }) => Array.from({ length: times }, () => aimed(template, aim)))
  return poisoned(session, named ? values.flatMap(prose) : [], calls)
}

/** `count` of the sessions that are `among`, by a fixed draw, use the attacker's value so many times for every target. */
const reach = (
  training: readonly Session[],
  targets: readonly Target[],
  count: number,
  named: boolean,
  times: number,
  among: readonly Session[] = training,
): readonly Session[] => {
  const able = shuffled('attacks', among).filter(session => opening(session) !== null)
  const chosen = new Set(able.slice(0, count))
  return training.map(session => (chosen.has(session) ? obey(session, targets, named, times) : session))
}

/** The sessions of the task that the window holds most of. */
const commonest = (training: readonly Session[]): readonly Session[] => {
  const tasks = new Map<string, Session[]>()
  for (const session of training) {
    const known = tasks.get(session.label.task)
    if (known === undefined) tasks.set(session.label.task, [session])
    else known.push(session)
  }
  return [...tasks.values()].sort((a, b) => b.length - a.length)[0] ?? []
}

const SHARES = [0.01, 0.03, 0.05, 0.1] as const

export const WINDOWS: readonly Reached[] = [
  {
    id: 'f',
    kind: `one session of the window, ${REPEATS} times`,
    sessions: (training, targets) => reach(training, targets, 1, false, REPEATS),
  },
  ...[true, false].flatMap(named =>
    SHARES.map(
      (share): Reached => ({
        id: 'g',
        kind: `${share * 100} % of the window, ${named ? 'named in a text' : 'out of nowhere'}`,
        sessions: (training, targets) => reach(training, targets, Math.round(share * training.length), named, 1),
      }),
    ),
  ),
  {
    id: 'g',
    kind: 'half of the sessions of one task, named in a text',
    sessions: (training, targets) => {
      const task = commonest(training)
      return reach(training, targets, Math.ceil(task.length / 2), true, 1, task)
    },
  },
]
