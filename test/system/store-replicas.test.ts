/**
 * A real cluster of two shards with two replicas each, and a real ZooKeeper: it keeps the contract of every store. A replica that is down is no
 * loss and no smaller answer, a shard that is down is an error, and so is a coordinator.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FOLDING } from '../../core/pipeline.ts'
import { createClickhouseStore } from '../../io/store/clickhouse/clickhouse-store.ts'
import type { Engine } from '../../io/store/clickhouse/engine.ts'
import { serversEngine } from '../../io/store/clickhouse/open-clickhouse.ts'
import { tablesWithRows } from '../../io/store/clickhouse/tables.ts'
import type { EvidenceStore } from '../../io/store/evidence-store.ts'
import { createMemoryStore } from '../../io/store/memory-store.ts'
import { serversOf } from '../../io/store/servers.ts'
import { profileText } from '../contracts/evidence-line.ts'
import { storeContract } from '../contracts/store-contract.ts'
import { CLUSTER, hasClickhouse, type Server, type Servers, startServers } from './clickhouse-servers.ts'
import { emptied } from './embedded-engine.ts'
import { manyWorkloads } from './many-workloads.ts'
import { hasZookeeper, startZookeeper, type Zookeeper } from './zookeeper.ts'

let zookeeper: Zookeeper
let servers: Servers
let engine: Engine

const REPLICATED = { name: CLUSTER, replicated: true }

const addressOf = (database: string): string =>
  `clickhouse://${servers.servers.map(({ host }) => host).join(',')}/${database}?cluster=${CLUSTER}&replicated`

const engineAt = async (database: string): Promise<Engine> => {
  const named = serversOf(addressOf(database))
  if (!named.ok) throw new Error('the address of the test is none')
  return serversEngine(named.value)
}

const storeAt = async (database: string): Promise<EvidenceStore> =>
  createClickhouseStore(await engineAt(database), FOLDING, Date.now, REPLICATED)

const told = async (store: EvidenceStore) => {
  const { workloads, ledger, profile } = await store.read()
  const profiles = (await Promise.all(workloads.map(profile))).flatMap(found => found ?? [])
  return { ledger, profiles: profiles.map(profileText) }
}

/** What memory says of so many workloads that were seen in each of these sessions. */
const inMemory = async (sessions: readonly string[]) => {
  const store = createMemoryStore(FOLDING)
  for (const session of sessions) await store.append({ id: session, records: manyWorkloads(20, session) })
  return told(store)
}

/** One of each shard. */
const replicasOf = (replica: number): readonly Server[] => servers.servers.filter(server => server.replica === replica)

const without = async (down: readonly Server[], during: () => Promise<void>): Promise<void> => {
  for (const server of down) await server.kill()
  try {
    await during()
  } finally {
    for (const server of down) await server.start()
  }
}

/** After all that was written. Days of old servers end in 2105. */
const LATER = '2100-01-01'

const FAILED = { problem: { code: 'store-failed' } }

const started: { close(): Promise<void> }[] = []

if (hasClickhouse() && hasZookeeper()) {
  beforeAll(async () => {
    zookeeper = await startZookeeper()
    started.push(zookeeper)
    servers = await startServers(2, 2, zookeeper.port)
    started.push(servers)
    engine = await engineAt('replicated')
    started.push(engine)
  })
  // Also where the last could not be started.
  afterAll(async () => {
    for (const one of started.toReversed()) await one.close()
  })

  storeContract(
    'replicas',
    async () => {
      for (const table of tablesWithRows(REPLICATED)) await engine.command(`TRUNCATE TABLE ${table}`)
      return emptied(engine, [])
    },
    2,
  )

  describe('replicas', () => {
    test('hold what either of them was given, and go on without one of them', async () => {
      const store = await storeAt('halves')
      await store.append({ id: 'first', records: manyWorkloads(20, 'first') })
      expect(await told(store)).toEqual(await inMemory(['first']))
      // Whatever the first ones acknowledged, the second ones have; also a store that is opened only now.
      await without(replicasOf(1), async () => {
        expect(await told(store)).toEqual(await inMemory(['first']))
        const later = await storeAt('halves')
        await later.append({ id: 'second', records: manyWorkloads(20, 'second') })
        expect(await told(later)).toEqual(await inMemory(['first', 'second']))
        await later.close()
      })
      // Those that came back are asked only for what they have caught up with.
      expect(await told(store)).toEqual(await inMemory(['first', 'second']))
      await without(replicasOf(2), async () => {
        expect(await told(store)).toEqual(await inMemory(['first', 'second']))
      })
      await store.close()
    }, 240_000)

    test('that are all down are a shard that is down: neither a smaller answer nor an acknowledgement', async () => {
      const store = await storeAt('killed')
      await store.append({ id: 'first', records: manyWorkloads(20, 'first') })
      await without(
        servers.servers.filter(({ shard }) => shard === 1),
        async () => {
          await expect(store.read()).rejects.toMatchObject(FAILED)
          await expect(store.append({ id: 'second', records: manyWorkloads(20, 'second') })).rejects.toMatchObject(
            FAILED,
          )
          await expect(store.prune(LATER)).rejects.toMatchObject(FAILED)
        },
      )
      // What was refused is sent again, and counts once.
      await store.append({ id: 'second', records: manyWorkloads(20, 'second') })
      const { ledger, profiles } = await told(store)
      expect(profiles).toEqual((await inMemory(['first', 'second'])).profiles)
      expect(ledger.map(({ accepted }) => accepted)).toEqual([40])
      await store.close()
    }, 240_000)

    test('let go of a day everywhere, also those that were down', async () => {
      const store = await storeAt('pruned')
      await store.append({ id: 'first', records: manyWorkloads(20, 'first') })
      await store.read()
      await without(replicasOf(2), async () => {
        await store.prune(LATER)
        expect(await told(store)).toEqual({ ledger: [], profiles: [] })
      })
      expect(await told(store)).toEqual({ ledger: [], profiles: [] })
      await without(replicasOf(1), async () => {
        expect(await told(store)).toEqual({ ledger: [], profiles: [] })
      })
      await store.close()
    }, 240_000)

    test('without their coordinator neither take nor tell anything', async () => {
      const store = await storeAt('alone')
      await store.append({ id: 'first', records: manyWorkloads(2, 'first') })
      await zookeeper.close()
      await expect(store.append({ id: 'second', records: manyWorkloads(2, 'second') })).rejects.toMatchObject(FAILED)
      await expect(store.read()).rejects.toMatchObject(FAILED)
      await store.close()
    }, 240_000)
  })
} else {
  test('servers and a coordinator can be had, or this is not continuous integration', () => {
    expect(process.env.CI, 'clickhouse-server, java or ZooKeeper (libzookeeper-java) is not installed').toBeUndefined()
  })
}
