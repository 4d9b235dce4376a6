/**
 * Alert → OCSF Detection Finding (class 2004): what security tools take in. Titles and messages are constant texts, names and
 * values from evidence are in fields of their own: no reader can take one for the other.
 */
import { ALERT_KINDS, type Alert, type Severity } from '../../core/model/alert.ts'
import { microsOfRfc3339 } from '../../core/model/rfc3339.ts'
import { VERDICT_CODES } from '../../core/model/verdict.ts'

export const OCSF_VERSION = '1.8.0'

const CLASS = 2_004
/** A finding that is new, and one that has grown. */
const ACTIVITIES = { create: { id: 1, name: 'Create' }, update: { id: 2, name: 'Update' } } as const
const SEVERITIES: Readonly<Record<Severity, { readonly id: number; readonly name: string }>> = {
  low: { id: 2, name: 'Low' },
  medium: { id: 3, name: 'Medium' },
  high: { id: 4, name: 'High' },
}
/** The analytic compares behavior with what was observed before. */
const BEHAVIORAL = { type_id: 2, type: 'Behavioral' } as const
const OTHER_OBSERVABLE = 99

/** Milliseconds since the epoch, as OCSF counts time. */
const millis = (time: string): number => Math.floor((microsOfRfc3339(time) ?? 0) / 1_000)

const namesOf = (workload: string): { readonly namespace: string; readonly name: string } => {
  const slash = workload.indexOf('/')
  return { namespace: workload.slice(0, slash), name: workload.slice(slash + 1) }
}

export const ocsfFinding = (alert: Alert, productVersion: string): object => {
  const { evidence, kind, code, continuity } = alert
  const activity = alert.revision === 0 ? ACTIVITIES.create : ACTIVITIES.update
  const severity = SEVERITIES[alert.severity]
  const [start, end] = [millis(evidence.firstSeen), millis(evidence.lastSeen)]
  const { namespace, name } = namesOf(alert.workload)
  return {
    activity_id: activity.id,
    activity_name: activity.name,
    category_uid: 2,
    category_name: 'Findings',
    class_uid: CLASS,
    class_name: 'Detection Finding',
    type_uid: CLASS * 100 + activity.id,
    type_name: `Detection Finding: ${activity.name}`,
    time: end,
    start_time: start,
    end_time: end,
    count: evidence.count,
    severity_id: severity.id,
    severity: severity.name,
    status_id: 1,
    status: 'New',
    is_alert: true,
    message: VERDICT_CODES[code],
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Ambit', vendor_name: 'Ambit', version: productVersion },
      uid: `${alert.id}-${alert.revision}`,
      event_code: kind,
    },
    finding_info: {
      uid: alert.id,
      title: ALERT_KINDS[kind],
      types: [kind],
      created_time: start,
      modified_time: end,
      first_seen_time: start,
      last_seen_time: end,
      analytic: { name: code, uid: alert.policy, version: productVersion, ...BEHAVIORAL },
    },
    resources: [{ uid: alert.workload, namespace, name, type: 'workload' }],
    observables: alert.observed.map(value => ({
      name: alert.dimension ?? `${alert.substrate}.action`,
      type_id: OTHER_OBSERVABLE,
      type: 'Other',
      value: String(value),
    })),
    evidences: [
      {
        name: alert.action ?? alert.substrate,
        data: { witnesses: evidence.sampleWitnesses, ids: evidence.sampleIds, observed: alert.observed },
      },
    ],
    unmapped: {
      policy: alert.policy,
      substrate: alert.substrate,
      action: alert.action,
      permission: alert.permission,
      verdict: alert.verdict,
      dimension: alert.dimension,
      rule: alert.rule,
      allowed: alert.allowed,
      pattern: continuity.pattern,
      reasons: continuity.reasons,
      witnesses: evidence.witnesses,
      days: evidence.days,
      tasks: evidence.tasks,
      values: evidence.values,
      at_least: evidence.atLeast,
      after_naming_text: evidence.named,
    },
  }
}
