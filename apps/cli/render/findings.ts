/** What the pattern-continuity test found, beyond what the class says already. */
import { CONTINUITY_FINDINGS, type ContinuityFinding, type Withheld } from '../../../core/model/policy.ts'

export const FINDINGS = Object.keys(CONTINUITY_FINDINGS) as ContinuityFinding[] // The keys of a literal are exactly its codes.

export const furtherFindings = ({ findings, class: sort }: Withheld): readonly ContinuityFinding[] =>
  findings.filter(code => code !== sort && !(code === 'late' && sort === 'late-onset'))
