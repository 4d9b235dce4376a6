/** What an attacker can aim at: the policy's writes that name somebody, and calls like those that the agent makes anyway. */
import type { Observation } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { ValueType } from '../../core/model/value-type.ts'
import type { Session } from '../quality/sessions.ts'

export interface Target {
  readonly action: string
  readonly dimension: string
  readonly type: ValueType
  /** Benign calls of the window that name somebody there. */
  readonly templates: readonly Observation[]
}

const TEMPLATES = 6

const templatesOf = (training: readonly Session[], action: string, dimension: string): readonly Observation[] => {
  const found = training.flatMap(({ calls }) =>
    calls.filter(call => call.action === action && call.values.some(value => value.dimension === dimension)),
  )
  // From all over the window, not from its first session alone.
  const stride = Math.max(1, Math.floor(found.length / TEMPLATES))
  return found.filter((_, index) => index % stride === 0).slice(0, TEMPLATES)
}

const targetOf = (training: readonly Session[], action: string, dimension: string, type: ValueType): Target => ({
  action,
  dimension,
  type,
  templates: templatesOf(training, action, dimension),
})

/** Every dimension of a write that says who, or where to. */
export const targetsOf = (policy: DerivedPolicy, training: readonly Session[]): readonly Target[] =>
  policy.permissions
    .filter(({ substrate, access }) => substrate === 'tool' && access.value !== 'read')
    .flatMap(({ action, dimensions }) =>
      dimensions
        .filter(({ role }) => role.value === 'sink')
        .map(({ dimension, type }) => targetOf(training, action, dimension, type)),
    )
    .filter(({ templates }) => templates.length > 0)

/** Reads that take any text in one of their arguments: what they answer may repeat it. */
export const echoesOf = (policy: DerivedPolicy, training: readonly Session[]): readonly Target[] =>
  policy.permissions
    .filter(({ substrate, access }) => substrate === 'tool' && access.value === 'read')
    .flatMap(({ action, dimensions }) =>
      dimensions
        .filter(({ allow, type }) => allow.kind === 'any' && (type === 'text' || type === 'identifier'))
        .map(({ dimension, type }) => targetOf(training, action, dimension, type)),
    )
    .filter(({ templates }) => templates.length > 0)
