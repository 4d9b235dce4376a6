/**
 * Units that are folded from memory while evidence comes in, in this thread or another: what a store says is what memory says, also where
 * another process writes to the same units, and where the thread ends.
 */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FOLDING } from '../../core/pipeline.ts'
import { createClickhouseStore } from '../../io/store/clickhouse/clickhouse-store.ts'
import type { Batch, EvidenceStore } from '../../io/store/evidence-store.ts'
import { createMemoryStore } from '../../io/store/memory-store.ts'
import { arbitraryFeed } from '../contracts/arbitrary-evidence.ts'
import { arbitraryJoins } from '../contracts/arbitrary-joins.ts'
import { profileText } from '../contracts/evidence-line.ts'
import { storeContract } from '../contracts/store-contract.ts'
import { embeddedForAll, emptied } from './embedded-engine.ts'
import { callOf } from './many-workloads.ts'

const THREAD = fileURLToPath(new URL('../../dist/apps/cli/fold-thread.js', import.meta.url))

/** So little that nearly every append folds something. */
const KEPT = { weight: 4_000, rows: 6 }

const { engine } = embeddedForAll()

storeContract('folding what came whole', () => emptied(engine(), undefined, { kept: KEPT }), 4)

const told = async (store: EvidenceStore) => {
  const { workloads, ledger, profile } = await store.read()
  const profiles = await Promise.all(workloads.map(profile))
  return { ledger, profiles: profiles.map(found => (found === null ? null : profileText(found))) }
}

const inMemory = async (batches: readonly Batch[]) => {
  const memory = createMemoryStore(FOLDING)
  for (const batch of batches) await memory.append(batch)
  return told(memory)
}

/** Sessions that go on from one batch to the next. */
const sessions = (count: number): readonly Batch[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `batch-${index}`,
    records: Array.from({ length: 12 }, (_, place) => callOf(`s-${(index + place) % 17}`, `${index}-${place}`)),
  }))

const folds = async (): Promise<number> => (await engine().rows('SELECT unit FROM folds')).length

describe('units that came whole', () => {
  test('are folded before anybody reads', async () => {
    const store = await emptied(engine(), undefined, { kept: KEPT })
    for (const batch of sessions(3)) await store.append(batch)
    await expect.poll(folds).toBeGreaterThan(0)
  })

  test('are read back where two processes write to the same ones', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(arbitraryFeed, arbitraryJoins),
        fc.array(fc.boolean(), { minLength: 1 }),
        async (feed, turns) => {
          const one = await emptied(engine(), undefined, { kept: KEPT })
          const other = createClickhouseStore(engine(), FOLDING, Date.now, null, { kept: KEPT })
          const batches = feed.map(({ source, item }, index) => ({
            id: `batch-${index}`,
            records: [{ source, items: [item] }],
          }))
          for (const [index, batch] of batches.entries()) {
            const store = turns[index % turns.length] === true ? one : other
            await store.append(batch)
            if (index % 13 === 7) await other.read()
          }
          const expected = await inMemory(batches)
          expect(await told(one)).toEqual(expected)
          expect(await told(other)).toEqual(expected)
        },
      ),
      { numRuns: 6 },
    )
  }, 240_000)

  test('are folded in a thread of their own, and here once it has ended', async () => {
    const threads: Worker[] = []
    const startThread = (): Worker => {
      const thread = new Worker(THREAD)
      threads.push(thread)
      return thread
    }
    const store = await emptied(engine(), undefined, { kept: KEPT, startThread })
    const batches = sessions(20)
    for (const batch of batches.slice(0, 8)) await store.append(batch)
    expect(threads).toHaveLength(1)
    await expect.poll(folds).toBeGreaterThan(0)
    expect(await told(store)).toEqual(await inMemory(batches.slice(0, 8)))
    for (const batch of batches.slice(8, 12)) await store.append(batch)
    await threads[0]?.terminate()
    for (const batch of batches.slice(12)) await store.append(batch)
    expect(await told(store)).toEqual(await inMemory(batches))
    expect(threads).toHaveLength(1)
  })
})
