/** What the pattern-continuity test found, beyond what the class says already. */
import type { ContinuityFinding, Withheld } from '../../../core/model/policy.ts'

export const furtherFindings = ({ findings, class: sort }: Withheld): readonly ContinuityFinding[] =>
  findings.filter(code => code !== sort && !(code === 'late' && sort === 'late-onset'))
