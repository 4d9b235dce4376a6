/** Syscalls that change a file by its name → which of their arguments are the names. `dir` null: relative to the working directory. */
interface Named {
  readonly dir: number | null
  readonly path: number
}
const at = (dir: number, path: number): Named => ({ dir, path })
const by = (path: number): Named => ({ dir: null, path })

export const FILE_CHANGES: ReadonlyMap<string, readonly Named[]> = new Map([
  ['unlink', [by(0)]],
  ['unlinkat', [at(0, 1)]],
  ['rename', [by(0), by(1)]],
  ['renameat', [at(0, 1), at(2, 3)]],
  ['renameat2', [at(0, 1), at(2, 3)]],
  ['mkdir', [by(0)]],
  ['mkdirat', [at(0, 1)]],
  ['rmdir', [by(0)]],
  ['link', [by(1)]],
  ['linkat', [at(2, 3)]],
  ['symlink', [by(1)]],
  ['symlinkat', [at(1, 2)]],
  ['mknod', [by(0)]],
  ['mknodat', [at(0, 1)]],
  ['truncate', [by(0)]],
  ['chmod', [by(0)]],
  ['fchmodat', [at(0, 1)]],
  ['fchmodat2', [at(0, 1)]],
  ['chown', [by(0)]],
  ['lchown', [by(0)]],
  ['fchownat', [at(0, 1)]],
  ['utime', [by(0)]],
  ['utimes', [by(0)]],
  ['futimesat', [at(0, 1)]],
  ['utimensat', [at(0, 1)]],
  ['setxattr', [by(0)]],
  ['lsetxattr', [by(0)]],
  ['removexattr', [by(0)]],
  ['lremovexattr', [by(0)]],
])

/** Syscalls whose arguments strace must decode; of all others the name and the result are enough, and nothing else is read. */
export const DECODED: readonly string[] = [
  ...['execve', 'execveat', 'open', 'openat', 'openat2', 'creat', 'chdir', 'fchdir', 'chroot'],
  ...['socket', 'connect', 'bind', 'sendto', 'sendmsg', 'sendmmsg'],
  ...['clone', 'clone3', 'fork', 'vfork'],
  ...FILE_CHANGES.keys(),
]
