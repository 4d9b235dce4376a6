/**
 * Access logs of Envoy in JSON (Istio's default names of fields, Istio 1.6 to 1.28, or a format dictionary with the same ones) →
 * `network` observations of the pod whose sidecar wrote them.
 *
 * Istio's default format does not say which pod wrote an entry. Either the format has `pod_name` (`%ENVIRONMENT(POD_NAME)%`) and
 * `pod_namespace`, best also `workload_name` (`%ENVIRONMENT(ISTIO_META_WORKLOAD_NAME)%`); or a collector adds `kubernetes` as
 * Fluent Bit does.
 */
import type { EvidenceItem } from '../model/evidence.ts'
import { NO_FACTS } from '../model/observation.ts'
import type { EvidenceSource } from '../model/source.ts'
import { admitObservation, reject } from './admit.ts'
import { outcomeOf, shownBy, written } from './envoy-egress.ts'
import { field, isObject } from './json.ts'
import { inPod, labelIn, type Pod, workloadOfPod } from './pod-workload.ts'
import { recordId } from './record-id.ts'
import { dayOf, microsOfRfc3339 } from './time.ts'

const ID = 'envoy'

const podOf = (entry: unknown): Pod => {
  const kubernetes = field(entry, 'kubernetes')
  return {
    namespace: written(entry, 'pod_namespace') ?? written(kubernetes, 'namespace_name'),
    name: written(entry, 'pod_name') ?? written(kubernetes, 'pod_name'),
    owner: written(entry, 'workload_name'),
    ownerKind: null,
    label: labelIn(field(kubernetes, 'labels')),
  }
}

/** Milliseconds that a request took, as Envoy writes them: a number, or its text in older formats. */
const tookMicros = (entry: unknown): number | null => {
  const duration = field(entry, 'duration')
  const millis = typeof duration === 'string' && /^\d{1,12}$/.test(duration) ? Number(duration) : duration
  return typeof millis === 'number' && millis >= 0 && millis < 1e12 ? Math.round(millis * 1000) : null
}

const decode = (entry: unknown): EvidenceItem => {
  if (!isObject(entry)) return reject('wrong-type', 'the entry is not an object')
  const shown = shownBy(entry)
  if ('none' in shown) return reject('not-behavior', `an entry that is no egress: ${shown.none}`)
  if ('missing' in shown) return reject('missing-field', `an entry does not say ${shown.missing}`)
  const started = written(entry, 'start_time')
  const start = microsOfRfc3339(started)
  if (start === null) return reject('invalid-time', '`start_time` is no RFC 3339 time')
  const pod = podOf(entry)
  const workload = workloadOfPod(pod)
  if (workload === null) {
    return reject('unattributed', 'the entry names no pod: add `pod_name` and `pod_namespace` to the log format')
  }
  const instance = `${workload.namespace}/${pod.name ?? workload.name}`
  const request = written(entry, 'request_id')
  const took = tookMicros(entry)
  return admitObservation({
    id: request === null ? recordId(entry) : `${instance}/${request}/${started}`,
    source: ID,
    workload,
    session: null,
    witness: `${instance}/${dayOf(start)}`,
    ...shown.behavior,
    start,
    end: took === null ? null : start + took,
    outcome: outcomeOf(entry),
    result: null,
    facts: NO_FACTS,
    ...inPod(pod),
  })
}

const KEYS = ['response_flags', 'response_code', 'downstream_remote_address'] as const

export const envoySource: EvidenceSource = {
  id: ID,
  summary: 'Access logs of Envoy and Istio in JSON: the hosts that a pod asked its sidecar for, and what was refused',
  sees: ['network'],
  blindTo: [
    'traffic that the sidecar does not capture: UDP, excluded ports and addresses, pods without one',
    'how many connections there were: it counts requests where it reads the protocol, connections elsewhere',
    'where a request without a service entry really went: the name is the one that the client claimed',
    'requests that end after the log: an entry is written when a request or a connection is over',
    'which process, session or task made a request',
    'the owner of a pod where no field or label names it: a name like a ReplicaSet’s is then taken for one',
    'records that were lost on their way: nothing numbers or counts them',
  ],
  recognizes: record =>
    isObject(record) &&
    Object.hasOwn(record, 'upstream_cluster') &&
    Object.hasOwn(record, 'start_time') &&
    KEYS.some(key => Object.hasOwn(record, key)),
  decode: record => [decode(record)],
}
