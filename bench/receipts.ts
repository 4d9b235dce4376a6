/**
 * The log of receipts: records a second, chained, sealed and written, beside what the same bytes cost to write bare; and how long
 * an append takes while others wait. One process: a thread that makes the text of records, in most settings one that chains and seals
 * them, and those of the run time, which write. Making what is appended is not counted.
 */
import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { ReceiptBody } from '../core/model/receipt.ts'
import { keyedDigest } from '../io/receipts/keyed-digest.ts'
import { openReceiptLog } from '../io/receipts/receipt-log.ts'
import type { ReceiptLog } from '../io/receipts/receipt-sink.ts'
import { sha256 } from '../io/receipts/sha256.ts'
import { startSealing } from '../io/receipts/start-sealing.ts'
import { bodyOf, CALLS, type Call } from './receipts/bodies.ts'
import type { Report } from './report.ts'
import { table } from './table.ts'

interface Setting {
  readonly batch: number
  readonly sync: boolean
  /** Whether large batches are sealed in a thread of their own, as enforcement points have it. */
  readonly sealing: 'thread' | 'here'
}

const SETTINGS: readonly Setting[] = [false, true].flatMap(sync =>
  (
    [
      [1_024, 'here'],
      [1_024, 'thread'],
      [4_096, 'thread'],
    ] as const
  ).map(([batch, sealing]) => ({ batch, sync, sealing })),
)

/** Batches that wait at once: one is written, one sealed, one has its turn and one gathers. */
const BATCHES_AT_ONCE = 4

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

const withLog = async <T>(
  place: string,
  { batch, sync, sealing }: Setting,
  use: (log: ReceiptLog, folder: string) => Promise<T>,
): Promise<T> => {
  const folder = mkdtempSync(join(place, 'receipts-'))
  const opened = await openReceiptLog({
    folder,
    signingKey: generateKeyPairSync('ed25519').privateKey,
    digestKey: createSecretKey(randomBytes(32)),
    now: Date.now,
    limits: { batch, queue: 2 ** 30, segmentBytes: 2 ** 40 },
    sync,
    ...(sealing === 'thread' ? { startThread: startSealing } : {}),
  })
  if (!opened.ok) throw new Error(JSON.stringify(opened.problems))
  try {
    return await use(opened.value, folder)
  } finally {
    await opened.value.close()
    rmSync(folder, { recursive: true })
  }
}

const bytesIn = (folder: string): Buffer =>
  Buffer.concat(
    readdirSync(folder)
      .filter(name => name.endsWith('.jsonl'))
      .map(name => readFileSync(join(folder, name))),
  )

/** The same bytes in as many writes, with a sync after each where the log has one. */
const bare = async (folder: string, bytes: Buffer, writes: number, sync: boolean): Promise<number> => {
  const file = await open(join(folder, 'bare'), 'w')
  const size = Math.ceil(bytes.length / writes)
  const start = performance.now()
  for (let from = 0; from < bytes.length; from += size) {
    await file.write(bytes, from, Math.min(size, bytes.length - from), from)
    if (sync) await file.datasync()
  }
  const seconds = (performance.now() - start) / 1_000
  await file.close()
  return seconds
}

/** What no log of such records goes without: their JSON, and its digest. Records a second. */
const boundOf = (bodies: readonly ReceiptBody[]): number => {
  const some = bodies.slice(0, 20_000)
  const digestAll = (): number => some.reduce((all, body) => all + sha256(JSON.stringify(body)).length, 0)
  digestAll()
  const start = performance.now()
  digestAll()
  return (some.length * 1_000) / (performance.now() - start)
}

interface Throughput {
  readonly perSecond: number
  /** Microseconds of processor time, all threads together: what does not depend on who else runs. */
  readonly cpuEach: number
  /** Microseconds that the caller's thread was busy with each. */
  readonly callerEach: number
  readonly barePerSecond: number
  readonly boundPerSecond: number
  readonly bytesEach: number
}

/** Appends a batch's worth in a turn, and no further than so many batches ahead of what is durable. */
const appendAll = async (log: ReceiptLog, bodies: readonly ReceiptBody[], batch: number): Promise<void> => {
  const waves: Promise<unknown>[] = []
  for (let from = 0; from < bodies.length; from += batch) {
    waves.push(Promise.all(bodies.slice(from, from + batch).map(log.append)))
    if (waves.length >= BATCHES_AT_ONCE) await waves.shift()
    // As in a server, whose other work lets finished writes be seen.
    await new Promise(setImmediate)
  }
  await Promise.all(waves)
}

