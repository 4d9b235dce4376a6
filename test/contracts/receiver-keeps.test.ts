/** What a receiver does by itself: it follows files, in spite of a store that cannot write for a while, and lets go of what is old. */
import { appendFileSync, mkdtempSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { firstDayKept } from '../../io/store/retention.ts'
import { start } from './receiver.ts'

const record = (id: string): string =>
  `${JSON.stringify({ format: 'ambit.observation/v1', type: 'loss', id, count: 1, detail: '' })}\n`

test('files wait for a store that cannot write, and are read on', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'ambit-followed-')), 'sensor.jsonl')
  appendFileSync(file, `${record('a')}broken\n`)
  let isBroken = true
  const receiver = await start({
    more: { follow: [file] },
    store: inner => ({
      ...inner,
      append: batch => (isBroken ? Promise.reject(new Error('the disk is full')) : inner.append(batch)),
    }),
  })
  await expect.poll(() => receiver.logged, { timeout: 20_000 }).toContain('error not-followed')
  expect((await receiver.store.read()).ledger).toEqual([])
  isBroken = false
  appendFileSync(file, record('b'))
  const ledger = async () => (await receiver.store.read()).ledger
  await expect.poll(ledger, { timeout: 20_000 }).toMatchObject([
    { source: 'ambit', accepted: 2, duplicate: 0 },
    { source: 'unrecognized', rejected: { 'not-json': 1 } },
  ])
  expect((await receiver.get('/metrics')).bytes.toString()).toContain('ambit_received_items_total{source="ambit"} 2')
  await receiver.close()
  expect((await receiver.store.bookmarks(hostname())).get(file)).toHaveLength(1)
})

test('what one sender is refused, and what its sensor lost, concerns the workloads that it may write of', async () => {
  const receiver = await start({ tokens: { team: { record: ['bank/*'] }, other: { record: ['shop/till'] } } })
  const call = (namespace: string, name: string): string =>
    JSON.stringify({
      format: 'ambit.observation/v1',
      type: 'observation',
      id: `${namespace}-call`,
      workload: { namespace, name },
      session: 's',
      witness: 's',
      time: '2026-03-01T00:00:00Z',
      substrate: 'tool',
      action: 'read_file',
      values: [],
      outcome: 'ok',
    })
  const send = async (body: string, token: string): Promise<number> =>
    (await receiver.post('/v1/evidence?source=ambit', body, {}, token)).status
  expect(await send('['.repeat(2_000), 'team')).toBe(400)
  expect(await send(call('bank', 'assistant'), 'team')).toBe(200)
  expect(await send(call('shop', 'till'), 'other')).toBe(200)
  expect(await send(record('gap'), 'other')).toBe(200)
  const { ledger, workloads, profile } = await receiver.store.read()
  expect(ledger).toMatchObject([
    {
      source: 'ambit',
      lost: 0,
      lostOf: [
        { workloads: ['bank/*'], lost: null },
        { workloads: ['shop/till'], lost: 1 },
      ],
    },
  ])
  const lost = await Promise.all(workloads.map(async workload => (await profile(workload))?.ledger[0]?.lost))
  expect(lost).toEqual([null, 1])
  expect((await receiver.get('/metrics')).bytes.toString()).toMatch(
    /ambit_ledger_items\{source="ambit",state="lost"\} Nan/i,
  )
  await receiver.close()
})

test('what was received before the days that are kept is let go of, and what cannot be is said', async () => {
  const asked: string[] = []
  const receiver = await start({
    more: { store: 'evidence.store', keep: '30d' },
    store: inner => ({ ...inner, prune: async before => void asked.push(before) }),
  })
  await receiver.close()
  expect(asked).toEqual([firstDayKept(Date.now(), 30)])
  expect(receiver.logged).toContain('info pruned')
  const failing = await start({
    more: { store: 'evidence.store', keep: '1d' },
    store: inner => ({ ...inner, prune: () => Promise.reject(new Error('a shard is down')) }),
  })
  await failing.close()
  expect(failing.logged).toContain('error not-pruned')
  expect(firstDayKept(Date.UTC(2026, 2, 31, 23), 30)).toBe('2026-03-01')
})
