/**
 * Every recorded session, benign and injected, as live calls through the real gateway: is each verdict the one that `ambit evaluate`
 * gives for the recording? The policy is derived from the benign sessions of four folds of tasks.
 */
import { join } from 'node:path'
import type { Mode } from '../core/model/enforcement.ts'
import { type Closure, policyOf } from './quality/derived.ts'
import { foldsOf } from './quality/folds.ts'
import { readSuite, type Suite } from './quality/sessions.ts'
import { readLines } from './read-lines.ts'
import { type Agreement, agreementOf } from './replay/agreement.ts'
import { recordedEvidence } from './replay/recorded.ts'
import { startStub } from './replay/stub-server.ts'
import type { Report } from './report.ts'
import { table } from './table.ts'

const MODES: readonly Mode[] = ['observe', 'enforce']
const SHOWN = 10

export interface ReplayOptions {
  readonly data: string
  readonly suites: readonly Suite[]
  readonly closures: readonly Closure[]
}

interface Row extends Agreement {
  readonly suite: Suite
  readonly closure: Closure
  readonly mode: Mode
}

const HEADING = [
  'suite',
  'closure',
  'mode',
  'sessions',
  'not sendable',
  'calls',
  'allow',
  'review',
  'deny',
  'asked',
  'stopped',
  'equal',
  'unequal',
  'codes',
]

const NOTES = [
  'Equal: verdict, code, permission and first deviation are those of `ambit evaluate`, the call reached the server if and only if it',
  'should have and as it was sent, and a person was asked if and only if the judgement says so. `enforce`: people approve everything,',
  'what is denied shows the session nothing, and the recording is judged without it. A result that was not recorded is an empty text.',
].join('\n')

export const replayed = async ({ data, suites, closures }: ReplayOptions): Promise<Report> => {
  const stub = await startStub()
  const rows: Row[] = []
  for (const suite of suites) {
    const [fold] = foldsOf('new task', readSuite(data, suite))
    const recorded = recordedEvidence(readLines(join(data, 'agent-traces', `${suite}.otlp.jsonl.gz`)))
    for (const closure of closures) {
      const policy = policyOf(closure, fold?.training ?? [])
      if (policy === null) throw new Error(`the benign sessions of \`${suite}\` hold no behavior`)
      for (const mode of MODES)
        rows.push({ suite, closure, mode, ...(await agreementOf(policy, mode, recorded, stub)) })
    }
  }
  await stub.close()
  const differing = rows.flatMap(row =>
    row.differences.map(difference => ({ suite: row.suite, mode: row.mode, ...difference })),
  )
  const lines = rows.map(row => [
    row.suite,
    row.closure,
    row.mode,
    ...[
      row.sessions,
      row.unsendable,
      row.calls,
      row.verdicts.allow,
      row.verdicts.review,
      row.verdicts.deny,
      row.held,
      row.stopped,
      row.equal,
      row.calls - row.equal,
    ].map(String),
    Object.entries(row.codes)
      .map(([code, count]) => `${code} ${count}`)
      .join(', '),
  ])
  const shown = differing.slice(0, SHOWN).map(difference => JSON.stringify(difference))
  return { text: [table(HEADING, lines), ...shown, NOTES].join('\n\n'), json: { rows } }
}
