/**
 * Falco's alerts in JSON (`json_output`, Falco 0.30 to 0.42, also as falcosidekick sends them) → `process` and `network`
 * observations of the pod, as far as the rule's output has the fields; and what Falco says it dropped.
 */
import type { EvidenceItem } from '../model/evidence.ts'
import { NO_FACTS } from '../model/observation.ts'
import type { EvidenceSource } from '../model/source.ts'
import { admitObservation, reject } from './admit.ts'
import { behaviorOf, known, outcomeOf, podOf } from './falco-fields.ts'
import { field, isObject, text } from './json.ts'
import { inPod, workloadOfPod } from './pod-workload.ts'
import { countOf, recordId } from './record-id.ts'
import { dayOf, microsOfRfc3339 } from './time.ts'

const ID = 'falco'
const DROPS = 'Falco internal: syscall event drop'

const isAlert = (record: unknown): boolean =>
  typeof field(record, 'rule') === 'string' &&
  isObject(field(record, 'output_fields')) &&
  field(record, 'priority', 'output') !== undefined

const imageOf = (fields: unknown): string | null => {
  const digest = known(fields, 'container.image.digest')
  const [name, tag] = [known(fields, 'container.image.repository'), known(fields, 'container.image.tag')]
  return digest ?? (name === null || tag === null ? name : `${name}:${tag}`)
}

const decodeEvent = (record: unknown, fields: unknown): EvidenceItem => {
  const behavior = behaviorOf(fields)
  if (behavior === 'none') return reject('not-behavior', 'an event that is no execution, access or connection')
  if (behavior === 'local') return reject('not-behavior', 'a connection that stays on the machine')
  if (behavior === null) {
    return reject(
      'missing-field',
      'the output of the rule does not say what was done: it needs `evt.type` and its fields',
    )
  }
  const start = microsOfRfc3339(field(record, 'time'))
  if (start === null) return reject('invalid-time', '`time` is no RFC 3339 time')
  const pod = podOf(fields)
  const workload = workloadOfPod(pod)
  if (workload === null) return reject('unattributed', 'the output of the rule names no pod')
  const container = known(fields, 'container.id') ?? `${pod.namespace}/${pod.name}`
  return admitObservation({
    id: text(field(record, 'uuid')) ?? recordId(record),
    source: ID,
    workload,
    session: null,
    witness: `${container}/${dayOf(start)}`,
    ...behavior,
    start,
    end: null,
    outcome: outcomeOf(fields),
    result: null,
    facts: { ...NO_FACTS, image: imageOf(fields) },
    ...inPod(pod),
  })
}

/** A snapshot of Falco's metrics counts from its start, so that one alone says how many there were, and several do not add up. */
const droppedBefore = (fields: unknown): boolean => (countOf(field(fields, 'scap.n_drops')) ?? 0) > 0

const decode = (record: unknown): EvidenceItem => {
  if (!isAlert(record)) return reject('wrong-type', 'the record is no Falco alert')
  const fields = field(record, 'output_fields')
  const rule = text(field(record, 'rule')) ?? ''
  if (rule === DROPS) {
    const count = countOf(field(fields, 'n_drops'))
    return { kind: 'loss', id: recordId(record), source: ID, count, detail: 'system calls were dropped in the kernel' }
  }
  if (droppedBefore(fields)) {
    const detail = 'system calls were dropped in the kernel since Falco began'
    return { kind: 'loss', id: recordId(record), source: ID, count: null, detail }
  }
  if (rule.startsWith('Falco internal')) return reject('not-behavior', 'what Falco says of itself')
  const source = field(record, 'source') ?? 'syscall'
  return source === 'syscall'
    ? decodeEvent(record, fields)
    : reject('not-behavior', 'an event of a plug-in: give the log that it read as evidence')
}

export const falcoSource: EvidenceSource = {
  id: ID,
  summary: 'Falco alerts: executions, file accesses and connections that a rule matched, by pod',
  sees: ['network', 'process'],
  blindTo: [
    'all that no rule matched: what Falco does not alert about is not there, and nothing says that it did not happen',
    'fields that the output of a rule leaves out',
    'whether what a rule alerted about was wanted: it counts like any behavior until a reviewer marks it',
    'which session or task a process served',
    'the owner of a pod where neither `k8smeta` nor a label names it: a name like a ReplicaSet’s is then taken for one',
    'alerts that were lost on their way: what Falco counts as dropped ends where it writes, and counts no alerts',
  ],
  recognizes: isAlert,
  decode: record => [decode(record)],
}
