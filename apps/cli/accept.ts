/**
 * `ambit accept`: a person puts a proposed policy in the place of the one in force. They name the difference that they have seen;
 * it is computed again from the two policies, so nobody accepts what they were not shown. Who, why and what is written beside it.
 */
import { appendFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { rfc3339 } from '../../core/model/rfc3339.ts'
import { workloadKey } from '../../core/model/workload.ts'
import { proposalOf } from '../../core/policy/proposal.ts'
import { jsonText } from '../../io/json-text.ts'
import { loadPolicy } from '../../io/policy-file/load-policies.ts'
import { done, failed, type Outcome, type Problem } from '../../io/problem.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { showProblems } from './problems.ts'
import { policyFile, replacePolicy } from './replace-policy.ts'
import { printable } from './terminal.ts'

/** Beside the policy: one line for each that was accepted. */
const RECORD = 'approvals.jsonl'

export interface AcceptOptions {
  /** The proposed policy, or the folder that `ambit propose` wrote. */
  readonly proposed: string
  /** The policy file in force, which is replaced. */
  readonly policy: string
  /** `sha256:…`, as the proposal shows it. */
  readonly difference: string
  readonly by: string
  readonly reason: string
}

const addRecord = async (policy: string, line: string): Promise<Outcome<null>> => {
  const file = join(dirname(policy), RECORD)
  try {
    await appendFile(file, line)
    return done(null)
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return failed({ code: 'output-failed', what: `cannot write: ${why}`, where: file, help: null })
  }
}

const nobody = ({ by, reason }: AcceptOptions): Problem | null => {
  const missing = [
    ['--by', by],
    ['--reason', reason],
  ].find(([, text]) => !/[\p{L}\p{N}]/u.test(text ?? ''))
  if (missing === undefined) return null
  return { code: 'usage', what: 'an approval has a name and a reason', where: missing[0] ?? null, help: null }
}

export const acceptCommand = async (options: AcceptOptions, io: Io): Promise<ExitCode> => {
  const unnamed = nobody(options)
  const [before, after] = await Promise.all([loadPolicy(options.policy), loadPolicy(options.proposed)])
  if (unnamed !== null || !before.ok || !after.ok) {
    showProblems(io, unnamed === null ? [] : [unnamed])
    for (const outcome of [before, after]) if (!outcome.ok) showProblems(io, outcome.problems)
    return EXIT.usage
  }
  const { from, to, difference, differences } = proposalOf(before.value, after.value, [])
  const isOther = workloadKey(before.value.workload) !== workloadKey(after.value.workload)
  if (difference !== options.difference || isOther) {
    const what = isOther
      ? 'the policies are for different workloads'
      : `the difference is \`${difference}\`, not \`${options.difference}\``
    const help = 'run `ambit propose` again, and read what it would change now'
    showProblems(io, [{ code: 'approval-mismatch', what, where: options.proposed, help }])
    return EXIT.no
  }
  const record = {
    format: 'ambit.approval/v1',
    at: rfc3339(Math.floor(io.now()) * 1_000),
    by: options.by,
    reason: options.reason,
    workload: workloadKey(after.value.workload),
    from,
    to,
    difference,
    widens: differences.filter(({ widens }) => widens).length,
  }
  const file = await policyFile(options.policy)
  // The record first: a policy that is in force without one would be a widening that nobody answers for.
  const replaced = await addRecord(file, `${jsonText(record)}\n`).then(written =>
    written.ok ? replacePolicy(file, after.value) : written,
  )
  if (!replaced.ok) {
    showProblems(io, replaced.problems)
    return EXIT.usage
  }
  io.stdout.write(`${printable(file)} is now ${to}, accepted by ${printable(options.by, 80)}\n`)
  return EXIT.done
}
