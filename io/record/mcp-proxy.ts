/**
 * An MCP server's command → the same server behind a recorder. Bytes pass as they came, in both directions and with
 * back-pressure; the observer is told afterwards. Exit code, signals and standard error are the server's own.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import type { Micros } from '../../core/model/observation.ts'
import type { Ending } from './ending.ts'
import { nowMicros, type RecordedEvent } from './event.ts'
import { lineTap } from './line-tap.ts'
import { mcpObserver } from './mcp-observer.ts'

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const

/** `from` to `to`, then to the listener. A reader that is gone is gone for the writer too. */
const pass = (from: Readable, to: Writable, heard: (chunk: Buffer) => void, endsToo: boolean): void => {
  from.on('data', (chunk: Buffer) => {
    if (!to.write(chunk)) from.pause()
    heard(chunk)
  })
  to.on('drain', () => from.resume())
  from.on('end', () => {
    if (endsToo) to.end()
  })
  from.on('error', () => to.end())
  to.on('error', () => from.destroy())
}

/**
 * A handle of its own on standard output: what a command line does when its reader is gone (it ends) is not what a proxy
 * does (it lets the server know). A plain file cannot be one, and has no reader.
 */
const ownStdout = (): Writable => {
  try {
    return new Socket({ fd: 1, readable: false, writable: true })
  } catch {
    return process.stdout
  }
}

const ended = (child: ChildProcess): Promise<Ending> =>
  new Promise(resolve => {
    child.once('error', error => resolve({ kind: 'not-started', reason: error.message }))
    child.once('close', (code, signal) =>
      resolve(signal === null ? { kind: 'exited', code: code ?? 1 } : { kind: 'killed', signal }),
    )
  })

/** Runs until the server has ended and everything it wrote has been passed on. */
export const runMcpProxy = async (
  command: string,
  args: readonly string[],
  emit: (event: RecordedEvent) => void,
): Promise<Ending> => {
  const observer = mcpObserver(emit)
  let at: Micros = 0
  const sent = lineTap(line => observer.client(line, at))
  const received = lineTap(line => observer.server(line, at))
  const forward = (signal: NodeJS.Signals) => void child.kill(signal)
  // Heard before there is a server: a signal in between would end the proxy alone. None is told of before this has run.
  for (const signal of FORWARDED) process.on(signal, forward)
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })

  const stdout = ownStdout()
  pass(
    process.stdin,
    child.stdin,
    chunk => {
      at = nowMicros()
      sent.push(chunk)
    },
    true,
  )
  pass(
    child.stdout,
    stdout,
    chunk => {
      at = nowMicros()
      received.push(chunk)
    },
    false,
  )
  const ending = await ended(child)
  for (const signal of FORWARDED) process.off(signal, forward)
  process.stdin.destroy()
  sent.end()
  received.end()
  observer.end()
  const skipped = sent.skipped() + received.skipped()
  if (skipped > 0) emit({ kind: 'loss', count: skipped, detail: 'messages were too long to be recorded' })
  await new Promise<void>(resolve => {
    stdout.once('error', () => resolve())
    if (stdout.destroyed) resolve()
    else stdout.end(() => resolve())
  })
  return ending
}
