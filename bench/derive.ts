/**
 * P2: every workload of a store derived, beside the time that the engine takes to hand out the rows that derivation reads; and one workload
 * again after one new session. The evidence is generated: sessions that each show a part of a workload's behaviors.
 */
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { DEFAULT_DECISIONS } from '../core/model/decisions.ts'
import { MINUTE, NO_FACTS } from '../core/model/observation.ts'
import { derivePolicy, FOLDING } from '../core/pipeline.ts'
import { ahead } from '../io/store/ahead.ts'
import { createClickhouseStore } from '../io/store/clickhouse/clickhouse-store.ts'
import { embeddedEngine } from '../io/store/clickhouse/open-clickhouse.ts'
import type { Decoded } from '../io/store/decoded.ts'
import { eachProfile } from '../io/store/each-profile.ts'
import type { Own, Portion } from '../io/store/evidence-store.ts'
import { answersInOrder } from '../io/threads/answers-in-order.ts'
import { remaining } from '../io/threads/remaining.ts'
import { policiesOf } from './derive/policies-of.ts'
import { runAmbit } from './lines/run-ambit.ts'
import type { Report } from './report.ts'
import { table } from './table.ts'

const BEGIN = Date.UTC(2026, 2, 1) * 1_000
/** Sessions that show each behavior, and values of one tool. */
const SHOWN_BY = 5
const VALUES = 50

const sessionOf = (workload: number, behaviors: number, session: number, sessions: number): readonly Decoded[] => {
  const own: Decoded[] = []
  for (let behavior = session % (sessions / SHOWN_BY); behavior < behaviors; behavior += sessions / SHOWN_BY) {
    const start = BEGIN + (session * 1_000 + own.length) * MINUTE
    own.push({
      source: 'ambit',
      items: [
        {
          kind: 'observation',
          observation: {
            id: `${workload}-${session}-${behavior}`,
            source: 'ambit',
            workload: { namespace: 'agents', name: `worker-${workload}` },
            session: `session-${session}`,
            witness: `session-${session}`,
            substrate: 'tool',
            action: `write_${Math.floor(behavior / VALUES)}`,
            values: [{ dimension: 'tool.args.path', value: `area-${behavior % VALUES}/${behavior}.md` }],
            visibility: 'seen',
            start,
            end: start + 1,
            outcome: 'ok',
            result: null,
            facts: NO_FACTS,
          },
        },
      ],
    })
  }
  return own
}

const timed = async <T>(work: () => Promise<T>): Promise<readonly [seconds: number, value: T]> => {
  const start = performance.now()
  const value = await work()
  return [(performance.now() - start) / 1_000, value]
}

/** As `ambit derive` starts them. */
const startThread = (): Worker =>
  new Worker(new URL('./derive/derive-thread.js', import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  })

/** The program on the store: everything, then again, then after one session more. */
const asProgram = async (place: string, more: readonly Decoded[]) => {
  const out = `${place}.policies`
  rmSync(out, { recursive: true, force: true })
  const derive = async () => {
    const ran = await runAmbit(['derive', '--store', place, '--out', out, '--format', 'json'])
    if (ran.code !== 0) throw new Error(`ambit derive ended with ${ran.code}: ${ran.stderr.slice(0, 2_000)}`)
    return ran
  }
  const [all, unchanged] = [await derive(), await derive()]
  const store = createClickhouseStore(await embeddedEngine(place), FOLDING, Date.now)
  await store.append({ id: 'one-more-again', records: more })
  await store.close()
  const after = await derive()
  rmSync(out, { recursive: true, force: true })
  const runs = [all, unchanged, after]
  return {
    cells: [...runs.map(({ seconds }) => seconds.toFixed(2)), all.peakMegabytes?.toFixed(0) ?? '–'],
    json: { all: all.seconds, unchanged: unchanged.seconds, after: after.seconds, megabytes: all.peakMegabytes },
  }
}

