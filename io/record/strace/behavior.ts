/**
 * Finished syscalls of known processes → recorded events. Files, programs and hosts are told at once; which syscalls a
 * process used is told once per process and day, when it has ended: the file stays small, and nothing that counts is lost.
 */
import type { Micros } from '../../../core/model/observation.ts'
import type { RecordedEvent } from '../event.ts'
import { type Effect, effectsOf, type Target } from './effects.ts'
import { DECODED } from './file-changes.ts'
import { countUse, type Thread, type TracedProcess, witnessOf } from './process-tree.ts'
import { outcomeOf, parseResult, type SyscallResult } from './result.ts'
import { annotatedPath, splitArguments } from './text.ts'

export interface Behavior {
  called(thread: Thread, name: string, text: string, start: Micros, end: Micros): void
  /** The process ended, or this thread of it did, while it was in the syscall. */
  leftIn(process: TracedProcess, name: string, start: Micros): void
  ended(process: TracedProcess): void
  losses(): readonly { readonly count: number; readonly detail: string }[]
}

export interface BehaviorOptions {
  /** Whether an exec starts the recorder itself, which stands between the agent and a server. */
  isRecorder(path: string, argv: readonly string[]): boolean
  emit(event: RecordedEvent): void
}

const IS_DECODED: ReadonlySet<string> = new Set(DECODED)
/** Syscalls that send on a socket without saying so. */
const WRITES: ReadonlySet<string> = new Set(['write', 'writev', 'sendfile', 'splice'])
/** Destinations of datagrams that are remembered per process; beyond it each one is told each time. */
const REACHED_LIMIT = 10_000

/** For a syscall EACCES speaks of the object, EPERM of the caller: only the latter refuses the syscall itself. */
const useOutcome = (result: SyscallResult) => (result.error === 'EACCES' ? 'error' : outcomeOf(result))

export const createBehavior = ({ isRecorder, emit }: BehaviorOptions): Behavior => {
  let unreadable = 0
  let unresolved = 0
  let unnamed = 0

  const use = (process: TracedProcess, name: string, at: Micros, outcome: ReturnType<typeof useOutcome>): void => {
    if (!process.recorder) countUse(process, name, at, outcome)
  }

  const tell = (effect: Effect, thread: Thread, start: Micros, end: Micros, result: SyscallResult): void => {
    const { process } = thread
    const base = { kind: 'action', start, end, outcome: outcomeOf(result), witness: witnessOf(process, start) } as const
    const reach = ({ protocol, host, port }: Target): void => {
      const values = [{ dimension: 'network.destination', value: host }]
      emit({ ...base, substrate: 'network', action: `${protocol}/${port}`, values })
    }
    const sendTo = (target: Target): void => {
      const key = `${target.protocol} ${target.host} ${target.port}`
      if (process.reached.has(key)) return
      if (process.reached.size < REACHED_LIMIT) process.reached.add(key)
      reach(target)
    }
    switch (effect.kind) {
      case 'exec': {
        const values = [
          { dimension: 'process.executable', value: effect.path },
          { dimension: 'process.arguments', value: effect.argv.slice(1).join(' ') },
        ]
        emit({ ...base, substrate: 'process', action: 'exec', values })
        return
      }
      case 'file': {
        const values = [{ dimension: 'process.file', value: effect.path }]
        emit({ ...base, substrate: 'process', action: `file-${effect.access}`, values })
        return
      }
      case 'connect':
        reach(effect.to)
        return
      case 'aim':
        process.aimed.set(effect.fd, effect.to)
        return
      case 'send': {
        const to = effect.to ?? process.aimed.get(effect.fd)
        if (to !== undefined) sendTo(to)
        return
      }
      case 'directory':
        thread.directory.path = effect.path
        return
      case 'unresolved':
        unresolved++
    }
  }

  const decoded = (thread: Thread, name: string, text: string, start: Micros, end: Micros): void => {
    const { args, rest } = splitArguments(text)
    const result = rest === null ? null : parseResult(rest)
    const { process } = thread
    if (result === null) {
      unreadable++
      use(process, name, start, 'unknown')
      return
    }
    // Newer versions of strace say where the caller is: then nothing has to be remembered.
    const here = annotatedPath(args.find(argument => argument.startsWith('AT_FDCWD<')))
    if (here !== null) thread.directory.path = here
    const effects = effectsOf(name, args, result, thread.directory.path)
    const [exec] = effects
    if (exec?.kind === 'exec' && result.error === null) {
      // The exec belongs to whom it starts: the agent's of a proxy stands for the server's, which the proxy makes.
      process.recorder = isRecorder(exec.path, exec.argv)
      process.aimed.clear()
    }
    use(process, name, start, useOutcome(result))
    for (const effect of effects) {
      if (!process.recorder || effect.kind === 'directory') tell(effect, thread, start, end, result)
    }
  }

  return {
    called: (thread, name, text, start, end) => {
      if (IS_DECODED.has(name)) {
        decoded(thread, name, text, start, end)
        return
      }
      const { process } = thread
      const equals = text.lastIndexOf(' = ')
      const result = (equals === -1 ? null : parseResult(text.slice(equals))) ?? { value: '?', error: null }
      use(process, name, start, useOutcome(result))
      if (process.aimed.size === 0 || process.recorder || result.error !== null) return
      // Arguments that are not decoded are hexadecimal.
      const fd = String(Number.parseInt(text, 16))
      if (name === 'close') process.aimed.delete(fd)
      else if (WRITES.has(name)) tell({ kind: 'send', fd, to: null }, thread, start, end, result)
    },
    leftIn: (process, name, start) => use(process, name, start, 'unknown'),
    ended: process => {
      for (const { name, first, last, outcome } of process.uses.values()) {
        // `syscall_0x1c2`: one that this strace is too old to know.
        if (name.startsWith('syscall_')) unnamed++
        else {
          const witness = witnessOf(process, first)
          const times = { start: first, end: last, outcome, witness }
          emit({ kind: 'action', substrate: 'syscall', action: name, values: [], ...times })
        }
      }
      process.uses.clear()
    },
    losses: () => [
      { count: unreadable, detail: 'results of syscalls could not be read' },
      { count: unresolved, detail: 'a syscall named a file or a host that the tracer did not resolve' },
      { count: unnamed, detail: 'a syscall has no name in this version of the tracer' },
    ],
  }
}
