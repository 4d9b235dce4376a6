/**
 * P2: every workload of a store derived, beside the time that the engine takes to hand out the rows that derivation reads; and one workload
 * again after one new session. The evidence is generated: sessions that each show a part of a workload's behaviors.
 */
import { rmSync } from 'node:fs'
import { DEFAULT_DECISIONS } from '../core/model/decisions.ts'
import { MINUTE, NO_FACTS } from '../core/model/observation.ts'
import { derivePolicy, FOLDING } from '../core/pipeline.ts'
import { createClickhouseStore } from '../io/store/clickhouse/clickhouse-store.ts'
import { embeddedEngine } from '../io/store/clickhouse/open-clickhouse.ts'
import type { Decoded } from '../io/store/decoded.ts'
import { eachProfile } from '../io/store/each-profile.ts'
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
  // One after the other, as `ambit derive` does: all profiles together need not fit into memory.
  let [derivedIn, permissions] = [0, 0]
  const [seconds] = await timed(async () => {
    for await (const { profile } of eachProfile(reading, reading.workloads)) {
      const [own, policy] = await timed(async () =>
        profile === null ? null : derivePolicy(profile, DEFAULT_DECISIONS),
      )
      derivedIn += own
      permissions += policy?.permissions.length ?? 0
    }
  })
  // What is read while something is derived takes no time of its own.
  const read = seconds - derivedIn
  await store.append({ id: 'one-more', records: sessionOf(0, behaviors, sessions, sessions * 2) })
  const [again] = await timed(async () => {
    const later = await store.read()
    const profile = await later.profile({ namespace: 'agents', name: 'worker-0' })
    return profile === null ? null : derivePolicy(profile, DEFAULT_DECISIONS)
  })
  await store.close()
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
    `${(seconds / handed).toFixed(1)} ×`,
    again.toFixed(2),
    megabytes.toFixed(0),
  ]
  return {
    text: table(heading, [cells.map(String)]),
    json: { workloads, behaviors, rows, folded, handed, read, derived: derivedIn, again, megabytes, permissions },
  }
}
