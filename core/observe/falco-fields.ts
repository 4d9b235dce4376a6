/** The fields of a Falco alert, as its rule's output named them → what was done, by whom. Falco writes `<NA>` where it knows none. */
import type { Outcome } from '../model/observation.ts'
import { normalizePath } from '../policy/paths.ts'
import type { Behavior } from './behavior.ts'
import { egress } from './egress.ts'
import { field, text } from './json.ts'
import { labelIn, type Pod } from './pod-workload.ts'

export const known = (fields: unknown, ...keys: readonly string[]): string | null => {
  for (const key of keys) {
    const value = text(field(fields, key))
    if (value !== null && value !== '<NA>') return value
  }
  return null
}

const execution = (fields: unknown): Behavior | null => {
  const path = known(fields, 'proc.exepath', 'evt.arg.exe', 'evt.arg.filename')
  const line = known(fields, 'proc.cmdline')
  if (path === null && line === null) return null
  if (path === null || !path.startsWith('/')) {
    return { substrate: 'process', action: 'exec', values: [], visibility: 'malformed' }
  }
  // The command line begins with the name of the process; arguments are what comes after it.
  const rest = line === null || !line.includes(' ') ? '' : line.slice(line.indexOf(' ') + 1)
  return {
    substrate: 'process',
    action: 'exec',
    values: [
      { dimension: 'process.executable', value: normalizePath(path) ?? path },
      { dimension: 'process.arguments', value: known(fields, 'proc.args') ?? rest },
    ],
    visibility: 'seen',
  }
}

const isTrue = (value: unknown): boolean => value === true || value === 'true'

const access = (fields: unknown): Behavior | null => {
  const name = known(fields, 'fs.path.name', 'fd.name')
  const path = name?.startsWith('/') === true ? normalizePath(name) : null
  if (path === null) return null
  const writes = isTrue(field(fields, 'evt.is_open_write')) || known(fields, 'evt.type') === 'creat'
  return {
    substrate: 'process',
    action: writes ? 'file-write' : 'file-read',
    values: [{ dimension: 'process.file', value: path }],
    visibility: 'seen',
  }
}

/** `10.0.1.7:52144->203.0.113.7:443`: the client stands first. */
const PAIR = /->(?:\[?([0-9a-f:.]{2,45}?)\]?):(\d{1,5})$/i

const connection = (fields: unknown): Behavior | 'local' | null => {
  const pair = PAIR.exec(known(fields, 'fd.name') ?? '')
  const name = known(fields, 'fd.sip.name')
  return egress(
    known(fields, 'fd.l4proto'),
    field(fields, 'fd.sport', 'fd.rport') ?? pair?.[2],
    known(fields, 'fd.sip', 'fd.rip') ?? pair?.[1],
    name === null ? [] : [name],
  )
}

const KINDS: ReadonlyMap<string, (fields: unknown) => Behavior | 'local' | null> = new Map([
  ...['execve', 'execveat'].map(type => [type, execution] as const),
  ...['open', 'openat', 'openat2', 'creat'].map(type => [type, access] as const),
  ...['connect', 'sendto', 'sendmsg'].map(type => [type, connection] as const),
])

/** `none`: an event that is no access, connection or execution. Null: it says too little. */
export const behaviorOf = (fields: unknown): Behavior | 'local' | 'none' | null => {
  const type = known(fields, 'evt.type')
  if (type === null) return null
  const kind = KINDS.get(type)
  return kind === undefined ? 'none' : kind(fields)
}

export const outcomeOf = (fields: unknown): Outcome => {
  const result = known(fields, 'evt.res')
  if (result === null) return 'unknown'
  if (result === 'EACCES' || result === 'EPERM') return 'denied'
  return result === 'SUCCESS' || result === 'EINPROGRESS' ? 'ok' : 'error'
}

/** `app:web, pod-template-hash:6f87496b94` as a list of `key=value`. */
const labelsOf = (labels: string | null): readonly string[] =>
  labels === null
    ? []
    : labels
        .slice(0, 16_384)
        .split(', ', 200)
        .map(label => label.replace(':', '='))

const OWNERS = [
  ['Deployment', 'k8smeta.deployment.name', 'k8s.deployment.name'],
  ['ReplicaSet', 'k8smeta.rs.name', 'k8s.rs.name'],
] as const

/** The plug-in `k8smeta` names owners; what the container runtime tells is namespace, pod and labels. */
export const podOf = (fields: unknown): Pod => {
  const owner = OWNERS.find(([, ...keys]) => known(fields, ...keys) !== null)
  const [kind = null, ...keys] = owner ?? []
  return {
    namespace: known(fields, 'k8smeta.ns.name', 'k8s.ns.name'),
    name: known(fields, 'k8smeta.pod.name', 'k8s.pod.name'),
    owner: known(fields, ...keys),
    ownerKind: kind,
    label: labelIn(labelsOf(known(fields, 'k8s.pod.labels'))),
  }
}
