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

const run = (
  [command = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  started: (pid: number | undefined) => void,
): Promise<Ending> =>
  new Promise(settle => {
    const child = spawn(command, args, { stdio: 'inherit', env })
    started(child.pid)
    const forward = (signal: NodeJS.Signals): void => {
      // Ctrl-C at a terminal has reached the command already: it is in the same group.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    for (const signal of FORWARDED) process.on(signal, forward)
    const done = (ending: Ending) => {
      for (const signal of FORWARDED) process.off(signal, forward)
      settle(ending)
    }
    child.once('error', error => done({ kind: 'not-started', reason: error.message }))
    child.once('exit', (code, signal) =>
      done(signal === null ? { kind: 'exited', code: code ?? 1 } : { kind: 'killed', signal }),
    )
  })

/** Waits for processes that outlive the command, until somebody interrupts. */
const waitFor = async (tracer: Tracer): Promise<void> => {
  const stop = () => tracer.stop()
  for (const signal of FORWARDED) process.on(signal, stop)
  await tracer.finished
  for (const signal of FORWARDED) process.off(signal, stop)
}

export const runAgent = async ({ command, args, env, tracer, trace, emit }: AgentRun): Promise<Ending> => {
  if (tracer === null) return run([command, ...args], env, () => undefined)
  const ending = await run([...tracer.prefix, command, ...args], env, pid => tracer.commandStarted(pid))
  tracer.commandEnded()
  await waitFor(tracer)
  const isWhole = trace.end()
  for (const { count, detail } of tracer.losses()) if (count !== 0) emit({ kind: 'loss', count, detail })
  // A command that never began has no process to tell of.
  if (!isWhole && (tracer.name === 'strace' || ending.kind !== 'not-started')) {
    const detail = `${tracer.name} ended, or was left, before the last process of the agent`
    emit({ kind: 'loss', count: null, detail })
  }
  return ending
}
