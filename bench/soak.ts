/**
 * Many concurrent sessions over HTTP while the servers behind are killed at random: every call is answered in bounded time, each that
 * arrived at a server had been decided and written down, memory and descriptors stay.
 */
import { execFile } from 'node:child_process'
import { setMaxListeners } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { readReceipts } from '../io/receipts/read-receipts.ts'
import { quantileOf } from './gateway/quantile.ts'
import type { Report } from './report.ts'
import { type GatewayProcess, gatewayProcess } from './soak/gateway-process.ts'
import { killedServer } from './soak/killed-server.ts'
import { newPlace } from './soak/place.ts'
import { ENDS, soakSession, type Tally } from './soak/session.ts'
import { table } from './table.ts'

export interface SoakOptions {
  readonly sessions: number
  readonly seconds: number
  /** Calls a second, of all sessions together. */
  readonly rate: number
  /** Megabytes of objects that the gateway may hold at once: one that grows without end ends there. Null: no limit of ours. */
  readonly heap: number | null
  /** Where this program is built. */
  readonly dist: string
}

interface Sample {
  readonly second: number
  readonly megabytes: number
  readonly descriptors: number
  readonly calls: number
}

export interface SoakFigures {
  readonly sessions: number
  readonly begun: number
  readonly kills: number
  readonly ends: Tally['ends']
  /** Seconds. */
  readonly p50: number
  readonly p99: number
  readonly slowest: number
  /** Calls that arrived at a server, and how many of them without a record that lets them. */
  readonly arrived: number
  readonly undecided: number
  readonly twice: number
  readonly receipts: number
  /** Exit code of `ambit audit verify` over all of them, decisions computed again. */
  readonly verifyExitCode: number
  readonly errors: readonly string[]
  readonly samples: readonly Sample[]
}

const SERVERS = ['a', 'b'] as const
const SAMPLES = 20

const sum = (ends: Tally['ends']): number => ENDS.reduce((all, end) => all + ends[end], 0)

