/**
 * Hubble's flows (`hubble observe -o jsonpb`, the older `-o json`, and exported flow logs; Cilium 1.12 to 1.19) → `network`
 * observations of the pod that a connection left, and what Hubble says it lost.
 */
import type { EvidenceItem } from '../model/evidence.ts'
import { NO_FACTS } from '../model/observation.ts'
import type { EvidenceSource } from '../model/source.ts'
import { admitObservation, reject } from './admit.ts'
import { isNameAnswer, outcomeOf, shownBy } from './hubble-flow.ts'
import { at, field, isObject, list, text } from './json.ts'
import { lookup } from './lookup.ts'
import { inPod, labelIn, type Pod, workloadOfPod } from './pod-workload.ts'
import { countOf, recordId } from './record-id.ts'
import { dayOf, microsOfRfc3339 } from './time.ts'

const ID = 'hubble'

/** Events of the exporter that are none of the network. */
const OTHERS = ['agent_event', 'debug_event'] as const

/** A flow by itself, as `-o json` wrote it before Cilium 1.8. */
const isFlow = (record: unknown): boolean =>
  typeof field(record, 'verdict') === 'string' &&
  field(record, 'traffic_direction', 'trace_observation_point', 'event_type') !== undefined &&
  isObject(field(record, 'source'))

const flowOf = (record: unknown): unknown => {
  const flow = field(record, 'flow')
  return isObject(flow) ? flow : isFlow(record) ? record : undefined
}

const podOf = (endpoint: unknown): Pod => {
  const owners = list(field(endpoint, 'workloads'))
  const owner = owners.length === 1 ? owners[0] : undefined
  return {
    namespace: text(field(endpoint, 'namespace')),
    name: text(field(endpoint, 'pod_name')),
    owner: text(field(owner, 'name')),
    ownerKind: text(field(owner, 'kind')),
    label: labelIn(field(endpoint, 'labels')),
  }
}

/** What a pod was told of a name. Whose port is 53 answered. */
const decodeAnswer = (record: unknown, flow: unknown): EvidenceItem => {
  const answered = field(field(field(flow, 'l4'), 'UDP') ?? at(flow, 'l4', 'TCP'), 'source_port') === 53
  const pod = podOf(field(flow, answered ? 'destination' : 'source'))
  const { query, ips } = { query: at(flow, 'l7', 'dns', 'query'), ips: list(at(flow, 'l7', 'dns', 'ips')) }
  const start = microsOfRfc3339(field(flow, 'time') ?? field(record, 'time'))
  return lookup({
    id: text(field(flow, 'uuid')) ?? recordId(record),
    source: ID,
    pod,
    name: query,
    addresses: ips,
    start,
  })
}

const decodeFlow = (record: unknown, flow: unknown): EvidenceItem => {
  if (isNameAnswer(flow)) return decodeAnswer(record, flow)
  const shown = shownBy(flow)
  if ('none' in shown) return reject('not-behavior', `a flow that is no egress: ${shown.none}`)
  if ('missing' in shown) return reject('missing-field', `a flow does not say ${shown.missing}`)
  const start = microsOfRfc3339(field(flow, 'time') ?? field(record, 'time'))
  if (start === null) return reject('invalid-time', '`time` is no RFC 3339 time')
  const pod = podOf(field(flow, 'source'))
  const workload = pod.name === null ? null : workloadOfPod(pod)
  if (workload === null) return reject('unattributed', 'the flow left no pod')
  const trace = text(at(flow, 'trace_context', 'parent', 'trace_id'))
  const id = text(field(flow, 'uuid')) ?? recordId(record)
  return admitObservation({
    id,
    source: ID,
    workload,
    session: null,
    witness: `${pod.namespace}/${pod.name}/${dayOf(start)}`,
    ...shown.behavior,
    start,
    end: null,
    outcome: outcomeOf(flow),
    result: null,
    facts: NO_FACTS,
    ...inPod(pod),
    ...(trace === null ? {} : { link: { trace, span: `hubble/${id}`, parent: null, sessionIsTrace: true } }),
  })
}

/** A node that is gone, or not there, saw what nobody told of. */
const decodeNodes = (record: unknown, status: unknown): EvidenceItem => {
  const change = text(field(status, 'state_change')) ?? ''
  if (/^NODE_(?:CONNECTED|NO_CHANGE)$/.test(change)) return reject('not-behavior', 'a node is connected')
  return {
    kind: 'loss',
    id: recordId(record),
    source: ID,
    count: null,
    detail: 'flows of a node that is not connected',
  }
}

const decode = (record: unknown): EvidenceItem => {
  const flow = flowOf(record)
  if (flow !== undefined) return decodeFlow(record, flow)
  const lost = field(record, 'lost_events')
  if (isObject(lost)) {
    const where = text(field(lost, 'source')) === 'PERF_EVENT_RING_BUFFER' ? 'the kernel' : 'Hubble'
    const count = countOf(field(lost, 'num_events_lost'))
    return { kind: 'loss', id: recordId(record), source: ID, count, detail: `events were lost in ${where}` }
  }
  const status = field(record, 'node_status')
  if (isObject(status)) return decodeNodes(record, status)
  return OTHERS.some(key => isObject(field(record, key)))
    ? reject('not-behavior', 'an event of the agent, not of the network')
    : reject('wrong-type', 'the record is no Hubble event')
}

const isWrapped = (record: unknown): boolean =>
  field(record, 'node_name', 'time') !== undefined &&
  (isObject(field(field(record, 'flow'), 'source')) || OTHERS.some(key => isObject(field(record, key))))

export const hubbleSource: EvidenceSource = {
  id: ID,
  summary: 'Hubble flows: egress of pods with its verdict, and the hosts of HTTP requests where a proxy saw them',
  sees: ['network'],
  blindTo: [
    'connections that had begun before it watched, and those that its filters leave out',
    'how often exactly: a connection that is reported at several points of its way counts at each of them',
    'the service that a pod asked for, where Cilium had translated its address before',
    'which process, session or task a connection served',
    'the owner of a pod where neither the sensor nor a label names it: a name like a ReplicaSet’s is then taken for one',
    'records that were lost on their way: what Hubble counts as lost ends where it writes',
  ],
  recognizes: record =>
    isWrapped(record) ||
    isFlow(record) ||
    isObject(field(record, 'lost_events')) ||
    isObject(field(record, 'node_status')),
  decode: record => [decode(record)],
}
