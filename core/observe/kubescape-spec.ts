/**
 * What one container did, as a Kubescape profile lists it → behaviors. Only what was seen: where Kubescape has put a pattern
 * (`⋯`, `*`, a block of addresses) in place of what it saw, that is its own closure and no behavior.
 */
import type { Rejection } from '../model/evidence.ts'
import { normalizePath } from '../policy/paths.ts'
import type { Behavior } from './behavior.ts'
import { egress } from './egress.ts'
import { field, isObject, list, text } from './json.ts'

export type Listed = { readonly behavior: Behavior } | { readonly reason: Rejection; readonly detail: string }

const isPattern = (value: string): boolean => /[⋯*]/.test(value)

const PATTERN: Listed = { reason: 'not-behavior', detail: 'a pattern that Kubescape put in place of what it saw' }
const missing = (what: string): Listed => ({ reason: 'missing-field', detail: `an entry has no ${what}` })

const execution = (entry: unknown): Listed => {
  const path = text(field(entry, 'path'))
  const executable = path?.startsWith('/') === true ? normalizePath(path) : null
  if (executable === null) return missing('absolute path')
  const args = list(field(entry, 'args'))
    .slice(0, 10_000)
    .map(word => text(word) ?? '')
  if (isPattern(executable) || args.some(word => word.includes('⋯'))) return PATTERN
  return {
    behavior: {
      substrate: 'process',
      action: 'exec',
      values: [
        { dimension: 'process.executable', value: executable },
        // The first of them is the program's own name.
        { dimension: 'process.arguments', value: args.slice(1).join(' ') },
      ],
      visibility: 'seen',
    },
  }
}

const WRITING = new Set<unknown>(['O_WRONLY', 'O_RDWR', 'O_CREAT', 'O_TRUNC', 'O_APPEND'])

const access = (entry: unknown): Listed => {
  const name = text(field(entry, 'path'))
  const path = name?.startsWith('/') === true ? normalizePath(name) : null
  if (path === null) return missing('absolute path')
  if (isPattern(path)) return PATTERN
  const action = list(field(entry, 'flags')).some(flag => WRITING.has(flag)) ? 'file-write' : 'file-read'
  const values = [{ dimension: 'process.file', value: path }]
  return { behavior: { substrate: 'process', action, values, visibility: 'seen' } }
}

const systemCall = (entry: unknown): Listed =>
  typeof entry === 'string' && /^[a-z][a-z0-9_]{0,40}$/.test(entry)
    ? { behavior: { substrate: 'syscall', action: entry, values: [], visibility: 'seen' } }
    : missing('name of a system call')

/** Names where there are any: the addresses beside them are what they resolved to. */
const targetsOf = (entry: unknown): readonly { readonly address: unknown; readonly names: readonly unknown[] }[] => {
  const names = [field(entry, 'dns'), ...list(field(entry, 'dnsNames'))].filter(name => text(name) !== null)
  if (names.length > 0) return [...new Set(names)].map(name => ({ address: undefined, names: [name] }))
  const addresses = [field(entry, 'ipAddress'), ...list(field(entry, 'ipAddresses'))]
  return [...new Set(addresses.filter(address => text(address) !== null))].map(address => ({ address, names: [] }))
}

const neighbour = (entry: unknown): readonly Listed[] => {
  const [targets, ports] = [targetsOf(entry), list(field(entry, 'ports')).slice(0, 1_000)]
  if (targets.length === 0) return [missing('name or address: pods chosen by labels are no destination')]
  if (ports.length === 0) return [missing('port')]
  return targets.slice(0, 1_000).flatMap(({ address, names }) =>
    ports.map((port): Listed => {
      const written = text(names[0] ?? address) ?? ''
      if (isPattern(written) || written.includes('/')) return PATTERN
      const behavior = egress(field(port, 'protocol'), field(port, 'port'), address, names)
      if (behavior === 'local') return { reason: 'not-behavior', detail: 'it stays on the machine' }
      return behavior === null ? missing('destination, protocol or port that can be read') : { behavior }
    }),
  )
}

/** More than a profile of Kubescape can hold: it gives up on larger ones. */
const ENTRIES = 20_000

/** Every entry of the lists that a container has. Ingress, capabilities and endpoints that it serves are no action of it. */
export const listedBy = (container: unknown): readonly Listed[] => {
  if (!isObject(container)) return []
  const of = (key: string): readonly unknown[] => list(field(container, key)).slice(0, ENTRIES)
  return [
    ...of('execs').map(execution),
    ...of('opens').map(access),
    ...of('syscalls').map(systemCall),
    ...of('egress').flatMap(neighbour),
  ]
}
