import type { DerivedPolicy } from '../../core/model/policy.ts'

/**
 * A `policy.yaml`, or the only one below a folder, checked against its digest. Rejects with an `Error` that says what is wrong
 * with it: a program that cannot read its policy has none, and must not go on as if everything were allowed.
 */
export const readPolicyFile = async (path: string): Promise<DerivedPolicy> => {
  // Loaded when it is used: a program that holds its policy already needs no parser.
  const { loadPolicy } = await import('../../io/policy-file/load-policies.ts')
  const read = await loadPolicy(path)
  if (read.ok) return read.value
  const [problem] = read.problems
  throw new Error(`${problem?.code ?? 'policy-missing'}: ${problem?.what ?? 'no policy'} (${problem?.where ?? path})`)
}
