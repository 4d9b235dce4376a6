/**
 * Tetragon's JSON export → `process`, `network` and `syscall` observations: execs, file accesses, connections and the
 * system calls that a TracingPolicy watches; and what the sensor says it dropped.
 */
import { digestText } from '../model/digest.ts'
import type { EvidenceItem } from '../model/evidence.ts'
import { NO_FACTS, type Outcome } from '../model/observation.ts'
import type { EvidenceSource } from '../model/source.ts'
import { admitObservation, reject } from './admit.ts'
import type { Behavior } from './behavior.ts'
import { at, field, isObject, text } from './json.ts'
import { inPod, workloadOfPod } from './pod-workload.ts'
import { countOf, recordId } from './record-id.ts'
import { connection } from './tetragon-network.ts'
import { probedBehaviors, tracedBehaviors } from './tetragon-probe.ts'
import { execution } from './tetragon-process.ts'
import { podOf } from './tetragon-workload.ts'
import { dayOf, microsOfRfc3339 } from './time.ts'

const ID = 'tetragon'

/** Null: it is behavior, and says too little to name it. Empty: it is none. */
type Behaviors = (event: unknown) => readonly Behavior[] | null

const none: Behaviors = () => []

/** What each kind of event shows. */
const EVENTS: ReadonlyMap<string, Behaviors> = new Map<string, Behaviors>([
  [
    'process_exec',
    event => {
      const behavior = execution(field(event, 'process'))
      return behavior === null ? null : [behavior]
    },
  ],
  [
    'process_connect',
    event => {
      const behavior = connection(event)
      return behavior === 'local' ? [] : behavior === null ? null : [behavior]
    },
  ],
  ['process_kprobe', event => probedBehaviors(event, false)],
  ['process_lsm', event => probedBehaviors(event, true)],
  ['process_tracepoint', tracedBehaviors],
  ['process_uprobe', none],
  ['process_usdt', none],
  ['process_loader', none],
  ['process_exit', none],
  ['process_close', none],
  ['process_listen', none],
  ['process_accept', none],
])
const LOSSES = ['rate_limit_info', 'process_throttle'] as const

const kindOf = (record: unknown): string | null => {
  if (!isObject(record)) return null
  for (const key of Object.keys(record)) {
    if ((EVENTS.has(key) || LOSSES.some(loss => loss === key)) && isObject(record[key])) return key
  }
  return null
}

const REFUSING = new Set(['KPROBE_ACTION_OVERRIDE', 'KPROBE_ACTION_SIGKILL', 'KPROBE_ACTION_NOTIFYENFORCER'])

/** An exec or a connection that is reported took place; a probe reports the attempt, and its return value where asked. */
const outcomeOf = (kind: string, event: unknown): Outcome => {
  if (kind === 'process_exec' || kind === 'process_connect') return 'ok'
  if (REFUSING.has(text(field(event, 'action')) ?? '')) return 'denied'
  const returned = at(event, 'return', 'int_arg') ?? at(event, 'return', 'long_arg')
  const value = typeof returned === 'string' ? Number(returned) : returned
  if (typeof value !== 'number' || Number.isNaN(value)) return 'unknown'
  // EPERM and EACCES.
  return value === -1 || value === -13 ? 'denied' : value < 0 ? 'error' : 'ok'
}

const imageOf = (process: unknown): string | null => {
  const image = at(process, 'pod', 'container', 'image')
  const id = text(field(image, 'id'))
  return (id === null ? null : (/sha256:[0-9a-f]{64}$/.exec(id)?.[0] ?? null)) ?? text(field(image, 'name')) ?? id
}

/** Events have no id: process, time and content tell them apart. */
const idOf = (kind: string, execId: string, time: string, behavior: Behavior): string => {
  if (kind === 'process_exec') return `${execId}/exec`
  const values = behavior.values.map(({ value }) => String(value)).join(' ')
  const id = `${execId}/${time}/${behavior.substrate}/${behavior.action}/${values}`
  return id.length > 400 ? digestText(id) : id
}

const decodeEvent = (kind: string, record: unknown, event: unknown): readonly EvidenceItem[] => {
  const behaviors = EVENTS.get(kind)?.(event) ?? null
  if (behaviors === null) return [reject('missing-field', `a \`${kind}\` event does not say what was done`)]
  if (behaviors.length === 0) return [reject('not-behavior', `a \`${kind}\` event that no policy could bound`)]
  const process = field(event, 'process')
  const time = text(field(record, 'time')) ?? text(field(process, 'start_time'))
  const start = microsOfRfc3339(time)
  if (time === null || start === null) return [reject('invalid-time', '`time` is no RFC 3339 time')]
  const execId = text(field(process, 'exec_id'))
  if (execId === null) return [reject('missing-field', 'the process has no `exec_id`')]
  const workload = workloadOfPod(podOf(field(process, 'pod')))
  if (workload === null) return [reject('unattributed', 'the process belongs to no pod')]
  if (at(process, 'pod', 'container', 'maybe_exec_probe') === true) {
    return [reject('not-behavior', 'a probe of the kubelet')]
  }
  return behaviors.map(behavior =>
    admitObservation({
      id: idOf(kind, execId, time, behavior),
      source: ID,
      workload,
      session: null,
      witness: `${execId}/${dayOf(start)}`,
      ...behavior,
      start,
      end: null,
      outcome: outcomeOf(kind, event),
      result: null,
      facts: { ...NO_FACTS, image: imageOf(process) },
      ...inPod(podOf(field(process, 'pod'))),
    }),
  )
}

const decodeLoss = (kind: string, record: unknown, event: unknown): EvidenceItem => {
  if (kind === 'process_throttle' && field(event, 'type') === 'THROTTLE_STOP') {
    return reject('not-behavior', 'throttling ended')
  }
  const dropped = countOf(field(event, 'number_of_dropped_process_events'))
  return {
    kind: 'loss',
    id: recordId(record),
    source: ID,
    count: dropped,
    detail:
      kind === 'process_throttle' ? 'events of a process group were throttled' : 'events were dropped by rate limits',
  }
}

export const tetragonSource: EvidenceSource = {
  id: ID,
  summary: "Tetragon's JSON export: execs, file accesses, connections and watched system calls, by pod",
  sees: ['network', 'syscall', 'process'],
  blindTo: [
    'files, connections and system calls that no TracingPolicy watches: its system calls are never all of them',
    'which session or task a process served',
    'the name that a process looked up before it connected to an address, unless the sensor resolved it',
    'the owner of a pod where neither the sensor nor a label names it: a name like a ReplicaSet’s is then taken for one',
    'events that the kernel had no room for, and records that were lost on their way: its export tells of its limits alone',
  ],
  recognizes: record => kindOf(record) !== null,
  decode: record => {
    const kind = kindOf(record)
    if (kind === null) return [reject('wrong-type', 'the record is no Tetragon event')]
    const event = field(record, kind)
    return EVENTS.has(kind) ? decodeEvent(kind, record, event) : [decodeLoss(kind, record, event)]
  },
}
