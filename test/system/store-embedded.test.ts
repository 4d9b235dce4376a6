/** The embedded engine keeps the contract of every store. */
import { describe, expect, test } from 'vitest'
import { derivePolicy, FOLDING } from '../../core/pipeline.ts'
import { createClickhouseStore } from '../../io/store/clickhouse/clickhouse-store.ts'
import type { EvidenceStore } from '../../io/store/evidence-store.ts'
import { createMemoryStore } from '../../io/store/memory-store.ts'
import { PASSWORD, SECRETS } from '../contracts/arbitrary-evidence.ts'
import { decisionsFor, profileText } from '../contracts/evidence-line.ts'
import { storeContract } from '../contracts/store-contract.ts'
import { embeddedForAll, emptied } from './embedded-engine.ts'
import { callOf, manyWorkloads } from './many-workloads.ts'

const { engine } = embeddedForAll()

const told = async (store: EvidenceStore) => {
  const { workloads, ledger, profile } = await store.read()
  const profiles = (await Promise.all(workloads.map(profile))).flatMap(found => found ?? [])
  return {
    ledger,
    profiles: profiles.map(profileText),
    policies: profiles.map(found => derivePolicy(found, decisionsFor('literal'))),
  }
}

storeContract('embedded', () => emptied(engine()), 8)

describe('the embedded engine', () => {
  test('a session that tells of more than is read at once counts for nothing, and the profile says so', async () => {
    const store = await emptied(engine())
    await store.append({ id: 'quiet', records: manyWorkloads(1) })
    const before = await told(store)
    for (let batch = 0; batch < 11; batch++) {
      const records = Array.from({ length: 10_000 }, (_, index) => callOf('flood', `${batch}-${index}`))
      await store.append({ id: `flood-${batch}`, records })
    }
    const { profiles, ledger, policies } = await told(store)
    expect(profiles).toEqual(before.profiles)
    expect(ledger).toMatchObject([{ accepted: 1, rejected: { flooded: 110_000 }, received: 110_001 }])
    const [incomplete] = policies.map(({ coverage }) => coverage.incomplete)
    expect(incomplete).toContainEqual({ code: 'records-rejected', detail: 'ambit: 110000 flooded' })
    expect(before.policies[0]?.coverage.complete).toBe(true)
  })

  test('no argument that is secret is written to disk', async () => {
    const store = await emptied(engine())
    const { source, items } = callOf('s', 'a')
    const held = [
      { dimension: 'tool.args.note', value: SECRETS[0] ?? '' },
      { dimension: 'tool.args.password', value: PASSWORD },
    ]
    const told = items.flatMap(item =>
      item.kind === 'observation' ? [{ ...item, observation: { ...item.observation, values: held } }] : [],
    )
    await store.append({ id: 'secret', records: [{ source, items: told }] })
    await store.read()
    for (const [table, column] of [
      ['evidence', 'payload'],
      ['sightings', "arrayStringConcat(value_json, ' ')"],
      ['behaviors', 'value'],
    ]) {
      const rows = await engine().rows<{ text: string }>(`SELECT ${column} AS text FROM ${table}`)
      expect(rows.length).toBeGreaterThan(0)
      for (const { text } of rows) {
        expect(text).toContain('<secret>')
        for (const secret of [SECRETS[0] ?? '', PASSWORD]) expect(text).not.toContain(secret)
      }
    }
  })

  test('lets go of whole days, and of what was derived from them alone', async () => {
    let now = Date.UTC(2026, 5, 1)
    await emptied(engine())
    const store = createClickhouseStore(engine(), FOLDING, () => now)
    await store.append({ id: 'early', records: [callOf('first', 'a'), callOf('second', 'b')] })
    await store.read()
    now = Date.UTC(2026, 5, 20)
    await store.append({ id: 'late', records: [callOf('second', 'c')] })
    await store.prune('2026-06-10')
    const { profiles, ledger } = await told(store)
    const kept = createMemoryStore(FOLDING)
    await kept.append({ id: 'late', records: [callOf('second', 'c')] })
    expect({ profiles, ledger }).toMatchObject(await told(kept).then(({ profiles, ledger }) => ({ profiles, ledger })))
  })
})
