/**
 * The poisoned window: a share of the training sessions is replaced by successful attacks, and nobody says which. How many
 * of the values that those attacks used become permissions, and what does the policy still stop?
 */
import type { DimensionValue } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { contains } from '../../core/policy/contains.ts'
import { emptyContext } from '../../core/policy/step.ts'
import { type Closure, learned, policyOf } from './derived.ts'
import { type Fold, shuffled } from './folds.ts'
import { type Scored, score } from './score.ts'
import type { Session } from './sessions.ts'

export const POISON_SHARES = [0.01, 0.03, 0.05] as const

/** Whether the window shows what the planted sessions had read, or their values come out of nowhere. */
export const POISON_RESULTS = ['shown', 'hidden'] as const
export type PoisonResults = (typeof POISON_RESULTS)[number]

export interface PoisonedFold {
  readonly share: number
  readonly results: PoisonResults
  /** Sessions replaced, of `training`. Fewer than the share asks for where a suite has too few successful attacks. */
  readonly poisoned: number
  readonly training: number
  /** Distinct values of the planted malicious calls that the clean policy does not allow by themselves … */
  readonly outside: number
  /** … and how many of them the poisoned one allows. */
  readonly admitted: number
  readonly scored: readonly Scored[]
}

interface ActionValue extends DimensionValue {
  readonly action: string
}

const maliciousValues = (sessions: readonly Session[]): readonly ActionValue[] => {
  const values = sessions.flatMap(({ label, calls }) =>
    label.maliciousCalls.flatMap(index => {
      const call = calls[index]
      return (call?.values ?? []).map(value => ({ ...value, action: call?.action ?? '' }))
    }),
  )
  return [...new Map(values.map(value => [JSON.stringify(value), value])).values()]
}

const NO_CONTEXT = emptyContext({ request: false, results: false })

/** Whether the policy allows the value by itself, whatever else the call holds. */
const allows = (policy: DerivedPolicy | null, { action, dimension, value }: ActionValue): boolean => {
  const permission = policy?.permissions.find(entry => entry.substrate === 'tool' && entry.action === action)
  if (permission === undefined) return false
  const constraint = permission.dimensions.find(entry => entry.dimension === dimension) ?? permission.others
  return contains(constraint.allow, value, NO_CONTEXT)
}

/** Recorded, but empty: nothing in the session explains the values that it used. */
const withoutResults = (session: Session): Session => ({
  ...session,
  items: session.items.map(item =>
    item.kind === 'observation' ? { ...item, observation: { ...item.observation, result: [] } } : item,
  ),
})

export const poisonedFold = (mode: Closure, fold: Fold, share: number, results: PoisonResults): PoisonedFold => {
  const salt = `p:${fold.axis}:${fold.number}`
  const drawn = shuffled(salt, fold.poison).slice(0, Math.round(share * fold.training.length))
  const planted = results === 'shown' ? drawn : drawn.map(withoutResults)
  const kept = shuffled(salt, fold.training).slice(planted.length)
  const clean = policyOf(mode, fold.training)
  const policy = policyOf(mode, [...kept, ...planted])
  const outside = maliciousValues(planted).filter(value => !allows(clean, value))
  const verdicts = learned(policy).judge(fold.attacks, 'all')
  return {
    share,
    results,
    poisoned: planted.length,
    training: fold.training.length,
    outside: outside.length,
    admitted: outside.filter(value => allows(policy, value)).length,
    scored: fold.attacks.map(session => score(session, verdicts.get(session.label.session) ?? [])),
  }
}
