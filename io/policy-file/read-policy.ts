/**
 * Text of `policy.yaml` → derived policy, if it is one and is the one that its digest names.
 *
 * INVARIANT: what is returned is what was derived. A policy that was edited by hand is refused, so whoever enforces or
 * judges fails closed instead of trusting a document that nobody derived.
 */
import { policyDigest } from '../../core/model/digest.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { done, failed, type Outcome } from '../problem.ts'
import { checkYaml } from '../yaml/check-yaml.ts'
import { readYaml } from '../yaml/read-yaml.ts'
import { policySchema } from './policy-schema.ts'

const MAX_CHARACTERS = 64_000_000

/** Errors: those of reading YAML, `field-unknown`, `field-invalid`, `policy-digest-mismatch`. */
export const readPolicy = (text: string, file: string): Outcome<DerivedPolicy> => {
  const yaml = readYaml(text, file, MAX_CHARACTERS)
  if (!yaml.ok) return yaml
  const checked = checkYaml(yaml.value, policySchema)
  if (!checked.ok) return checked
  const policy = checked.value
  const actual = policyDigest(policy)
  if (actual === policy.digest) return done(policy)
  return failed({
    code: 'policy-digest-mismatch',
    what: `the policy was changed after it was derived: its digest is \`${actual}\`, not \`${policy.digest}\``,
    where: yaml.value.at(['digest']),
    help: 'write what you want in `ambit.yaml` and derive again, or restore the file',
  })
}
