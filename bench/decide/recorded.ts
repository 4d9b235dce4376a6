/**
 * Recorded sessions → surfaces with the calls that were made of them, each with what its session had shown before: by a policy
 * derived from sessions of other tasks, so that calls are allowed, reviewed and denied in the proportions in which they really are.
 */
import type { Context } from '../../core/model/context.ts'
import { DEFAULT_DECISIONS } from '../../core/model/decisions.ts'
import type { DerivedPolicy, Permission, SurfaceEnvelope, Withheld } from '../../core/model/policy.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import { derivePolicy, profileOf, replay } from '../../core/pipeline.ts'
import { workloadOf } from '../quality/derived.ts'
import { foldsOf } from '../quality/folds.ts'
import { readSuite, type Session, type Suite } from '../quality/sessions.ts'

export interface Made {
  readonly request: ActionRequest
  readonly context: Context
}

/** One permission, what is withheld of its surface, and the calls there; null: calls that no permission covers. */
export interface Surface {
  readonly suite: Suite
  readonly permission: Permission | null
  readonly withheld: readonly Withheld[]
  readonly made: readonly Made[]
}

export interface Recorded {
  /** Most used first; what no permission covers comes last. */
  readonly surfaces: readonly Surface[]
  readonly envelopes: readonly SurfaceEnvelope[]
  /** As it was derived for one suite: everything else of a larger policy. */
  readonly base: DerivedPolicy
  readonly sessions: readonly Session[]
}

const callsOf = (sessions: readonly Session[]): readonly Made[] => {
  const found = workloadOf(sessions)
  if (found === null) return []
  return [...replay(found.workload, 'all')].flatMap(({ observation, context }) => {
    const { substrate, action, values, visibility } = observation
    return substrate === 'tool' ? [{ request: { substrate, action, values, visibility }, context }] : []
  })
}

interface SuitePart {
  readonly policy: DerivedPolicy
  readonly surfaces: readonly Surface[]
  readonly sessions: readonly Session[]
}

/** Judged are the sessions of tasks that the policy has not seen: benign ones, and the attacks among them. */
const suitePart = (data: string, suite: Suite): readonly SuitePart[] => {
  const [fold] = foldsOf('new task', readSuite(data, suite))
  const training = fold === undefined ? null : workloadOf(fold.training)
  if (fold === undefined || training === null) return []
  const policy = derivePolicy(profileOf(training.workload, training.ledger), DEFAULT_DECISIONS)
  const sessions = [...fold.benign, ...fold.attacks]
  const made = callsOf(sessions)
  const surface = (permission: Permission | null, isOf: (action: string) => boolean): Surface => ({
    suite,
    permission,
    withheld: policy.withheld.filter(({ action }) => isOf(action)),
    made: made.filter(({ request }) => isOf(request.action)),
  })
  const permissions = policy.permissions.filter(({ substrate }) => substrate === 'tool')
  const covered = new Set(permissions.map(({ action }) => action))
  const surfaces = [
    ...permissions.map(permission => surface(permission, action => action === permission.action)),
    surface(null, action => !covered.has(action)),
  ]
  return [{ policy, surfaces, sessions }]
}

/** Throws where the data holds nothing to decide about. */
export const recordedOf = (data: string, suites: readonly Suite[]): Recorded => {
  const parts = suites.flatMap(suite => suitePart(data, suite))
  const [first] = parts
  if (first === undefined) throw new Error('no suite has sessions to derive from and sessions to judge')
  const surfaces = parts.flatMap(part => part.surfaces)
  const most = (a: Surface, b: Surface): number => b.made.length - a.made.length
  return {
    surfaces: [
      ...surfaces.filter(({ permission }) => permission !== null).sort(most),
      ...surfaces.filter(({ permission }) => permission === null),
    ],
    envelopes: parts.flatMap(({ policy }) => policy.envelopes),
    base: first.policy,
    sessions: parts.flatMap(part => part.sessions),
  }
}