const notesIn = (file: string): readonly string[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(line => line !== '')
        .map(line => String(JSON.parse(line).note))
    : []

/** Notes of the calls that a record lets run, also by a person's answer; and how many records there are. */
const recorded = async (folder: string) => {
  const held = new Map<string, string>()
  const allowed = new Set<string>()
  let count = 0
  for await (const { event } of readReceipts(folder, () => undefined)) {
    count += 1
    if (event.kind === 'decision') {
      const note = String(event.request.values.find(({ dimension }) => dimension === 'tool.args.note')?.value)
      if (event.effect === 'run') allowed.add(note)
      if (event.effect === 'hold') held.set(event.call, note)
    }
    if (event.kind === 'approval' && event.answer === 'approved') allowed.add(held.get(event.call) ?? '')
  }
  return { allowed, count }
}

const exitCode = (ambit: string, words: readonly string[]): Promise<number> =>
  promisify(execFile)(process.execPath, [ambit, ...words], { maxBuffer: 1 << 26 }).then(
    () => 0,
    (error: unknown) => (error instanceof Error && 'code' in error ? Number(error.code) : -1),
  )

const sampled = async (gateway: GatewayProcess, tally: Tally, seconds: number): Promise<readonly Sample[]> => {
  const samples: Sample[] = []
  for (let step = 0; step <= SAMPLES; step++) {
    const holds = gateway.holds()
    const calls = sum(tally.ends)
    if (holds !== null) samples.push({ second: Math.round((step * seconds) / SAMPLES), calls, ...holds })
    if (step < SAMPLES) await wait((seconds * 1_000) / SAMPLES)
  }
  return samples
}

export const soaked = async ({ sessions, seconds, rate, heap, dist }: SoakOptions): Promise<SoakFigures> => {
  const ambit = join(dist, 'apps', 'cli', 'main.js')
  const program = join(dist, 'bench', 'soak', 'upstream.js')
  const notes = mkdtempSync(join(tmpdir(), 'ambit-soak-notes-'))
  const files: string[] = []
  const upstreams = await Promise.all(
    SERVERS.map(name => {
      const file = join(notes, `${name}.jsonl`)
      files.push(file)
      return killedServer(program, file, Math.max(1_000, (seconds * 1_000) / 20))
    }),
  )
  const urls = Object.fromEntries(SERVERS.map((name, index) => [name, upstreams[index]?.url ?? '']))
  const place = await newPlace(urls, sessions, Date.now())
  const gateway = await gatewayProcess(ambit, place.config, heap)
  const over = new AbortController()
  setMaxListeners(0, over.signal)
  const tally: Tally = {
    ends: { ran: 0, stopped: 0, failed: 0, cancelled: 0, refused: 0, hung: 0 },
    seconds: [],
    sessions: 0,
  }
  const pause = (sessions / rate) * 1_000
  const clients = Array.from({ length: sessions }, () => soakSession(gateway.url, SERVERS, pause, over.signal, tally))
  const samples = await sampled(gateway, tally, seconds)
  over.abort()
  await Promise.all(clients)
  // What is left when everybody has gone, and connections that are kept for a while have ended.
  await wait(Math.min(15, seconds) * 1_000)
  const rest = gateway.holds()
  const all = [
    ...samples,
    ...(rest === null ? [] : [{ second: seconds + Math.min(15, seconds), calls: sum(tally.ends), ...rest }]),
  ]
  await gateway.stop()
  await Promise.all(upstreams.map(upstream => upstream.stop()))
  const arrived = files.flatMap(notesIn)
  const { allowed, count } = await recorded(place.receipts)
  const verifying = ['audit', 'verify', place.receipts, '--key', join(place.keys, 'public-key.pem')]
  const again = ['--policies', place.policies, '--digest-key', join(place.keys, 'digest-key')]
  const figures: SoakFigures = {
    sessions,
    begun: tally.sessions,
    kills: upstreams.reduce((kills, upstream) => kills + upstream.kills(), 0),
    ends: tally.ends,
    p50: quantileOf(tally.seconds, 0.5),
    p99: quantileOf(tally.seconds, 0.99),
    slowest: Math.max(0, ...tally.seconds),
    arrived: arrived.length,
    undecided: arrived.filter(note => !allowed.has(note)).length,
    twice: arrived.length - new Set(arrived).size,
    receipts: count,
    verifyExitCode: await exitCode(ambit, [...verifying, ...again]),
    errors: gateway.errors,
    samples: all,
  }
  rmSync(place.folder, { recursive: true })
  rmSync(notes, { recursive: true })
  return figures
}

const NOTES = [
  '`ran`: answered by a server; `stopped`: denied, or held and refused after 2 s; `failed`: its server was killed or not there; `refused`:',
  'the session was gone; `hung`: no answer in 30 s. `undecided`: arrived at a server without a record that lets it. Descriptors and',
  'resident memory of the gateway alone, of which the run time keeps what it once had; with `--heap` it ends where live objects need more. The last row is after every client has gone. `verifyExitCode`: of `ambit audit verify`, 0 where all holds.',
].join('\n')

export const soak = async (options: SoakOptions): Promise<Report> => {
  const figures = await soaked(options)
  const { ends, samples, errors, ...rest } = figures
  const numbers = { ...rest, calls: sum(ends), ...ends, errors: errors.length }
  const text = [
    table(
      ['', ''],
      Object.entries(numbers).map(([name, value]) => [name, String(Math.round(value * 1_000) / 1_000)]),
    ),
    table(
      ['second', 'calls', 'resident MB', 'descriptors'],
      samples.map(sample => [
        String(sample.second),
        String(sample.calls),
        sample.megabytes.toFixed(0),
        String(sample.descriptors),
      ]),
    ),
    ...errors.slice(0, 5),
    NOTES,
  ]
  return { text: text.join('\n\n'), json: figures }
}
