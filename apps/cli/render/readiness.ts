/** A policy in one word: whether a person can decide on it now, and if not, what it waits for. */
import type { DerivedPolicy } from '../../../core/model/policy.ts'

export const READINESS = {
  withheld: 'not enough evidence: everything is withheld, and nothing is enforced',
  incomplete: 'not ready to enforce: the evidence is incomplete',
  learning: 'not ready to enforce: new behavior is still appearing',
  ready: 'ready to decide on',
} as const
export type Readiness = keyof typeof READINESS

export const readinessOf = ({ permissions, coverage, bounds }: DerivedPolicy): Readiness => {
  if (permissions.length === 0) return 'withheld'
  if (!coverage.complete) return 'incomplete'
  const open = coverage.substrates.some(({ substrate, stop }) => bounds.includes(substrate) && !stop)
  return open ? 'learning' : 'ready'
}
