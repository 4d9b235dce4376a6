/** `ambit verify`: replays evidence through policies and artifacts, as their own readers and real engines see them. */

import { identitiesOf } from '../../core/model/decisions.ts'
import { jsonText } from '../../io/json-text.ts'
import { loadPolicies } from '../../io/policy-file/load-policies.ts'
import { collectEvidence, EMPTY, isEmpty } from './evidence.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { paletteFor } from './palette.ts'
import { showProblems } from './problems.ts'
import { createProgress } from './progress.ts'
import { renderVerify, type VerifyRow } from './render/verify.ts'
import { printable } from './terminal.ts'
import { findOracles, type OraclesHere } from './verify/oracles.ts'
import { verifyPolicy } from './verify/verify-policy.ts'

export interface VerifyOptions {
  readonly directory: string
  readonly evidence: readonly string[]
  readonly source: string | null
  readonly format: 'text' | 'json'
}

interface Verified {
  /** Every claim holds, and at least one was put to the test. */
  readonly holds: boolean
  /** Whether any claim was put to the test: what nothing was asked of proves nothing. */
  readonly tested: boolean
  readonly rows: readonly VerifyRow[]
  /** Policies whose workload the evidence does not name. */
  readonly withoutEvidence: readonly string[]
  /** Workloads of the evidence that have no policy. */
  readonly withoutPolicy: readonly string[]
}

const LISTED = 10

const listed = (words: readonly string[]): string => {
  const shown = words.slice(0, LISTED).map(word => printable(word))
  return words.length > LISTED ? `${shown.join(', ')} and ${words.length - LISTED} more` : shown.join(', ')
}

const notes = ({ present, absent }: OraclesHere, { withoutEvidence, withoutPolicy }: Verified): string =>
  [
    ...present.map(({ oracle, version }) => `oracle ${oracle.id}: ${printable(version)}`),
    ...absent.map(({ oracle, why }) => `oracle ${oracle} was not asked: ${printable(why)}`),
    ...(withoutEvidence.length === 0 ? [] : [`policies without evidence here: ${listed(withoutEvidence)}`]),
    ...(withoutPolicy.length === 0 ? [] : [`workloads without a policy here: ${listed(withoutPolicy)}`]),
  ]
    .map(line => `${line}\n`)
    .join('')

export const verifyCommand = async (options: VerifyOptions, io: Io): Promise<ExitCode> => {
  const loaded = await loadPolicies(options.directory)
  if (!loaded.ok) {
    showProblems(io, loaded.problems)
    return EXIT.usage
  }
  const { policies, problems } = loaded.value
  const identities = identitiesOf([...policies.values()].map(({ policy }) => policy.decisions))
  const collected = await collectEvidence(options.evidence, { source: options.source, identities }, io)
  if (!collected.ok || isEmpty(collected.value)) {
    showProblems(io, collected.ok ? [EMPTY] : collected.problems)
    return collected.ok ? EXIT.nothing : EXIT.usage
  }
  const { workloads } = collected.value
  const oracles = await findOracles()
  const progress = createProgress(io)
  const rows: VerifyRow[] = []
  const withoutEvidence: string[] = []
  for (const [key, policy] of policies) {
    const evidence = workloads.get(key)
    progress.say(() => `verifying ${printable(key)}`)
    if (evidence === undefined) withoutEvidence.push(key)
    else
      rows.push(
        ...(await verifyPolicy(
          policy,
          evidence,
          oracles.present.map(({ oracle }) => oracle),
        )),
      )
  }
  progress.end()
  const tested = rows.some(({ requests }) => requests > 0)
  const violated = problems.length > 0 || rows.some(({ violations }) => violations > 0)
  const holds = tested && !violated
  const withoutPolicy = [...workloads.keys()].filter(key => !policies.has(key)).sort()
  const verified: Verified = { holds, tested, rows, withoutEvidence, withoutPolicy }
  if (options.format === 'json') {
    const present = oracles.present.map(({ oracle, version }) => ({ oracle: oracle.id, version }))
    io.stdout.write(`${jsonText({ ...verified, oracles: { present, absent: oracles.absent } }, 2)}\n`)
  } else io.stdout.write(renderVerify(rows, paletteFor(io.color)) + notes(oracles, verified))
  showProblems(io, problems)
  return holds ? EXIT.done : violated ? EXIT.no : EXIT.nothing
}
