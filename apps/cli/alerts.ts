/** `ambit alerts`: policies × evidence → alerts, as they would have been raised one after another, and as they stand at the end. */

import type { Alert, Noted } from '../../core/model/alert.ts'
import { identitiesOf } from '../../core/model/decisions.ts'
import type { ContextScope } from '../../core/model/judgement.ts'
import { createDetector, notedOf } from '../../core/pipeline.ts'
import { ocsfFinding } from '../../io/export/ocsf.ts'
import { otelLogs } from '../../io/export/otel-logs.ts'
import { jsonText } from '../../io/json-text.ts'
import { loadPolicies } from '../../io/policy-file/load-policies.ts'
import { collectEvidence, EMPTY, isEmpty } from './evidence.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { showProblems, showWarnings } from './problems.ts'
import { alertsText } from './render/alerts.ts'
import { printable } from './terminal.ts'

export interface AlertsOptions {
  readonly policy: string
  readonly evidence: readonly string[]
  readonly source: string | null
  readonly context: ContextScope
  readonly format: 'text' | 'jsonl' | 'ocsf' | 'otel'
  readonly version: string
}

interface Raised {
  /** In the order in which they were told, updates included. */
  readonly told: readonly Alert[]
  /** The last of each. */
  readonly standing: readonly Alert[]
  /** Alerts whose counts a flood pushed out. */
  readonly forgotten: number
}

const raise = (policy: Parameters<typeof createDetector>[0], noted: readonly Noted[]): Raised => {
  const detector = createDetector(policy)
  const told = noted.flatMap(one => detector.note(one))
  const last = new Map(told.map(alert => [alert.id, alert]))
  for (const alert of detector.standing()) last.set(alert.id, { ...alert, revision: alert.revision - 1 })
  return { told, standing: [...last.values()], forgotten: detector.state().forgotten }
}

const BATCH = 256

const write = (io: Io, { format, version }: AlertsOptions, alerts: readonly Alert[]): void => {
  if (format === 'otel') {
    for (let from = 0; from < alerts.length; from += BATCH)
      io.stdout.write(`${jsonText(otelLogs(alerts.slice(from, from + BATCH), io.now() * 1_000, version))}\n`)
    return
  }
  for (const alert of alerts) io.stdout.write(`${jsonText(format === 'ocsf' ? ocsfFinding(alert, version) : alert)}\n`)
}

/** Text shows each alert once, as it stands; the other formats are streams, updates included. */
export const alertsCommand = async (options: AlertsOptions, io: Io): Promise<ExitCode> => {
  const loaded = await loadPolicies(options.policy)
  if (!loaded.ok) {
    showProblems(io, loaded.problems)
    return EXIT.usage
  }
  showWarnings(io, loaded.value.problems)
  const policies = [...loaded.value.policies.values()].map(({ policy }) => policy)
  const identities = identitiesOf(policies.map(({ decisions }) => decisions))
  const collected = await collectEvidence(options.evidence, { source: options.source, identities }, io)
  if (!collected.ok) {
    showProblems(io, collected.problems)
    return EXIT.usage
  }
  if (isEmpty(collected.value)) {
    showProblems(io, [EMPTY])
    return EXIT.nothing
  }
  for (const [key, evidence] of [...collected.value.workloads].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const policy = loaded.value.policies.get(key)?.policy
    if (policy === undefined) {
      const what = `no policy for \`${printable(key)}\`, which has ${evidence.observations.length} observations`
      showWarnings(io, [{ code: 'policy-missing', what, where: options.policy, help: 'run `ambit derive`' }])
      continue
    }
    const { told, standing, forgotten } = raise(policy, notedOf(policy, evidence, options.context))
    if (options.format === 'text') io.stdout.write(alertsText(key, standing, forgotten))
    else write(io, options, told)
  }
  return EXIT.done
}
