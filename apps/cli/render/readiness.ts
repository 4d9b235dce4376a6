/** A policy in one word: whether a person can decide on it now, and if not, what it waits for. */
import type { DerivedPolicy, Permission } from '../../../core/model/policy.ts'
import { subsumes } from '../../../core/policy/compare-constraint.ts'

export const READINESS = {
  withheld: 'not enough evidence: everything is withheld, and nothing is enforced',
  incomplete: 'not ready to enforce: the evidence is incomplete',
  learning: 'not ready to enforce: new behavior is still appearing',
  ready: 'ready to decide on',
} as const
export type Readiness = keyof typeof READINESS

/** The surface passed the threshold, but no value of a dimension that it cannot do without did: nothing is allowed yet. */
export const allowsNothing = ({ dimensions, argumentsSeen }: Permission): boolean =>
  argumentsSeen &&
  dimensions.some(({ allow, absent }) => absent !== 'allow' && subsumes({ kind: 'none' }, allow) === 'yes')

export const readinessOf = ({ permissions, coverage, bounds }: DerivedPolicy): Readiness => {
  if (permissions.every(allowsNothing)) return 'withheld'
  if (!coverage.complete) return 'incomplete'
  const open = coverage.substrates.some(({ substrate, stop }) => bounds.includes(substrate) && !stop)
  return open ? 'learning' : 'ready'
}
