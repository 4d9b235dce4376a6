/**
 * Two policies → a proposal to put the newer one in the place of the older: what would change, whether any of it allows more, and
 * the digest of the difference, which is what a person approves.
 *
 * INVARIANT (law 9): a proposal that widens is never `automatic`.
 */
import { digest } from '../model/digest.ts'
import type { DerivedPolicy } from '../model/policy.ts'
import type { Recurrence } from '../model/recurrence.ts'
import { workloadKey } from '../model/workload.ts'
import { comparePolicies } from './compare.ts'
import type { Difference } from './difference.ts'

export const PROPOSAL_FORMAT = 'ambit.proposal/v1'

export interface Proposal {
  readonly format: typeof PROPOSAL_FORMAT
  /** `namespace/name`. */
  readonly workload: string
  /** Digest of the policy in force, and of the proposed one; null: nothing can be proposed from judgements alone. */
  readonly from: string
  readonly to: string | null
  /** `automatic`: it allows nothing that was not allowed. `unchanged`: both judge alike. `none`: there is no proposed policy. */
  readonly approval: 'needed' | 'automatic' | 'unchanged' | 'none'
  /** Digest of from, to and the differences: an approval names it. */
  readonly difference: string
  readonly differences: readonly Difference[]
  /** Soft violations that recur: the reasons. */
  readonly recurring: readonly Recurrence[]
}

const approvalOf = (differences: readonly Difference[]): Proposal['approval'] => {
  if (differences.length === 0) return 'unchanged'
  return differences.some(({ widens }) => widens) ? 'needed' : 'automatic'
}

export const proposalOf = (
  before: DerivedPolicy,
  after: DerivedPolicy | null,
  recurring: readonly Recurrence[],
): Proposal => {
  const differences = after === null ? [] : comparePolicies(before, after)
  const [from, to] = [before.digest, after?.digest ?? null]
  return {
    format: PROPOSAL_FORMAT,
    workload: workloadKey(before.workload),
    from,
    to,
    approval: after === null ? 'none' : approvalOf(differences),
    difference: digest({ from, to, differences }),
    differences,
    recurring,
  }
}
