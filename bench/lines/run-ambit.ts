/** Runs programs as a user would, and measures them from outside: seconds of wall clock, peak resident memory. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly seconds: number
  /** Peak resident set of the process, in MB; null where it died before it could say. */
  readonly peakMegabytes: number | null
}

const MAIN = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'main.js')

/** Preloaded into the measured process: on exit it writes its peak memory, in KB, to descriptor 3. */
const PROBE = `data:text/javascript,${encodeURIComponent(
  "import{writeSync}from'node:fs';process.on('exit',()=>{writeSync(3,String(process.resourceUsage().maxRSS))})",
)}`

/** The built command line. */
export const runAmbit = (args: readonly string[]): Promise<Run> => runNode([MAIN, ...args])

/** A built script with its arguments. */
export const runNode = async (args: readonly string[]): Promise<Run> => {
  const start = performance.now()
  const child = spawn(process.execPath, ['--import', PROBE, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  const read = (stream: unknown): Promise<string> => (stream instanceof Readable ? text(stream) : Promise.resolve(''))
  const done = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [code, out, err, kilobytes] = await Promise.all([
    done,
    read(child.stdout),
    read(child.stderr),
    read(child.stdio[3]),
  ])
  const seconds = (performance.now() - start) / 1_000
  const peakMegabytes = kilobytes === '' ? null : Number(kilobytes) / 1_024
  return { code, stdout: out, stderr: err, seconds, peakMegabytes }
}
