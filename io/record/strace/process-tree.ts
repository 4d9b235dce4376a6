/** Which threads belong to which process, where each process is in the file system, and which syscalls it has used so far. */
import type { Micros, Outcome } from '../../../core/model/observation.ts'
import type { Target } from './effects.ts'

export interface SyscallUse {
  readonly name: string
  readonly first: Micros
  last: Micros
  outcome: Outcome
}

export interface TracedProcess {
  /** `<pid>@<start>`: one lifetime, also where the kernel gives the number again. */
  readonly lifetime: string
  /** The recorder's own, between the agent and a server: not behavior of the agent. */
  recorder: boolean
  threads: number
  /** By name and day. */
  readonly uses: Map<string, SyscallUse>
  /** Datagram sockets by fd: where they were aimed at, until something is sent. */
  readonly aimed: Map<string, Target>
  /** Hosts that datagrams were sent to, once each. */
  readonly reached: Set<string>
}

/** Threads may share their working directory: then they share this object. */
export interface Directory {
  path: string | null
}

/** A syscall that has begun: what strace has printed of it so far. */
export interface Unfinished {
  readonly name: string
  readonly text: string
  readonly at: Micros
}

export interface Thread {
  readonly process: TracedProcess
  directory: Directory
  unfinished: Unfinished | null
}

export const newProcess = (tid: number, at: Micros, parent: TracedProcess | null): TracedProcess => ({
  lifetime: `${tid}@${at}`,
  recorder: parent?.recorder ?? false,
  threads: 1,
  uses: new Map(),
  aimed: new Map(parent?.aimed),
  reached: new Set(),
})

/** The thread that a `clone` with these flags made. */
export const newThread = (tid: number, at: Micros, parent: Thread, flags: string): Thread => {
  const directory = flags.includes('CLONE_FS') ? parent.directory : { ...parent.directory }
  if (!flags.includes('CLONE_THREAD'))
    return { process: newProcess(tid, at, parent.process), directory, unfinished: null }
  parent.process.threads++
  return { process: parent.process, directory, unfinished: null }
}

const DAY: Micros = 86_400_000_000
const dayOf = (at: Micros): string => new Date(Math.floor(at / 1000)).toISOString().slice(0, 10)
export const witnessOf = (process: TracedProcess, at: Micros): string => `process ${process.lifetime} ${dayOf(at)}`

const RANK: Readonly<Record<Outcome, number>> = { denied: 0, error: 1, unknown: 2, ok: 3 }

/** One success is enough to have needed the syscall. */
export const countUse = (process: TracedProcess, name: string, at: Micros, outcome: Outcome): void => {
  const key = `${Math.floor(at / DAY)} ${name}`
  const use = process.uses.get(key)
  if (use === undefined) process.uses.set(key, { name, first: at, last: at, outcome })
  else {
    use.last = at
    if (RANK[outcome] > RANK[use.outcome]) use.outcome = outcome
  }
}
