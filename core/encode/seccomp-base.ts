/**
 * System calls that a container needs and that no evidence shows: the runtime makes them in the container's process
 * after it has installed the filter, or the kernel needs them to run any process at all. Never gated by count.
 *
 * The runtime's set is what runc 1.1 needs up to its `execve`, with `noNewPrivileges` off (Kubernetes' default), where
 * the filter goes in before capabilities are dropped. `test/system/seccomp.test.ts` starts containers with it and
 * without each call marked `required`.
 */
export interface BaseSyscall {
  readonly name: string
  readonly why: string
  /** Whether runc 1.1 cannot start a container without it. */
  readonly required: boolean
}

const needed = (names: string, why: string): readonly BaseSyscall[] =>
  names.split(' ').map(name => ({ name, why, required: true }))
const helpful = (names: string, why: string): readonly BaseSyscall[] =>
  names.split(' ').map(name => ({ name, why, required: false }))

export const SECCOMP_BASE: readonly BaseSyscall[] = [
  ...needed('capget capset prctl', 'drop capabilities'),
  ...needed('setgroups setgid setuid', 'become the configured user'),
  ...needed('fstat newfstatat', 'find which standard streams are to be given to that user'),
  ...helpful('fchown', 'give them to that user, where it is not root'),
  ...needed('chdir getcwd', 'enter the working directory and check that it is inside the container'),
  ...needed('openat read close fstatfs getdents64', 'read /proc/self and close inherited files'),
  ...helpful('fcntl close_range', 'close inherited files: one or the other, by version'),
  ...needed('getppid', 'notice that the runtime died'),
  ...needed('faccessat2', 'check that the program may be executed'),
  ...needed('write execve', 'report readiness and start the program'),
  ...helpful(
    'futex epoll_ctl epoll_pwait getpid nanosleep tgkill rt_sigprocmask sigaltstack mmap munmap madvise',
    'the Go runtime under runc: locks, poller, preemption and memory, depending on version and timing',
  ),
  ...helpful('rt_sigreturn sigreturn', 'the kernel returns from every signal handler through it'),
  ...helpful('restart_syscall', 'the kernel resumes an interrupted sleep through it'),
  ...helpful('exit exit_group', 'end a thread or the process'),
]

/**
 * Calls that C libraries try first and replace by an older one when the kernel does not know them. Refused with ENOSYS
 * rather than EPERM, which libraries take for a final no: a program recorded on an older system keeps working.
 */
export const PROBED_FIRST: readonly string[] = [
  'clone3',
  'close_range',
  'epoll_pwait2',
  'faccessat2',
  'fchmodat2',
  'openat2',
  'statx',
]
