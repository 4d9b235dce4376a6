/**
 * Events of Inspektor Gadget in JSON (`trace_exec`, `trace_open`, `trace_tcp`, `trace_tcpconnect`, `audit_seccomp`; image-based
 * gadgets, v0.30 to v0.45) → `process`, `network` and `syscall` observations of a container's pod.
 */
import type { EvidenceItem } from '../model/evidence.ts'
import { type Micros, NO_FACTS } from '../model/observation.ts'
import type { EvidenceSource } from '../model/source.ts'
import { admitObservation, reject } from './admit.ts'
import { answeredAddresses, gadgetOf, isNameAnswer, outcomeOf } from './inspektor-gadget-event.ts'
import { at, field, isObject, text } from './json.ts'
import { lookup } from './lookup.ts'
import { inPod, labelIn, type Pod, workloadOfPod } from './pod-workload.ts'
import { recordId } from './record-id.ts'
import { dayOf, microsOfNanos, microsOfRfc3339 } from './time.ts'

const ID = 'inspektor-gadget'

/** What `advise_seccomp` prints: a profile, of nobody in particular. */
const isAdvice = (record: unknown): boolean =>
  typeof field(record, 'defaultAction') === 'string' && Array.isArray(field(record, 'syscalls'))

const isEvent = (record: unknown): boolean =>
  isObject(field(record, 'k8s')) &&
  (isObject(field(record, 'proc')) || field(record, 'comm') !== undefined) &&
  gadgetOf(record) !== undefined

/** Labels of the pod as one text, `app=web,pod-template-hash=6f87496b94`. */
const podOf = (k8s: unknown): Pod => ({
  namespace: text(field(k8s, 'namespace')),
  name: text(field(k8s, 'podName')),
  owner: text(at(k8s, 'owner', 'name')),
  ownerKind: text(at(k8s, 'owner', 'kind')),
  label: labelIn((text(field(k8s, 'podLabels')) ?? '').slice(0, 16_384).split(',', 200)),
})

const startOf = (event: unknown): Micros | null =>
  microsOfRfc3339(field(event, 'timestamp')) ?? microsOfNanos(field(event, 'timestamp_raw'))

const decodeEvent = (event: unknown): EvidenceItem => {
  if (isNameAnswer(event)) {
    const [pod, name, addresses] = [podOf(field(event, 'k8s')), field(event, 'name'), answeredAddresses(event)]
    return lookup({ id: recordId(event), source: ID, pod, name, addresses, start: startOf(event) })
  }
  const shown = gadgetOf(event)?.show(event) ?? null
  if (shown === null) return reject('missing-field', 'the event does not say what was done')
  if ('none' in shown) return reject('not-behavior', `an event that no policy could bound: ${shown.none}`)
  const start = startOf(event)
  if (start === null) return reject('invalid-time', '`timestamp` is no RFC 3339 time')
  const pod = podOf(field(event, 'k8s'))
  const workload = pod.name === null ? null : workloadOfPod(pod)
  if (workload === null) return reject('unattributed', 'the container belongs to no pod')
  const container = text(at(event, 'runtime', 'containerId')) ?? `${pod.namespace}/${pod.name}`
  const process = field(field(event, 'proc'), 'pid') ?? field(event, 'pid')
  return admitObservation({
    id: recordId(event),
    source: ID,
    workload,
    session: null,
    witness: `${container}/${typeof process === 'number' ? process : 'any'}/${dayOf(start)}`,
    ...shown,
    start,
    end: null,
    outcome: outcomeOf(event),
    result: null,
    facts: {
      ...NO_FACTS,
      image: text(at(event, 'runtime', 'containerImageDigest')) ?? text(at(event, 'runtime', 'containerImageName')),
    },
    ...inPod(pod),
  })
}

const decode = (record: unknown): EvidenceItem => {
  if (isEvent(record)) return decodeEvent(record)
  return isAdvice(record)
    ? reject('unattributed', 'an advised profile is a list without a workload and without counts: it is no evidence')
    : reject('wrong-type', 'the record is no event of a gadget')
}

export const inspektorGadgetSource: EvidenceSource = {
  id: ID,
  summary: 'Events of Inspektor Gadget: executions, opened files, connections and refused system calls, by pod',
  sees: ['network', 'syscall', 'process'],
  blindTo: [
    'what no gadget ran for',
    'events that a gadget lost, and records that were lost on their way: nothing in its output numbers or counts them',
    'system calls other than those that a seccomp profile logged or refused: they are never all of them',
    'the name that a process looked up before it connected to an address',
    'which session or task a process served',
    'the owner of a pod where neither the event nor a label names it: a name like a ReplicaSet’s is then taken for one',
  ],
  recognizes: record => isEvent(record) || isAdvice(record),
  decode: record => [decode(record)],
}
