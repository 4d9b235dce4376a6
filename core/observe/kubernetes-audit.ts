/**
 * Kubernetes audit events (`audit.k8s.io/v1`, Kubernetes 1.22 to 1.35), one a line or the `EventList` that the webhook backend
 * sends → what a pod's service account asked the API for. A request is told of at several stages and counts at its last.
 */
import type { EvidenceItem } from '../model/evidence.ts'
import { NO_FACTS, type Outcome } from '../model/observation.ts'
import type { EvidenceSource, SourceOptions } from '../model/source.ts'
import type { Workload } from '../model/workload.ts'
import { admitObservation, reject } from './admit.ts'
import { at, field, isObject, list, text } from './json.ts'
import { apiCall } from './kubernetes-audit-request.ts'
import { guessedDeploymentOfPod } from './kubernetes-owner.ts'
import { dayOf, microsOfRfc3339 } from './time.ts'

const ID = 'kubernetes-audit'
const API = 'audit.k8s.io/v1'

const isOf = (record: unknown, kind: string): boolean =>
  field(record, 'kind') === kind && field(record, 'apiVersion') === API

const LAST = new Set<unknown>(['ResponseComplete', 'Panic'])

/** Authentication writes it, from the token that is bound to the pod: the client has no say in it. */
const POD_NAME = 'authentication.kubernetes.io/pod-name'
const POD_UID = 'authentication.kubernetes.io/pod-uid'
const SUBJECT = /^system:serviceaccount:([^:\s]{1,253}):[^:\s]{1,253}$/

const extra = (event: unknown, key: string): string | null => {
  const values = list(at(event, 'user', 'extra', key))
  return values.length === 1 ? text(values[0]) : null
}

/** What a person mapped the service account to, else the Deployment that the pod's name shows; of other pods, none. */
const workloadOf = (event: unknown, username: string, options: SourceOptions): Workload | null => {
  const mapped = options.identities.get(username)
  if (mapped !== undefined) return mapped
  const namespace = SUBJECT.exec(username)?.[1]
  const name = guessedDeploymentOfPod(extra(event, POD_NAME)?.slice(0, 300) ?? '')
  return namespace === undefined || name === null ? null : { namespace, name }
}

const outcomeOf = (event: unknown): Outcome => {
  if (at(event, 'annotations', 'authorization.k8s.io/decision') === 'forbid') return 'denied'
  if (field(event, 'stage') === 'Panic') return 'error'
  const code = at(event, 'responseStatus', 'code')
  if (typeof code !== 'number') return 'unknown'
  return code === 401 || code === 403 ? 'denied' : code < 400 ? 'ok' : 'error'
}

const decodeEvent = (event: unknown, options: SourceOptions): EvidenceItem => {
  if (!isObject(event)) return reject('wrong-type', 'the event is not an object')
  const id = text(field(event, 'auditID'))
  if (id === null) return reject('missing-field', 'the event has no `auditID`')
  const stage = field(event, 'stage')
  if (stage === 'RequestReceived' || stage === 'ResponseStarted') {
    return reject('not-behavior', 'a stage of a request before its last')
  }
  if (!LAST.has(stage)) return reject('unknown-value', '`stage` is no stage of a request')
  const call = apiCall(event)
  if (call === null) return reject('missing-field', 'the event does not say what was asked for')
  const received = field(event, 'requestReceivedTimestamp')
  const start = microsOfRfc3339(received)
  if (start === null) return reject('invalid-time', '`requestReceivedTimestamp` is no RFC 3339 time')
  const ended = microsOfRfc3339(field(event, 'stageTimestamp'))
  const username = text(at(event, 'user', 'username')) ?? ''
  const workload = workloadOf(event, username, options)
  if (workload === null) {
    return reject('unattributed', 'no pod of a Deployment is named, and no identity in the decisions file for the user')
  }
  const instance = extra(event, POD_UID) ?? extra(event, POD_NAME) ?? username
  return admitObservation({
    // A client chooses the audit id of its request: with the time, one that is used again is another request.
    id: `${id}/${String(received)}`,
    source: ID,
    workload,
    session: null,
    witness: `${instance}/${dayOf(start)}`,
    substrate: 'tool',
    ...call,
    visibility: 'seen',
    start,
    end: ended === null || ended < start ? null : ended,
    outcome: outcomeOf(event),
    result: null,
    facts: { ...NO_FACTS, identity: username },
    ...(options.identities.has(username) ? {} : { guessed: true }),
  })
}

const decode = (record: unknown, options: SourceOptions): readonly EvidenceItem[] => {
  if (!isOf(record, 'EventList')) return [decodeEvent(record, options)]
  const items = list(field(record, 'items'))
  if (items.length === 0) return [reject('not-behavior', 'the list holds no event')]
  return items.map(item => decodeEvent(item, options))
}

export const kubernetesAuditSource: EvidenceSource = {
  id: ID,
  summary: 'Kubernetes audit events: what the service account of a pod asked the API for, and whether it was allowed',
  sees: ['tool'],
  blindTo: [
    'requests that the audit policy leaves out, and what a request or an answer held: bodies are not read',
    'requests that end after the log: a watch or an `exec` counts when it is over',
    'which process, session or task made a request',
    'the owner of a pod: a name like a ReplicaSet’s is taken for one, other pods are rejected unless the decisions name them',
    'records that were lost on their way: nothing numbers or counts them',
  ],
  recognizes: record => isOf(record, 'Event') || isOf(record, 'EventList'),
  decode,
}
