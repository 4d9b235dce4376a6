/**
 * Probes (kprobes, LSM hooks, tracepoints) of Tetragon → what the process did. Which functions mean what is a table. Where
 * a function does not say whether it reads or writes, it reads: a read never widens to a write.
 */
import type { Behavior } from './behavior.ts'
import { field, list, text } from './json.ts'
import { probedConnection } from './tetragon-network.ts'
import { absolutePath } from './tetragon-process.ts'

const READ = new Set([
  'security_file_open',
  'fd_install',
  'vfs_read',
  'sys_read',
  'sys_pread64',
  'sys_readv',
  'sys_preadv',
])
const WRITE = new Set([
  'vfs_write',
  'sys_write',
  'sys_pwrite64',
  'sys_writev',
  'sys_pwritev',
  'sys_truncate',
  'sys_ftruncate',
  'security_path_truncate',
  'security_path_chmod',
  'security_path_chown',
])
const OPEN = new Set(['sys_open', 'sys_openat', 'sys_creat'])
const CONNECT = new Set(['tcp_connect', 'security_socket_connect', 'udp_sendmsg', 'udpv6_sendmsg', 'sys_connect'])

/** `__x64_sys_write` and `sys_write` are one; an LSM hook `file_open` is `security_file_open`. */
const functionOf = (event: unknown, isLsm: boolean): string => {
  const name = text(field(event, 'function_name')) ?? ''
  if (isLsm) return `security_${name}`
  return name.replace(/^__(?:x64|ia32|arm64|s390x|riscv|se|do)_(?=sys_)/, '')
}

const integerOf = (arg: unknown): number | null => {
  const value = field(arg, 'int_arg', 'uint_arg', 'long_arg', 'size_arg')
  const number = typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? Number(value) : value
  return typeof number === 'number' ? number : null
}

/** Path of the file among the arguments; null where there is none, or it is a pipe, a socket or another kernel object. */
const fileOf = (args: readonly unknown[], process: unknown): string | null => {
  for (const arg of args) {
    const file = field(arg, 'file_arg', 'path_arg')
    const path = text(field(file, 'path'))
    if (path === null) continue
    if (/^[a-z_]{1,32}:/.test(path)) return null
    // The kernel's paths start at the root; older versions leave its slash out, and the mount point apart.
    return absolutePath(`${text(field(file, 'mount')) ?? ''}/${path}`, process)
  }
  return null
}

const access = (isWrite: boolean, path: string): Behavior => ({
  substrate: 'process',
  action: isWrite ? 'file-write' : 'file-read',
  values: [{ dimension: 'process.file', value: path }],
  visibility: 'seen',
})

/** `MAY_WRITE` and `MAY_APPEND` write, `MAY_READ` and anything else reads. */
const permissionAccess = (args: readonly unknown[], path: string): readonly Behavior[] => {
  const mask = args.map(integerOf).find(value => value !== null) ?? 4
  const writes = (mask & 0b1010) !== 0
  const reads = (mask & 0b0100) !== 0 || !writes
  return [...(reads ? [access(false, path)] : []), ...(writes ? [access(true, path)] : [])]
}

/** Only a shared writable mapping writes the file. */
const mappingAccess = (args: readonly unknown[], path: string): readonly Behavior[] => {
  const [protection, flags] = args.map(integerOf).filter(value => value !== null)
  const writes = ((protection ?? 0) & 2) !== 0 && ((flags ?? 0) & 1) !== 0
  return writes ? [access(false, path), access(true, path)] : [access(false, path)]
}

const openAccess = (name: string, args: readonly unknown[], process: unknown): readonly Behavior[] => {
  const at = args.findIndex(arg => text(field(arg, 'string_arg')) !== null)
  const path = absolutePath(text(field(args[at], 'string_arg')) ?? '', process)
  if (at < 0 || path === null) return []
  const flags = integerOf(args[at + 1]) ?? 0
  // O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND.
  return [access(name === 'sys_creat' || (flags & 0o3103) !== 0, path)]
}

const fileAccess = (name: string, args: readonly unknown[], process: unknown): readonly Behavior[] | null => {
  if (OPEN.has(name)) return openAccess(name, args, process)
  const isPermission = name === 'security_file_permission'
  const isMapping = name === 'security_mmap_file'
  if (!isPermission && !isMapping && !READ.has(name) && !WRITE.has(name)) return null
  const path = fileOf(args, process)
  if (path === null) return []
  if (isPermission) return permissionAccess(args, path)
  return isMapping ? mappingAccess(args, path) : [access(WRITE.has(name), path)]
}

const systemCall = (name: string): Behavior | null =>
  /^[a-z][a-z0-9_]{0,40}$/.test(name) ? { substrate: 'syscall', action: name, values: [], visibility: 'seen' } : null

/** What the probe shows; empty where that is no behavior. Null: it is behavior, and says too little to name it. */
export const probedBehaviors = (event: unknown, isLsm: boolean): readonly Behavior[] | null => {
  const name = functionOf(event, isLsm)
  const args = list(field(event, 'args'))
  if (CONNECT.has(name)) {
    const behavior = probedConnection(args)
    if (behavior !== null && behavior !== 'local') return [behavior]
    // A system call that cannot be named as egress is still the system call.
    if (!name.startsWith('sys_')) return behavior === null ? null : []
  }
  const accesses = fileAccess(name, args, field(event, 'process'))
  if (accesses !== null && (accesses.length > 0 || !name.startsWith('sys_'))) return accesses
  const call = name.startsWith('sys_') ? systemCall(name.slice('sys_'.length)) : null
  return call === null ? [] : [call]
}

/** `syscalls/sys_enter_openat` names its system call; `raw_syscalls/sys_enter` only where Tetragon resolved the number. */
export const tracedBehaviors = (event: unknown): readonly Behavior[] | null => {
  const [subsystem, name] = [text(field(event, 'subsys')), text(field(event, 'event')) ?? '']
  if (subsystem === 'syscalls' && name.startsWith('sys_enter_')) {
    const call = systemCall(name.slice('sys_enter_'.length))
    return call === null ? null : [call]
  }
  if (subsystem !== 'raw_syscalls' || name !== 'sys_enter') return []
  const resolved = list(field(event, 'args'))
    .map(arg => text(field(field(arg, 'syscall_id'), 'name')) ?? text(field(arg, 'string_arg')))
    .find(value => value !== null)
  const call = resolved === undefined || resolved === null ? null : systemCall(resolved.replace(/^sys_/, ''))
  return call === null ? null : [call]
}
