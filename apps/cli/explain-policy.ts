/** A policy as a whole → what it is for, the decisions behind it, and what it permits, one line each. */
import { type DerivedPolicy, INCOMPLETE_CODES } from '../../core/model/policy.ts'
import { SUBSTRATES } from '../../core/model/substrate.ts'
import { workloadKey } from '../../core/model/workload.ts'
import { decisionsInWords } from '../../io/policy-file/decisions-in-words.ts'
import { day, many, percentWithin, seen } from './render/numbers.ts'
import { SUBSTRATE_TITLES } from './render/sentences.ts'
import type { Palette } from './render/terminal.ts'
import { printable } from './terminal.ts'

const substrateLines = (policy: DerivedPolicy, palette: Palette): readonly string[] =>
  SUBSTRATES.flatMap(substrate => {
    const permissions = policy.permissions.filter(permission => permission.substrate === substrate)
    const withheld = policy.withheld.filter(entry => entry.substrate === substrate).length
    if (permissions.length === 0 && withheld === 0) return []
    return [
      palette.strong(`${SUBSTRATE_TITLES[substrate]}: ${many(permissions.length, 'permission')}, ${withheld} withheld`),
      ...permissions.map(
        ({ id, access, evidence }) => `  ${printable(id)}  ${palette.faint(`${access.value}, ${seen(evidence)}`)}`,
      ),
    ]
  })

/** Several lines, each ended. */
export const explainPolicy = (policy: DerivedPolicy, palette: Palette): string => {
  const { coverage, validity } = policy
  const { first, last } = coverage.window
  const lines = [
    palette.strong(`policy of ${printable(workloadKey(policy.workload))}`),
    `  ${policy.digest}`,
    ...decisionsInWords(policy.decisions).map(line => `  ${line}`),
    `  evidence: ${day(first)} to ${day(last)}, ${coverage.complete ? 'complete' : 'not complete'}; expires ${day(validity.notAfter)}`,
    ...coverage.incomplete.map(({ code, detail }) => `  ${code}: ${INCOMPLETE_CODES[code]} (${printable(detail)})`),
    ...coverage.substrates.map(
      one =>
        `  ${one.substrate}: the next witness shows something new: ${percentWithin(one.unseenMass, one.unseenInterval)}; of a new kind of task: ${percentWithin(one.clusterUnseenMass, one.clusterUnseenInterval)}`,
    ),
    ...substrateLines(policy, palette),
    ...policy.envelopes.map(({ statement }) => `for a person to decide: ${printable(statement)}`),
    ...policy.blindTo.map(({ source, statement }) => `${printable(source)} is blind to: ${printable(statement)}`),
  ]
  return `${lines.join('\n')}\n`
}
