/** Policies that somebody holds already: nothing is read, and nothing changes. Loads no parser, for programs that guard themselves. */
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { workloadKey } from '../../core/model/workload.ts'
import { expiredDecision } from '../../core/policy/expiry.ts'
import type { Decide, Policies } from './policies.ts'

export const fixedPolicies = (
  policies: readonly DerivedPolicy[],
  compile: (policy: DerivedPolicy) => Decide,
): Policies => {
  const byWorkload = new Map(
    policies.map(policy => [workloadKey(policy.workload), { policy, decide: compile(policy) }]),
  )
  return {
    of: (workload, at) => {
      const known = byWorkload.get(workload)
      if (known === undefined) return { kind: 'missing' }
      const expired = expiredDecision(known.policy, at)
      return expired === null
        ? { kind: 'policy', ...known }
        : { kind: 'expired', policy: known.policy, decision: expired }
    },
    workloads: () => [...byWorkload.keys()],
    problems: () => [],
    reload: async () => [],
    isStale: async () => false,
  }
}
