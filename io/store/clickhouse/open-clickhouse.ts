/** A folder or servers → the store, with its tables made where they are not there yet. */
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client'
import type { Problem } from '../../problem.ts'
import type { EvidenceStore } from '../evidence-store.ts'
import type { Servers } from '../servers.ts'
import { StoreError } from '../store-error.ts'
import type { StoreWorld } from '../store-world.ts'
import { createClickhouseStore } from './clickhouse-store.ts'
import { createEngine, type Engine, storeProblem } from './engine.ts'
import { everyHost } from './hosts.ts'
import { MAX_DELAY, replicas } from './replicas.ts'
import { definitions } from './tables.ts'

/** Bytes that the embedded engine may use for one query: it shares the machine with this program. */
const EMBEDDED_MEMORY = '1000000000'

const EMBEDDED: ClickHouseSettings = {
  max_threads: 2,
  max_memory_usage: EMBEDDED_MEMORY,
  // Sorting and grouping more than fits goes to disk.
  max_bytes_before_external_sort: '250000000',
  max_bytes_before_external_group_by: '250000000',
}

/** Acknowledged means on disk, also when the machine stops. Old servers do not know how to promise that. */
const DURABLE = ' SETTINGS fsync_after_insert = 1, fsync_part_directory = 1'

/** What is inserted through a table over a cluster is on its servers before it is acknowledged. */
const CLUSTERED: ClickHouseSettings = { insert_distributed_sync: 1 }

const REPLICATED: ClickHouseSettings = {
  ...CLUSTERED,
  // What comes again is counted: an insert that is equal to an earlier one is not the same one.
  insert_deduplicate: 0,
  max_replica_delay_for_distributed_queries: String(MAX_DELAY),
  fallback_to_stale_replicas_for_distributed_queries: 0,
}

type Connection = NonNullable<NonNullable<Parameters<typeof createClient>[0]>['connection']>

/** Of the embedded engine: bytes are handed to it as they are, and no text of the statement is made of them. */
type RawInsert = (rows: {
  table: string
  columns: readonly string[]
  values: Uint8Array
  format: 'TabSeparated'
}) => Promise<unknown>

/** What fails is told of by its caller. The client would write queries to standard error, which hold values of evidence. */
const SILENT = { level: ClickHouseLogLevel.OFF }

const MISSING: Problem = {
  code: 'store-missing',
  what: 'the embedded engine is not installed',
  where: '--store',
  help: 'install the package `chdb` (about 540 MB; Linux and macOS), or name a server: `clickhouse://host:8123/ambit`',
}

const connect = async (path: string): Promise<{ readonly connection: Connection; readonly insert: RawInsert }> => {
  const { createChdbConnection } = await import('chdb/connection')
  const connected = createChdbConnection({ path })
  // The two packages declare one interface, each in its own copy of the types.
  return { connection: connected as unknown as Connection, insert: connected.chdb.rawInsert }
}

/** Rejects with `StoreError`: `store-missing` where the package is not installed, else `store-failed`. */
export const embeddedEngine = async (folder: string): Promise<Engine> => {
  const path = resolve(folder)
  let connected: Awaited<ReturnType<typeof connect>>
  try {
    await mkdir(path, { recursive: true })
    connected = await connect(path)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
    const help = 'another process may have the folder open: one process at a time can'
    throw new StoreError(isMissing ? MISSING : storeProblem('the store cannot be opened', folder, error, help), error)
  }
  const { connection, insert } = connected
  const engine = createEngine(
    everyHost([createClient({ connection, clickhouse_settings: EMBEDDED, log: SILENT })]),
    folder,
    (table, columns, values) => insert({ table, columns, values, format: 'TabSeparated' }),
  )
  for (const definition of definitions({ database: 'default', cluster: null, settings: DURABLE }))
    await engine.command(definition)
  return engine
}

/** Of a host, which on a cluster asks the others. Rejects with `StoreError`. */
export const serversEngine = async (servers: Servers): Promise<Engine> => {
  const { urls, username, password, database, cluster } = servers
  const clientOf = (url: string, name: string | null): ClickHouseClient =>
    createClient({
      url,
      username,
      password,
      ...(name === null ? {} : { database: name }),
      application: 'ambit',
      log: SILENT,
      ...(cluster === null ? {} : { clickhouse_settings: cluster.replicated ? REPLICATED : CLUSTERED }),
    })
  const hosts = urls.map(url => new URL(url).host).join(',')
  // Each is told by itself: telling a cluster at once needs a coordinator, which sharding alone does not.
  const engineOf = (name: string | null): Engine => {
    const [first = '', ...others] = urls
    const clients = [clientOf(first, name), ...others.map(url => clientOf(url, name))] as const
    const isReplicated = cluster?.replicated === true
    return createEngine(isReplicated ? replicas(clients, database) : everyHost(clients), hosts)
  }
  const bare = engineOf(null)
  await bare.command(`CREATE DATABASE IF NOT EXISTS ${database}`)
  await bare.close()
  const engine = engineOf(database)
  for (const definition of definitions({ database, cluster, settings: '' })) await engine.command(definition)
  return engine
}

/** Rejects with `StoreError`. */
export const openClickhouse = async (place: string | Servers, world: StoreWorld): Promise<EvidenceStore> => {
  const { folding, now, startThread } = world
  const engine = await (typeof place === 'string' ? embeddedEngine(place) : serversEngine(place))
  const cluster = typeof place === 'string' ? null : place.cluster
  return createClickhouseStore(engine, folding, now, cluster, startThread === undefined ? {} : { startThread })
}
