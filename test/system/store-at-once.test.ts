/** Two processes that fold at once, their clocks apart: what one of them had not read yet is in the end in what both say. */
import { expect, test } from 'vitest'
import { MINUTE, NO_FACTS, type Observation } from '../../core/model/observation.ts'
import { FOLDING } from '../../core/pipeline.ts'
import { createClickhouseStore } from '../../io/store/clickhouse/clickhouse-store.ts'
import type { Engine } from '../../io/store/clickhouse/engine.ts'
import type { Batch, EvidenceStore } from '../../io/store/evidence-store.ts'
import { createMemoryStore } from '../../io/store/memory-store.ts'
import { profileText } from '../contracts/evidence-line.ts'
import { embeddedForAll } from './embedded-engine.ts'

const { engine } = embeddedForAll()

const BEGIN = Date.UTC(2026, 2, 1) * 1_000
const WORKLOAD = { namespace: 'agents', name: 'both' }

const batchOf = (id: string, more: Partial<Observation>): Batch => {
  const observation: Observation = {
    id,
    source: 'ambit',
    workload: WORKLOAD,
    session: null,
    witness: 'process',
    substrate: 'tool',
    action: 'run',
    values: [],
    visibility: 'seen',
    start: BEGIN,
    end: BEGIN + MINUTE,
    outcome: 'ok',
    result: null,
    facts: NO_FACTS,
    pod: 'agents/both-0',
    ...more,
  }
  return { id, records: [{ source: 'ambit', items: [{ kind: 'observation', observation }] }] }
}
const CALL = batchOf('call', { session: 'task', witness: 'task' })
const BELOW = batchOf('below', { substrate: 'process', action: 'exec', start: BEGIN + 1_000, end: null })

const told = async (store: EvidenceStore): Promise<string> => {
  const profile = await (await store.read()).profile(WORKLOAD)
  return profile === null ? 'none' : profileText(profile)
}

/** An engine that waits, once, before it writes what was folded. */
const waiting = (inner: Engine) => {
  let [isHeld, release, reached] = [true, () => {}, () => {}]
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  const isThere = new Promise<void>(resolve => {
    reached = resolve
  })
  const held: Engine = {
    ...inner,
    insertWritten: async (table, rows) => {
      if (isHeld && table === 'witnesses') {
        isHeld = false
        reached()
        await released
      }
      await inner.insertWritten(table, rows)
    },
  }
  return { held, isThere, release: () => release() }
}

test('a fold that read less, and is written later by a clock that is ahead, is folded again', async () => {
  const { held, isThere, release } = waiting(engine())
  const ahead = createClickhouseStore(held, FOLDING, () => Date.now() + 3_600_000)
  const behind = createClickhouseStore(engine(), FOLDING, Date.now)
  await behind.append(BELOW)
  const reading = told(ahead)
  // It has read the pod, in which no call was open then.
  await isThere
  await behind.append(CALL)
  await told(behind)
  release()
  await reading
  const memory = createMemoryStore(FOLDING)
  for (const batch of [BELOW, CALL]) await memory.append(batch)
  const expected = await told(memory)
  expect(expected).toContain('session:task')
  expect([await told(behind), await told(ahead)]).toEqual([expected, expected])
  // And what comes later is not hidden behind the clock that is ahead.
  const later = batchOf('later', { session: 'task', witness: 'task', action: 'stop', start: BEGIN + 500 })
  for (const store of [behind, memory]) await store.append(later)
  expect(await told(behind)).toBe(await told(memory))
})
