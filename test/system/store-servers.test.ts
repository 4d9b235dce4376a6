/**
 * Real servers keep the contract of every store: one alone, and two as the shards of a cluster. A shard that is down is an error and
 * never a smaller answer.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FOLDING } from '../../core/pipeline.ts'
import { createClickhouseStore } from '../../io/store/clickhouse/clickhouse-store.ts'
import type { Engine } from '../../io/store/clickhouse/engine.ts'
import { serversEngine } from '../../io/store/clickhouse/open-clickhouse.ts'
import { tablesWithRows } from '../../io/store/clickhouse/tables.ts'
import { openStore } from '../../io/store/open-store.ts'
import { serversOf } from '../../io/store/servers.ts'
import { storeContract } from '../contracts/store-contract.ts'
import { CLUSTER, hasClickhouse, type Servers, startServers } from './clickhouse-servers.ts'
import { emptied } from './embedded-engine.ts'
import { manyWorkloads } from './many-workloads.ts'

let servers: Servers
let alone: Engine
/** Of the cluster, and of each shard by itself. */
let both: Engine
let each: readonly Engine[]

const engineAt = async (address: string): Promise<Engine> => {
  const named = serversOf(address)
  if (!named.ok) throw new Error('the address of the test is none')
  return serversEngine(named.value)
}

const world = { folding: FOLDING, now: Date.now }
const clusterAddress = (database: string): string =>
  `clickhouse://${servers.servers.map(({ host }) => host).join(',')}/${database}?cluster=${CLUSTER}`

if (hasClickhouse()) {
  beforeAll(async () => {
    servers = await startServers(2)
    const [first] = servers.servers
    alone = await engineAt(`clickhouse://${first?.host}/alone`)
    both = await engineAt(clusterAddress('sharded'))
    each = await Promise.all(servers.servers.map(({ host }) => engineAt(`clickhouse://${host}/sharded`)))
  })
  afterAll(async () => {
    for (const engine of [alone, both, ...each]) await engine.close()
    await servers.close()
  })

  storeContract('a server', () => emptied(alone), 3)

  const emptyCluster = async () => {
    const local = tablesWithRows({ name: CLUSTER, replicated: false })
    for (const engine of each) for (const table of local) await engine.command(`TRUNCATE TABLE ${table}`)
    return emptied(both, [])
  }

  storeContract('a cluster', emptyCluster, 3)

  describe('a cluster', () => {
    test('keeps each workload on one shard, and uses every shard', async () => {
      const store = await emptyCluster()
      await store.append({ id: 'many', records: manyWorkloads(20) })
      const held = await Promise.all(
        each.map(engine => engine.rows<{ workload: string }>('SELECT DISTINCT workload FROM evidence_local')),
      )
      const names = held.map(rows => rows.map(({ workload }) => workload))
      expect(names.flat().length).toBe(20)
      expect(new Set(names.flat()).size).toBe(20)
      for (const own of names) expect(own.length).toBeGreaterThan(0)
      expect((await store.read()).workloads).toHaveLength(20)
    })

    test('with a shard down neither reads less nor acknowledges what it cannot keep', async () => {
      // Tables of its own: rows that were only just let go of come back with a server that was killed.
      const store = createClickhouseStore(await engineAt(clusterAddress('killed')), FOLDING, Date.now)
      await store.append({ id: 'before', records: manyWorkloads(20) })
      const whole = await store.read()
      const [, second] = servers.servers
      await second?.kill()
      try {
        await expect(store.read()).rejects.toMatchObject({ problem: { code: 'store-failed' } })
        await expect(store.append({ id: 'during', records: manyWorkloads(20, 'later') })).rejects.toMatchObject({
          problem: { code: 'store-failed' },
        })
      } finally {
        await second?.start()
      }
      // What was refused is sent again, and counts once.
      await store.append({ id: 'during', records: manyWorkloads(20, 'later') })
      const { workloads, ledger } = await store.read()
      expect(workloads).toEqual(whole.workloads)
      expect(ledger.map(({ accepted }) => accepted)).toEqual([40])
      await store.close()
    })

    test('is opened by its address, with or without tables that are there', async () => {
      const opened = await openStore(clusterAddress('sharded'), world)
      expect(opened.ok).toBe(true)
      if (opened.ok) await opened.value.store.close()
    })
  })
} else {
  test('servers can be had, or this is not continuous integration', () => {
    expect(process.env.CI, 'clickhouse-server is not installed').toBeUndefined()
  })
}