const throughput = (place: string, setting: Setting, bodies: readonly ReceiptBody[]): Promise<Throughput> =>
  withLog(place, setting, async (log, folder) => {
    const warm = bodies.slice(0, 10 * setting.batch)
    await appendAll(log, warm, setting.batch)
    // A thread that was asked for has come up.
    await setTimeout(200)
    const cpu = process.cpuUsage()
    const utilization = performance.eventLoopUtilization()
    const start = performance.now()
    await appendAll(log, bodies, setting.batch)
    const seconds = (performance.now() - start) / 1_000
    const { user, system } = process.cpuUsage(cpu)
    const { active } = performance.eventLoopUtilization(utilization)
    const all = bytesIn(folder)
    const measured = all.subarray(Math.floor((all.length * warm.length) / (warm.length + bodies.length)))
    const writes = Math.ceil(bodies.length / setting.batch)
    const bareSeconds = await bare(folder, measured, writes, setting.sync)
    return {
      perSecond: bodies.length / seconds,
      cpuEach: (user + system) / bodies.length,
      callerEach: (active * 1_000) / bodies.length,
      barePerSecond: bodies.length / bareSeconds,
      boundPerSecond: boundOf(bodies),
      bytesEach: measured.length / bodies.length,
    }
  })

/** So many sessions, each of which appends its next record when its last one is durable. */
const latency = (
  place: string,
  setting: Setting,
  bodies: readonly ReceiptBody[],
  sessions: number,
): Promise<readonly number[]> =>
  withLog(place, setting, async log => {
    const took: number[] = []
    let next = 0
    const session = async (): Promise<void> => {
      for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
        const start = performance.now()
        await log.append(body)
        took.push(performance.now() - start)
      }
    }
    await Promise.all(Array.from({ length: sessions }, session))
    return took.sort((a, b) => a - b)
  })

const whole = (value: number): string => Math.round(value).toLocaleString('en')

export interface ReceiptsOptions {
  readonly records: number
  readonly rounds: number
  /** Where the logs are written: the disk that is measured. */
  readonly place: string
}

export const receipts = async ({ records, rounds, place }: ReceiptsOptions): Promise<Report> => {
  const digest = keyedDigest(createSecretKey(randomBytes(32)))
  const bodiesOf = (call: Call): readonly ReceiptBody[] =>
    Array.from({ length: records }, (_, index) => bodyOf(index, call, digest))
  const held = bodiesOf('held')
  const rates = []
  const cases = CALLS.flatMap(call => {
    const bodies = call === 'held' ? held : bodiesOf(call)
    return SETTINGS.map(setting => ({ call, bodies, setting }))
  })
  for (const { call, bodies, setting } of cases) {
    const runs: Throughput[] = []
    for (let round = 0; round < rounds; round++) runs.push(await throughput(place, setting, bodies))
    runs.sort((a, b) => a.perSecond - b.perSecond)
    const median = runs[Math.floor(runs.length / 2)]
    if (median !== undefined) rates.push({ call, ...setting, ...median, best: runs.at(-1)?.perSecond ?? 0 })
  }
  const latencies = []
  for (const sync of [false, true]) {
    for (const sessions of [1, 64, 1_000]) {
      const count = Math.min(records, sessions === 1 ? 2_000 : 50_000)
      const took = await latency(place, { batch: 1_024, sync, sealing: 'thread' }, held.slice(0, count), sessions)
      latencies.push({ sync, sessions, p50: quantile(took, 0.5), p99: quantile(took, 0.99) })
    }
  }
  const rateRows = rates.map(
    ({
      call,
      sync,
      batch,
      sealing,
      perSecond,
      best,
      cpuEach,
      callerEach,
      boundPerSecond,
      barePerSecond,
      bytesEach,
    }) => [
      call,
      sync ? 'yes' : 'no',
      whole(batch),
      sealing,
      whole(perSecond),
      whole(best),
      cpuEach.toFixed(1),
      callerEach.toFixed(1),
      whole(bytesEach),
      whole(boundPerSecond),
      `${((100 * perSecond) / boundPerSecond).toFixed(0)} %`,
      whole(barePerSecond),
      `${((100 * perSecond) / barePerSecond).toFixed(0)} %`,
    ],
  )
  const latencyRows = latencies.map(({ sync, sessions, p50, p99 }) => [
    sync ? 'yes' : 'no',
    whole(sessions),
    p50.toFixed(2),
    p99.toFixed(2),
  ])
  const text = [
    `${whole(records)} decisions, ${rounds} rounds: the median, and the best; four batches wait at once`,
    table(
      [
        'call',
        'synced',
        'batch at most',
        'sealed',
        'a second',
        'best',
        'µs of processor each',
        'µs of the caller each',
        'bytes each',
        'JSON and SHA-256 alone',
        'of it',
        'bare writes',
        'of them',
      ],
      rateRows,
    ),
    'append, from call to durable, milliseconds:',
    table(['synced', 'sessions at once', 'p50', 'p99'], latencyRows),
  ].join('\n\n')
  return { text, json: { records, rounds, rates, latencies } }
}
