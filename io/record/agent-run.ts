/** An agent's command → the same command, with its process tree recorded where something can trace it. */
import { spawn } from 'node:child_process'
import type { Ending } from './ending.ts'
import type { RecordedEvent } from './event.ts'
import type { Trace } from './strace/trace.ts'
import type { Tracer } from './tracer.ts'

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

export interface AgentRun {
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Null: nothing traces it. */
  readonly tracer: Tracer | null
  /** What is told the tracer's lines. */
  readonly trace: Trace
  emit(event: RecordedEvent): void
}

/** What signals do while the agent runs, and after it. */
type Hear = (signal: NodeJS.Signals) => void

/**
 * INVARIANT: signals are heard from before there is a command until nothing of it is left: one that came in between would end the
 * recorder alone.
 */
const hearing = async <T>(work: (listen: (hear: Hear) => void) => Promise<T>): Promise<T> => {
  let hear: Hear = () => undefined
  const heard = (signal: NodeJS.Signals): void => hear(signal)
  for (const signal of FORWARDED) process.on(signal, heard)
  try {
    return await work(next => {
      hear = next
    })
  } finally {
    for (const signal of FORWARDED) process.off(signal, heard)
  }
}

const run = (
  [command = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  listen: (hear: Hear) => void,
  started: (pid: number | undefined) => void,
): Promise<Ending> =>
  new Promise(settle => {
    const child = spawn(command, args, { stdio: 'inherit', env })
    started(child.pid)
    listen(signal => {
      // Ctrl-C at a terminal has reached the command already: it is in the same group.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
    child.once('error', error => settle({ kind: 'not-started', reason: error.message }))
    child.once('exit', (code, signal) =>
      settle(signal === null ? { kind: 'exited', code: code ?? 1 } : { kind: 'killed', signal }),
    )
  })

export const runAgent = ({ command, args, env, tracer, trace, emit }: AgentRun): Promise<Ending> =>
  hearing(async listen => {
    if (tracer === null) return run([command, ...args], env, listen, () => undefined)
    const ending = await run([...tracer.prefix, command, ...args], env, listen, pid => tracer.commandStarted(pid))
    tracer.commandEnded()
    // Processes that outlive the command are waited for, until somebody interrupts.
    listen(() => tracer.stop())
    await tracer.finished
    const isWhole = trace.end()
    for (const { count, detail } of tracer.losses()) if (count !== 0) emit({ kind: 'loss', count, detail })
    // A command that never began has no process to tell of.
    if (!isWhole && (tracer.name === 'strace' || ending.kind !== 'not-started')) {
      const detail = `${tracer.name} ended, or was left, before the last process of the agent`
      emit({ kind: 'loss', count: null, detail })
    }
    return ending
  })
