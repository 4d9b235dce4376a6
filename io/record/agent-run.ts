/** An agent's command → the same command, with its process tree recorded where `strace` can be used. */
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import type { Ending } from './ending.ts'
import type { RecordedEvent } from './event.ts'
import { createTrace } from './strace/trace.ts'
import { openTracer, type Tracer } from './strace/tracer.ts'

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

export interface AgentRun {
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly traced: boolean
  isRecorder(path: string, argv: readonly string[]): boolean
  emit(event: RecordedEvent): void
}

const run = ([command, ...args]: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Promise<Ending> =>
  new Promise(settle => {
    const child = spawn(command, args, { stdio: 'inherit', env })
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

export const runAgent = async ({ command, args, env, traced, isRecorder, emit }: AgentRun): Promise<Ending> => {
  if (!traced) return run([command, ...args], env)
  const trace = createTrace({ directory: resolve('.'), isRecorder, emit })
  const tracer = await openTracer(line => trace.line(line))
  const ending = await run([...tracer.prefix, command, ...args], env)
  tracer.commandEnded()
  await waitFor(tracer)
  if (!trace.end()) {
    const detail = 'strace ended, or was left, before the last process of the agent'
    emit({ kind: 'loss', count: null, detail })
  }
  return ending
}
