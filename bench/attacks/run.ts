/** One fold → how every attack fares in each of its held-out sessions. */
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { type Closure, policyOf } from '../quality/derived.ts'
import type { Fold } from '../quality/folds.ts'
import type { Session, Suite } from '../quality/sessions.ts'
import { ATTACKS, type Attack, NAMED, ordinary, prose, type Scene } from './attack.ts'
import { obeying } from './insert.ts'
import { type Judged, judged } from './judged.ts'
import { echoesOf, type Target, targetsOf } from './target.ts'
import { WINDOWS } from './window.ts'

export interface Outcome extends Judged {
  readonly id: string
  readonly kind: string
  readonly suite: Suite
  readonly task: string
}

/** From a different place for each session, so that every target gets its turn. */
const rotated = <T>(list: readonly T[], by: number): readonly T[] =>
  list.length === 0 ? [] : [...list.slice(by % list.length), ...list.slice(0, by % list.length)]

interface Usual {
  readonly target: Target
  readonly template: Scene['template']
}

/**
 * A call of the window that the policy allows at that very place, after a text that asks for something and names nobody:
 * whatever stops the attack is then due to the attacker's value.
 */
const usual = (policy: DerivedPolicy, session: Session, targets: readonly Target[]): Usual | null => {
  for (const target of targets) {
    for (const template of target.templates) {
      const evidence = obeying(session, prose(null), [ordinary(template)])
      if (evidence === null) return null
      if (judged(policy, evidence, { dimension: target.dimension, value: null }).verdict === 'allow')
        return { target, template }
    }
  }
  return null
}

const outcome = (attack: Attack, policy: DerivedPolicy, session: Session, scene: Scene): readonly Outcome[] => {
  const staged = attack.stage(scene)
  const evidence = staged === null ? null : obeying(session, staged.said, staged.calls)
  if (staged === null || evidence === null) return []
  const { id, kind } = attack
  const { suite, label } = session
  return [{ id, kind, suite, task: `${suite}/${label.task}`, ...judged(policy, evidence, staged.aim) }]
}

interface Staged {
  readonly session: Session
  readonly scene: Scene
}

export interface FoldOutcome {
  /** Held-out sessions, and those of them in which a usual write was allowed after the first result. */
  readonly sessions: number
  readonly staged: number
  readonly outcomes: readonly Outcome[]
}

export const attackFold = (fold: Fold, closure: Closure): FoldOutcome => {
  const policy = policyOf(closure, fold.training)
  if (policy === null) return { sessions: fold.benign.length, staged: 0, outcomes: [] }
  const targets = targetsOf(policy, fold.training)
  const echoes = echoesOf(policy, fold.training)
  const scenes = fold.benign.flatMap((session, index): readonly Staged[] => {
    const write = usual(policy, session, rotated(targets, index))
    const echo = usual(policy, session, rotated(echoes, index))
    return write === null ? [] : [{ session, scene: { policy, ...write, echo } }]
  })
  const inSession = scenes.flatMap(({ session, scene }) =>
    ATTACKS.flatMap(attack => outcome(attack, policy, session, scene)),
  )
  const inWindow = WINDOWS.flatMap(({ id, kind, sessions }) => {
    const reached = policyOf(closure, sessions(fold.training, targets))
    if (reached === null) return []
    return scenes.flatMap(({ session, scene }) => outcome({ id, kind, stage: NAMED }, reached, session, scene))
  })
  return { sessions: fold.benign.length, staged: scenes.length, outcomes: [...inSession, ...inWindow] }
}
