/**
 * Servers of which several hold the same rows → who may be asked. One that is down is passed over: what it would be told, it learns from the
 * coordinator. What one acknowledged reaches the others a little later, and a cluster asks any of them: so nobody is asked before
 * all that answer have what was acknowledged until then. INVARIANT: where that cannot be known, nothing is answered.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client'
import type { Hosts } from './hosts.ts'
import { literal } from './literal.ts'

/** Milliseconds: until a server that is up answers, until a replica has caught up, and between two looks at it. */
const ANSWERS = 2_000
const PATIENCE = 30_000
const LOOK = 20

/** Seconds by which a replica may be late and still be asked by the others: one that cannot be reached from here was not waited for. */
export const MAX_DELAY = 3

interface ReplicaRow {
  readonly table: string
  readonly is_readonly: number
  /** Seconds; since 1970 where it never asked the coordinator yet. */
  readonly delay: string
  readonly last: string
  readonly next: string
}

const rowsOf = async <Row>(client: ClickHouseClient, query: string): Promise<readonly Row[]> =>
  (await client.query({ query, format: 'JSONEachRow' })).json<Row>()

const isUp = async (client: ClickHouseClient): Promise<boolean> =>
  (await client.ping({ select: false, abort_signal: AbortSignal.timeout(ANSWERS) })).success

/** Until it is so, as long as anybody waits. */
const waitFor = async (isSo: () => Promise<boolean>): Promise<void> => {
  for (const begun = performance.now(); !(await isSo()); await sleep(LOOK)) {
    if (performance.now() - begun > PATIENCE) throw new Error('a replica lacks what another one acknowledged')
  }
}

/** Waits until a server has everything that any replica of its shard had acknowledged before. */
const caughtUp = async (client: ClickHouseClient, database: string): Promise<void> => {
  const own = `database = ${literal(database)}`
  const tables = (): Promise<readonly ReplicaRow[]> =>
    rowsOf(
      client,
      `SELECT table, is_readonly, toString(absolute_delay) AS delay, toString(log_max_index) AS last, toString(log_pointer) AS next FROM system.replicas WHERE ${own}`,
    )
  const first = await tables()
  const goal = new Map(first.map(({ table, last }) => [table, last === '0' ? 0 : Number(last) + 1]))
  await waitFor(async () =>
    // Without the coordinator, a replica does not know what it lacks.
    (await tables()).every(
      ({ table, is_readonly, delay, next }) =>
        is_readonly === 0 && Number(delay) <= MAX_DELAY && Number(next) >= (goal.get(table) ?? 0),
    ),
  )
  for (const { table, last } of first) {
    // Of a log without an entry and of one with a single entry, a server says the same.
    if (last === '0') await client.command({ query: `SYSTEM SYNC REPLICA ${database}.${table}` })
  }
  // What is merged is there already.
  const queued = async (): Promise<readonly string[]> => {
    const waiting = `SELECT concat(table, ' ', node_name) AS entry FROM system.replication_queue WHERE ${own} AND type != 'MERGE_PARTS'`
    return (await rowsOf<{ readonly entry: string }>(client, waiting)).map(({ entry }) => entry)
  }
  const before = new Set(await queued())
  if (before.size > 0) await waitFor(async () => (await queued()).every(entry => !before.has(entry)))
}

/** `database`: of the tables whose replicas they are. It stands in SQL as it is. */
export const replicas = (all: readonly ClickHouseClient[], database: string): Hosts => {
  const up = async (): Promise<readonly ClickHouseClient[]> => {
    const answers = await Promise.all(all.map(isUp))
    const found = all.filter((_, index) => answers[index] === true)
    if (found.length === 0) throw new Error('no server answers')
    return found
  }
  const first = async (): Promise<ClickHouseClient> => (await up())[0] as ClickHouseClient
  return {
    asked: async () => {
      const found = await up()
      const current = await Promise.all(
        found.map(async client => {
          try {
            await caughtUp(client, database)
            return client
          } catch (error) {
            if (error instanceof ClickHouseError || (await isUp(client))) throw error
            // It went down meanwhile.
            return null
          }
        }),
      )
      const asked = current.find(client => client !== null)
      if (asked === undefined || asked === null) throw new Error('no server answers')
      return asked
    },
    written: first,
    told: up,
    all,
  }
}
