/** One event of a gadget → what it shows. Gadgets are told apart by the fields that only they have. */
import type { Outcome } from '../model/observation.ts'
import { normalizePath } from '../policy/paths.ts'
import type { Behavior } from './behavior.ts'
import { egress } from './egress.ts'
import { field, isObject, list, text } from './json.ts'

/** `none`: no action of the process, and why. Null: it says too little. */
export type Shown = Behavior | { readonly none: string } | null

/** Joined by blanks in newer versions, a list in older ones; the program's own name stands first. */
const argumentsOf = (event: unknown): { readonly program: string; readonly rest: string } => {
  const args = field(event, 'args')
  const words = Array.isArray(args) ? args.slice(0, 10_000).map(word => text(word) ?? '') : null
  const line = words === null ? (text(args) ?? '') : words.join(' ')
  const program = words?.[0] ?? line.split(' ', 1)[0] ?? ''
  return { program, rest: line.slice(program.length + 1) }
}

const execution = (event: unknown): Shown => {
  const { program, rest } = argumentsOf(event)
  const path = text(field(event, 'exepath', 'file')) ?? program
  const executable = path.startsWith('/') ? normalizePath(path) : null
  return executable === null
    ? { substrate: 'process', action: 'exec', values: [], visibility: 'malformed' }
    : {
        substrate: 'process',
        action: 'exec',
        values: [
          { dimension: 'process.executable', value: executable },
          { dimension: 'process.arguments', value: rest },
        ],
        visibility: 'seen',
      }
}

/** O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND. */
const WRITING = /\bO_(?:WRONLY|RDWR|CREAT|TRUNC|APPEND)\b/
const writes = (event: unknown): boolean => {
  const [names, raw] = [text(field(event, 'flags')), field(event, 'flags_raw', 'flags')]
  return typeof raw === 'number' && Number.isInteger(raw) ? (raw & 0o3103) !== 0 : WRITING.test(names ?? '')
}

const access = (event: unknown): Shown => {
  const name = text(field(event, 'fpath')) ?? text(field(event, 'fname'))
  if (name === null) return null
  const path = name.startsWith('/') ? normalizePath(name) : null
  if (path === null) return { none: 'a path that is relative to nothing known' }
  const action = writes(event) ? 'file-write' : 'file-read'
  return { substrate: 'process', action, values: [{ dimension: 'process.file', value: path }], visibility: 'seen' }
}

const PROTOCOLS: ReadonlyMap<unknown, string> = new Map([
  [6, 'TCP'],
  [17, 'UDP'],
  [132, 'SCTP'],
])

const connection = (event: unknown): Shown => {
  const type = field(event, 'type')
  if (type !== undefined && type !== 'connect') return { none: 'it accepts or closes a connection' }
  const target = field(event, 'dst')
  const protocol = field(target, 'proto')
  const behavior = egress(
    PROTOCOLS.get(protocol) ?? protocol,
    field(target, 'port'),
    field(target, 'addr'),
    list(field(event, 'dst_names')),
  )
  return behavior === 'local' ? { none: 'it stays on the machine' } : behavior
}

const systemCall = (event: unknown): Shown => {
  const name = text(field(event, 'syscall'))
  if (name === null || !/^[a-z][a-z0-9_]{0,40}$/.test(name)) return null
  return { substrate: 'syscall', action: name, values: [], visibility: 'seen' }
}

/** `trace_dns`: an answer, not a question. */
export const isNameAnswer = (event: unknown): boolean =>
  field(event, 'qr') === 'R' && text(field(event, 'name')) !== null

/** One text in newer versions, a list in older ones. */
export const answeredAddresses = (event: unknown): readonly unknown[] => {
  const addresses = field(event, 'addresses')
  return typeof addresses === 'string' ? addresses.slice(0, 16_384).split(',', 200) : list(addresses)
}

interface Gadget {
  readonly is: (event: unknown) => boolean
  readonly show: (event: unknown) => Shown
}
const has = (event: unknown, key: string): boolean => field(event, key) !== undefined

/** In this order: an answer of DNS has a `dst`, too. */
const GADGETS: readonly Gadget[] = [
  {
    is: event => has(event, 'qr') && has(event, 'name'),
    show: () => ({ none: 'a question for a name: its answer says more' }),
  },
  { is: event => has(event, 'fname') && has(event, 'fd'), show: access },
  { is: event => isObject(field(event, 'dst')), show: connection },
  { is: event => has(event, 'args') && !has(event, 'syscall'), show: execution },
  { is: event => has(event, 'syscall') && has(event, 'code'), show: systemCall },
]

export const gadgetOf = (event: unknown): Gadget | undefined => GADGETS.find(({ is }) => is(event))

const REFUSED = new Set<unknown>(['EACCES', 'EPERM', 1, 13, -1, -13])

/** `error` is an errno, as its name or its number; empty or 0 where there is none. */
export const outcomeOf = (event: unknown): Outcome => {
  const code = text(field(event, 'code'))
  if (code !== null) return /ERRNO|KILL|TRAP/.test(code) ? 'denied' : 'unknown'
  const error = field(event, 'error', 'err')
  if (error === undefined) return 'unknown'
  if (error === '' || error === 0 || error === 'EINPROGRESS') return 'ok'
  return REFUSED.has(error) ? 'denied' : 'error'
}
