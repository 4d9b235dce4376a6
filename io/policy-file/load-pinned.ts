/** Every `policy.yaml` below a folder → policies by digest: all versions of all workloads, for whoever looks back. */
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { done, type Outcome, type Problem } from '../problem.ts'
import { policyFiles, readPolicyFile } from './load-policies.ts'

export interface PinnedPolicies {
  readonly byDigest: ReadonlyMap<string, DerivedPolicy>
  /** Of files that are no policy, or not the one that their digest names: they are not used. */
  readonly problems: readonly Problem[]
}

/** Errors: `file-unreadable` where the path itself is, `policy-missing` where a folder holds no policy. */
export const loadPinnedPolicies = async (path: string): Promise<Outcome<PinnedPolicies>> => {
  const files = await policyFiles(path)
  if (!files.ok) return files
  const byDigest = new Map<string, DerivedPolicy>()
  const problems: Problem[] = []
  for (const file of files.value) {
    const policy = await readPolicyFile(file)
    if (policy.ok) byDigest.set(policy.value.digest, policy.value)
    else problems.push(...policy.problems)
  }
  return done({ byDigest, problems })
}
