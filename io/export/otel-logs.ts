/**
 * Alerts → an OTLP logs request in its JSON form (`ExportLogsServiceRequest`), one resource for each workload: what a collector
 * takes in. Bodies are constant texts, names and values from evidence are attributes.
 */
import { ALERT_KINDS, type Alert, type Severity } from '../../core/model/alert.ts'
import type { Micros } from '../../core/model/observation.ts'
import { microsOfRfc3339 } from '../../core/model/rfc3339.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import { VERDICT_CODES } from '../../core/model/verdict.ts'

/** `INFO`, `WARN` and `ERROR` of the logs data model. */
const SEVERITIES: Readonly<Record<Severity, { readonly number: number; readonly text: string }>> = {
  low: { number: 9, text: 'INFO' },
  medium: { number: 13, text: 'WARN' },
  high: { number: 17, text: 'ERROR' },
}

type Attribute = Scalar | readonly Scalar[]

const anyValue = (value: Attribute): object => {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  // Integers are decimal text in OTLP/JSON.
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  if (value === null) return {}
  return { arrayValue: { values: value.map(anyValue) } }
}

/** What is null or empty is left out: OTLP knows no null, and no difference between an empty list and none. */
const attributesOf = (entries: Readonly<Record<string, Attribute>>): readonly object[] =>
  Object.entries(entries).flatMap(([key, value]) =>
    value === null || (Array.isArray(value) && value.length === 0) ? [] : [{ key, value: anyValue(value) }],
  )

const nanos = (micros: Micros): string => String(BigInt(Math.floor(micros)) * 1_000n)

const recordOf = (alert: Alert, observedAt: Micros): object => {
  const { evidence, continuity } = alert
  const severity = SEVERITIES[alert.severity]
  return {
    timeUnixNano: nanos(microsOfRfc3339(evidence.lastSeen) ?? 0),
    observedTimeUnixNano: nanos(observedAt),
    severityNumber: severity.number,
    severityText: severity.text,
    eventName: 'ambit.alert',
    body: { stringValue: `${ALERT_KINDS[alert.kind]}: ${VERDICT_CODES[alert.code]}` },
    attributes: attributesOf({
      'ambit.alert.id': alert.id,
      'ambit.alert.revision': alert.revision,
      'ambit.alert.kind': alert.kind,
      'ambit.policy.digest': alert.policy,
      'ambit.substrate': alert.substrate,
      'ambit.action': alert.action,
      'ambit.permission': alert.permission,
      'ambit.verdict': alert.verdict,
      'ambit.code': alert.code,
      'ambit.dimension': alert.dimension,
      'ambit.rule': alert.rule,
      'ambit.allowed': alert.allowed,
      'ambit.observed': alert.observed.map(String),
      'ambit.pattern': continuity.pattern,
      'ambit.pattern.reasons': continuity.reasons,
      'ambit.count': evidence.count,
      'ambit.witnesses': evidence.witnesses,
      'ambit.days': evidence.days,
      'ambit.tasks': evidence.tasks,
      'ambit.values': evidence.values,
      'ambit.at_least': evidence.atLeast,
      'ambit.after_naming_text': evidence.named,
      'ambit.first_seen': evidence.firstSeen,
      'ambit.last_seen': evidence.lastSeen,
      'ambit.sample.witnesses': evidence.sampleWitnesses,
      'ambit.sample.ids': evidence.sampleIds,
    }),
  }
}

/** `observedAt`: when the alerts are handed on, by the clock of whoever does. */
export const otelLogs = (alerts: readonly Alert[], observedAt: Micros, productVersion: string): object => {
  const byWorkload = new Map<string, Alert[]>()
  for (const alert of alerts) byWorkload.set(alert.workload, [...(byWorkload.get(alert.workload) ?? []), alert])
  return {
    resourceLogs: [...byWorkload].map(([workload, own]) => {
      const slash = workload.indexOf('/')
      return {
        resource: {
          attributes: attributesOf({
            'service.namespace': workload.slice(0, slash),
            'service.name': workload.slice(slash + 1),
          }),
        },
        scopeLogs: [
          {
            scope: { name: 'ambit', version: productVersion },
            logRecords: own.map(alert => recordOf(alert, observedAt)),
          },
        ],
      }
    }),
  }
}
