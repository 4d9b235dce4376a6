/** Alerts → text for a person: the most urgent first, each with what was left, how often, and what it looks like. */
import { ALERT_KINDS, type Alert, type AlertKind, CONTINUITY_REASONS, SEVERITIES } from '../../../core/model/alert.ts'
import { VERDICT_CODES } from '../../../core/model/verdict.ts'
import { many } from './numbers.ts'
import { quoted, visible } from './visible.ts'

const NAME = 120
const VALUE = 80
const KINDS = Object.keys(ALERT_KINDS)

const urgency = ({ severity, kind, evidence }: Alert): readonly number[] => [
  -SEVERITIES.indexOf(severity),
  KINDS.indexOf(kind satisfies AlertKind),
  -evidence.count,
]

const byUrgency = (a: Alert, b: Alert): number => {
  const [left, right] = [urgency(a), urgency(b)]
  return left.map((value, index) => value - (right[index] ?? 0)).find(difference => difference !== 0) ?? 0
}

const whereText = ({ substrate, action, dimension }: Alert): string =>
  [substrate, action ?? '(several actions)', ...(dimension === null ? [] : [dimension])]
    .map(part => visible(part, NAME))
    .join(' ')

const leftText = ({ rule, allowed, observed }: Alert): readonly string[] => {
  const values = observed.map(value => quoted(value, VALUE)).join(', ')
  const seen = observed.length === 0 ? [] : [`observed ${values}`]
  return [
    ...seen,
    ...(allowed === '' ? [] : [`allowed ${visible(allowed, 200)}`]),
    ...(rule === null ? [] : [`rule ${visible(rule, NAME)}`]),
  ]
}

const countText = ({ evidence }: Alert): string => {
  const { count, witnesses, days, tasks, values, atLeast } = evidence
  const least = atLeast ? 'at least ' : ''
  return [
    `${many(count, 'time')}`,
    `${least}${many(witnesses, 'witness', 'witnesses')}`,
    `${least}${many(days, 'day')}`,
    ...(tasks === null ? [] : [`${least}${many(tasks, 'kind')} of task`]),
    ...(values > 1 ? [`${least}${values} values`] : []),
  ].join(', ')
}

const alertText = (alert: Alert): string => {
  const { severity, kind, code, permission, evidence, continuity } = alert
  const sessions = evidence.sampleWitnesses.map(name => visible(name, 60)).join(', ')
  return [
    `${severity}  ${kind}  ${whereText(alert)}`,
    `  ${ALERT_KINDS[kind]}; ${VERDICT_CODES[code]} (${code})`,
    ...(permission === null ? [] : [`  permission ${visible(permission, NAME)}`]),
    ...leftText(alert).map(line => `  ${line}`),
    `  ${countText(alert)}; ${evidence.firstSeen} to ${evidence.lastSeen}`,
    `  ${continuity.pattern}: ${continuity.reasons.map(reason => CONTINUITY_REASONS[reason]).join('; ')}`,
    ...(sessions === '' ? [] : [`  in ${sessions}`]),
  ]
    .map(line => `${line}\n`)
    .join('')
}

/** `forgotten`: alerts whose counts a flood pushed out; that is said. */
export const alertsText = (workload: string, alerts: readonly Alert[], forgotten: number): string => {
  const sightings = alerts.reduce((sum, { evidence }) => sum + evidence.count, 0)
  const lost = forgotten === 0 ? '' : `; ${forgotten} were pushed out by a flood, and their counts began again`
  return [
    `${visible(workload, NAME)}: ${many(alerts.length, 'alert')} for ${many(sightings, 'sighting')}${lost}\n`,
    ...[...alerts].sort(byUrgency).map(alertText),
  ].join('\n')
}
