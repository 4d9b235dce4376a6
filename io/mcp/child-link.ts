/** A command → the MCP server that it starts, spoken to over its standard streams. It never outlives its link. */
import { spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import type { Link, LinkEvents } from './link.ts'
import { streamLink } from './stream-link.ts'

export interface ServerCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string | null
  /** In addition to what a server needs to start: a gateway's own secrets are not handed on. */
  readonly env: Readonly<Record<string, string>>
}

/** What programs need to start; everything else of the gateway's environment stays with the gateway. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'USER', 'LOGNAME', 'SHELL', 'TERM'] as const

/** Milliseconds between its input's end, being asked to end, and being made to. */
const GRACE = 500

const inherited = (): NodeJS.ProcessEnv =>
  Object.fromEntries(INHERITED.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))

/** `stderr`: a line at a time, of an untrusted program. */
export const childLink = (
  { command, args, cwd, env }: ServerCommand,
  limit: number,
  events: LinkEvents,
  stderr: (line: string) => void,
): Link => {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...inherited(), ...env },
    ...(cwd === null ? {} : { cwd }),
  })
  let isClosed = false
  const closed = (reason: string): void => {
    if (isClosed) return
    isClosed = true
    events.closed(reason)
  }
  const exited = new Promise<void>(resolve => {
    child.once('error', error => {
      closed(`cannot be started: ${error.message}`)
      resolve()
    })
    child.once('exit', (code, signal) => {
      closed(signal === null ? `ended with code ${code}` : `was killed by ${signal}`)
      resolve()
    })
  })
  // What it wrote before it ended still counts: its end is told by its exit.
  const link = streamLink(child.stdout, child.stdin, limit, { ...events, closed: () => undefined })
  let said = 0
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n')) {
      if (line.trim() === '' || ++said > 1_000) continue
      stderr(line.slice(0, 2_000))
    }
  })
  child.stderr.on('error', () => undefined)
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null && child.pid !== undefined
  return {
    ...link,
    close: async () => {
      isClosed = true
      await link.close()
      child.stdout.resume()
      // As the protocol says: its input ends, then it is asked, then it is made to.
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        await Promise.race([exited, wait(GRACE, undefined, { ref: true })])
        if (!isRunning()) return
        child.kill(signal)
      }
      await exited
    },
  }
}
