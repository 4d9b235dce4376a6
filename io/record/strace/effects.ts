/** One finished syscall → what it did that a policy could bound: a program started, a file opened or changed, a host reached. */
import { resolve } from 'node:path'
import { type Address, parseAddress, peerOf } from './address.ts'
import { FILE_CHANGES } from './file-changes.ts'
import type { SyscallResult } from './result.ts'
import { annotatedPath, annotation, quoted, splitArguments } from './text.ts'

export interface Target {
  readonly protocol: string
  readonly host: string
  readonly port: number
}

export type Effect =
  | { readonly kind: 'exec'; readonly path: string; readonly argv: readonly string[] }
  | { readonly kind: 'file'; readonly access: 'read' | 'write'; readonly path: string }
  | { readonly kind: 'connect'; readonly to: Target }
  /** A datagram socket was told where its datagrams go: nothing has been sent yet. */
  | { readonly kind: 'aim'; readonly fd: string; readonly to: Target }
  /** A datagram was sent; `to` null: to wherever the socket was aimed at. */
  | { readonly kind: 'send'; readonly fd: string; readonly to: Target | null }
  | { readonly kind: 'directory'; readonly path: string }
  /** It did something to a file or a host, and strace did not say which. */
  | { readonly kind: 'unresolved' }

/** A file that is not there was not opened: no kernel hook would have been asked about it. */
const NOTHING_THERE = new Set(['ENOENT', 'ENOTDIR'])
const UNRESOLVED: Effect = { kind: 'unresolved' }

/** A name as the process meant it → absolute. Null where the directory it is relative to is not known. */
const absolute = (directory: string | null, name: string | null): string | null => {
  if (name === null) return null
  if (name.startsWith('/')) return resolve('/', name)
  return directory === null ? null : resolve(directory, name)
}

const fileEffects = (path: string | null, accesses: readonly ('read' | 'write')[]): readonly Effect[] =>
  path === null ? [UNRESOLVED] : accesses.map(access => ({ kind: 'file', access, path }))

const opened = (name: string | null, flags: string, result: SyscallResult, directory: string | null) => {
  if (flags.includes('O_PATH')) return []
  const asked = absolute(directory, name)
  // The kernel's own name for what was opened, links resolved; but `/proc/self` is clearer than this run's number.
  const real =
    asked?.startsWith('/proc/self/') === true || flags.includes('O_TMPFILE') ? null : annotatedPath(result.value)
  const accesses: ('read' | 'write')[] = []
  if (!flags.includes('O_WRONLY')) accesses.push('read')
  if (/O_WRONLY|O_RDWR|O_TRUNC/.test(flags)) accesses.push('write')
  return fileEffects(real ?? asked, accesses)
}

const UNIX = 'unix'

/** `TCPv6:[…]` → `tcp`; null where strace could not tell. */
const protocolOf = (socket: string | undefined): string | null => {
  const name = /^([A-Z]+)[A-Z-]*(?:v6)?:\[/.exec(annotation(socket) ?? '')?.[1]
  return name === undefined ? null : name.toLowerCase()
}

const fdOf = (socket: string | undefined): string => String(Number.parseInt(socket ?? '', 10))

/** A named UNIX socket is a file that must be writable; netlink and abstract sockets are neither file nor egress. */
const socketFile = (address: Address, cwd: string | null): readonly Effect[] =>
  address.kind === 'file' ? fileEffects(absolute(cwd, address.path), ['write']) : []

const connected = (socket: string | undefined, address: Address | null, cwd: string | null): readonly Effect[] => {
  if (address === null) return []
  if (address.kind !== 'inet') return socketFile(address, cwd)
  const protocol = protocolOf(socket)
  if (protocol === null) return [UNRESOLVED]
  const to = { protocol, host: address.host, port: address.port }
  return [protocol === 'tcp' ? { kind: 'connect', to } : { kind: 'aim', fd: fdOf(socket), to }]
}

/** `msg_name={…}` of each message; a message without one goes where the socket was aimed at. */
const sent = (name: string, args: readonly string[], cwd: string | null): readonly Effect[] => {
  const [socket, message = ''] = args
  const protocol = protocolOf(socket)
  if (protocol === UNIX || protocol === 'netlink') {
    const address = name === 'sendto' ? parseAddress(args[4]) : parseAddress(message)
    return address === null ? [] : socketFile(address, cwd)
  }
  const peer = peerOf(annotation(socket))
  const named =
    name === 'sendto'
      ? [parseAddress(args[4])]
      : [...message.matchAll(/msg_name=(NULL|\{[^}]*\})/g)].map(found => parseAddress(found[1]))
  return named.flatMap((address): readonly Effect[] => {
    // On a connection that exists nothing new is reached.
    if (address === null && protocol === 'tcp') return []
    const far = address ?? peer
    if (far?.kind !== 'inet')
      return address === null ? [{ kind: 'send', fd: fdOf(socket), to: null }] : socketFile(address, cwd)
    if (protocol === null) return [UNRESOLVED]
    return [{ kind: 'send', fd: fdOf(socket), to: { protocol, host: far.host, port: far.port } }]
  })
}

const openFlags = (how: string | undefined): string => /flags=([^,}]*)/.exec(how ?? '')?.[1] ?? ''
const listOf = (argument: string | undefined): readonly string[] =>
  argument?.startsWith('[') === true
    ? splitArguments(argument.slice(1)).args.flatMap(element => quoted(element) ?? [])
    : []

/** `args` are strace's, `cwd` is the caller's working directory where it is known. */
export const effectsOf = (
  name: string,
  args: readonly string[],
  result: SyscallResult,
  cwd: string | null,
): readonly Effect[] => {
  if (result.error !== null && NOTHING_THERE.has(result.error)) return []
  const directory = (index: number) => annotatedPath(args[index]) ?? (args[index] === 'AT_FDCWD' ? cwd : null)
  switch (name) {
    case 'execve':
    case 'execveat': {
      const at = name === 'execve' ? 0 : 1
      const from = at === 0 ? cwd : directory(0)
      const program = quoted(args[at])
      const path = program === '' ? from : absolute(from, program)
      return path === null ? [UNRESOLVED] : [{ kind: 'exec', path, argv: listOf(args[at + 1]) }]
    }
    case 'open':
      return opened(quoted(args[0]), args[1] ?? '', result, cwd)
    case 'creat':
      return opened(quoted(args[0]), 'O_WRONLY|O_CREAT|O_TRUNC', result, cwd)
    case 'openat':
      return opened(quoted(args[1]), args[2] ?? '', result, directory(0))
    case 'openat2':
      return opened(quoted(args[1]), openFlags(args[2]), result, directory(0))
    case 'chdir':
    case 'fchdir': {
      if (result.error !== null) return []
      const path = name === 'chdir' ? absolute(cwd, quoted(args[0])) : annotatedPath(args[0])
      return path === null ? [UNRESOLVED] : [{ kind: 'directory', path }]
    }
    case 'connect':
      return connected(args[0], parseAddress(args[1]), cwd)
    case 'bind': {
      const address = parseAddress(args[1])
      return address === null ? [] : socketFile(address, cwd)
    }
    case 'sendto':
    case 'sendmsg':
    case 'sendmmsg':
      return sent(name, args, cwd)
    default: {
      const named = FILE_CHANGES.get(name) ?? []
      return named.flatMap(({ dir, path }) => {
        // `NULL` changes the file behind the fd, which was opened by name before.
        if (args[path] === 'NULL') return []
        return fileEffects(absolute(dir === null ? cwd : directory(dir), quoted(args[path])), ['write'])
      })
    }
  }
}