export interface DeriveBench {
  readonly workloads: number
  readonly behaviors: number
  readonly place: string
}

export const derived = async ({ workloads, behaviors, place }: DeriveBench): Promise<Report> => {
  rmSync(place, { recursive: true, force: true })
  const engine = await embeddedEngine(place)
  const store = createClickhouseStore(engine, FOLDING, Date.now)
  const sessions = 10 * SHOWN_BY
  for (let workload = 0; workload < workloads; workload++) {
    const records = Array.from({ length: sessions }, (_, session) => sessionOf(workload, behaviors, session, sessions))
    await store.append({ id: `workload-${workload}`, records: records.flat() })
  }
  const [folded, reading] = await timed(() => store.read())
  const [handed, rows] = await timed(async () => {
    let count = 0
    for (const name of ['sightings', 'witnesses', 'folds'])
      for await (const piece of engine.stream<object>(`SELECT * FROM ${name}`)) count += piece.length
    return count
  })
  // One after the other in this thread, to tell what reading takes and what deriving.
  let derivedIn = 0
  const one: string[] = []
  const [alone] = await timed(async () => {
    for await (const { profile } of eachProfile(reading, FOLDING, reading.workloads, null)) {
      if (profile === null) continue
      const [own, policy] = await timed(async () => derivePolicy(profile, DEFAULT_DECISIONS))
      derivedIn += own
      one.push(policy.digest)
    }
  })
  // What is read while something is derived takes no time of its own.
  const read = alone - derivedIn
  // As `ambit derive` does, in threads.
  const threads = availableParallelism()
  const all: string[] = []
  const [seconds] = await timed(async () => {
    const left = remaining(reading.workloads.length, () => performance.now())
    const portions = ahead(reading.portions(reading.workloads, null))
    const answering = { threads, start: startThread, isOwn: (portion: Portion | Own) => !('rows' in portion) }
    for await (const digests of answersInOrder(portions, {
      ...answering,
      here: async own => policiesOf(own),
      isWorth: left.isMuch,
    })) {
      left.done(digests.length)
      all.push(...digests)
    }
  })
  if (all.join() !== one.join()) throw new Error('threads derive other policies')
  await store.append({ id: 'one-more', records: sessionOf(0, behaviors, sessions, sessions * 2) })
  const [again] = await timed(async () => {
    const later = await store.read()
    const profile = await later.profile({ namespace: 'agents', name: 'worker-0' })
    return profile === null ? null : derivePolicy(profile, DEFAULT_DECISIONS)
  })
  await store.close()
  const program = await asProgram(place, sessionOf(0, behaviors, sessions + 1, sessions * 2))
  rmSync(place, { recursive: true, force: true })
  const megabytes = process.resourceUsage().maxRSS / 1_024
  const heading = [
    'workloads',
    'behaviors each',
    'rows',
    'fold s',
    'rows handed out s',
    'read s',
    'derive s',
    'of handing out',
    'threads',
    'in threads s',
    'of handing out',
    'one again s',
    'peak MB',
  ]
  const cells = [
    workloads,
    behaviors,
    rows,
    folded.toFixed(1),
    handed.toFixed(2),
    read.toFixed(2),
    derivedIn.toFixed(2),
    `${(alone / handed).toFixed(1)} ×`,
    threads,
    seconds.toFixed(2),
    `${(seconds / handed).toFixed(1)} ×`,
    again.toFixed(2),
    megabytes.toFixed(0),
  ]
  return {
    text: [
      table(heading, [cells.map(String)]),
      '`ambit derive --store`, with artifacts and reviews:',
      table(['all s', 'nothing changed s', 'after one session s', 'peak MB'], [program.cells]),
    ].join('\n\n'),
    json: {
      workloads,
      behaviors,
      rows,
      folded,
      handed,
      read,
      derived: derivedIn,
      alone,
      threads,
      seconds,
      again,
      megabytes,
      program: program.json,
    },
  }
}
