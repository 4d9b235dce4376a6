/** Batches sealed in a thread: the same log, and when thread or disk fails, what was refused is not there and everything else is. */
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Receipt } from '../../core/model/receipt.ts'
import { type Disk, REAL_DISK } from '../../io/receipts/disk.ts'
import { fingerprint } from '../../io/receipts/dsse.ts'
import type { ReceiptLogOptions } from '../../io/receipts/receipt-log.ts'
import { type ReceiptLog, ReceiptRefused } from '../../io/receipts/receipt-sink.ts'
import { verifyLog } from '../../io/receipts/verify-log.ts'
import { bodyWith, KEYS, newLogFolder, openLog } from './receipt-folder.ts'

const THREAD = new URL('../../dist/io/receipts/sealing-thread.js', import.meta.url)
const keys = new Map([[fingerprint(KEYS.publicKey), KEYS.publicKey]])
/** So many records of this size are a batch that a thread is given. */
const SIZE = 4_000
const FULL = 128

/** A thread whose sealed batches are counted. */
const counted = (file: URL = THREAD) => {
  const seen = { started: 0, sealed: 0, asked: 0, isStuck: false, worker: null as Worker | null }
  const startThread = (): Worker => {
    const worker = new Worker(file)
    const post = worker.postMessage.bind(worker)
    worker.postMessage = (message, moved) => {
      if (message.kind === 'batch') seen.asked++
      // What a thread that is stuck was given, it has.
      if (message.kind !== 'batch' || !seen.isStuck) post(message, moved)
    }
    worker.on('message', ({ kind }) => {
      if (kind === 'sealed') seen.sealed++
    })
    seen.started++
    seen.worker = worker
    return worker
  }
  return { seen, startThread }
}

const logWith = (folder: string, options: Partial<ReceiptLogOptions>) =>
  openLog(folder, { limits: { batch: FULL, segmentBytes: 2 ** 22 }, sync: false, ...options })

const journal = (log: ReceiptLog) => {
  const [durable, refused, other] = [[] as string[], [] as string[], [] as unknown[]]
  let count = 0
  const append = async (): Promise<void> => {
    const id = String(count++)
    try {
      await log.append(bodyWith({ kind: 'alert', alert: id, detail: `é"${'x'.repeat(SIZE)}` }))
      durable.push(id)
    } catch (error) {
      if (error instanceof ReceiptRefused && error.problem.code === 'receipts-unwritten') refused.push(id)
      else other.push(error)
    }
  }
  return { durable, refused, other, wave: (size = FULL) => Promise.all(Array.from({ length: size }, append)) }
}
type Journal = ReturnType<typeof journal>

/** Until the thread has sealed something. */
const warm = async ({ wave }: Journal, seen: { sealed: number }): Promise<void> => {
  for (let round = 0; seen.sealed === 0 && round < 500; round++) {
    await wave()
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  expect(seen.sealed).toBeGreaterThan(0)
}

/** The log verifies, holds what was durable in order and nothing that was refused, and says how many were. */
const expectSound = async (folder: string, { durable, refused, other }: Journal): Promise<void> => {
  const alerts: string[] = []
  const onRecord = ({ event }: Receipt) => {
    if (event.kind === 'alert') alerts.push(event.alert)
  }
  const { findings, recoveries } = await verifyLog({ folder, keys, head: null, onRecord })
  expect(findings).toEqual([])
  expect(other).toEqual([])
  expect(alerts).toEqual([...durable].sort((a, b) => Number(a) - Number(b)))
  expect(recoveries.reduce((all, { count }) => all + count, 0)).toBe(refused.length)
}

describe('a thread that seals', () => {
  test('is started by large batches only, and goes on where this one was, and back', async () => {
    const folder = newLogFolder()
    const { seen, startThread } = counted()
    const log = await logWith(folder, { startThread })
    const kept = journal(log)
    await kept.wave(3)
    expect(seen.started).toBe(0)
    await warm(kept, seen)
    for (const size of [1, FULL, 5 * FULL + 7, 2, 1, FULL + 1]) await kept.wave(size)
    await log.close()
    expect(seen.started).toBe(1)
    const again = await logWith(folder, {})
    await again.append(bodyWith({ kind: 'start', detail: '' }))
    await again.close()
    await expectSound(folder, kept)
  })

  test('that ends in the middle of batches refuses those, and the log goes on without it', async () => {
    const folder = newLogFolder()
    const { seen, startThread } = counted()
    const log = await logWith(folder, { startThread })
    const kept = journal(log)
    await warm(kept, seen)
    const asked = seen.asked
    seen.isStuck = true
    const waves = kept.wave(3 * FULL)
    expect(seen.asked).toBeGreaterThan(asked)
    await seen.worker?.terminate()
    await waves
    expect(kept.refused).toHaveLength(3 * FULL)
    expect(log.state()).toMatchObject({ kind: 'failed', problem: { code: 'receipts-unwritten' } })
    const { length } = kept.refused
    await kept.wave(2 * FULL)
    expect([log.state().kind, kept.refused.length]).toEqual(['open', length])
    await log.close()
    expect(seen.started).toBe(1)
    await expectSound(folder, kept)
  })

  test('that throws over what it is given does the same', async () => {
    const folder = newLogFolder()
    const { seen, startThread } = counted()
    const log = await logWith(folder, { startThread })
    const kept = journal(log)
    await warm(kept, seen)
    seen.worker?.postMessage({ kind: 'batch', parts: null, from: null, spare: null })
    await kept.wave(2 * FULL)
    await kept.wave(FULL)
    expect(kept.refused.length).toBeGreaterThanOrEqual(FULL)
    await log.close()
    await expectSound(folder, kept)
  })

  test('that never comes up costs nothing but itself', async () => {
    const folder = newLogFolder()
    const { seen, startThread } = counted(new URL('./no-such-file.js', import.meta.url))
    const log = await logWith(folder, { startThread })
    const kept = journal(log)
    for (let round = 0; round < 5; round++) await kept.wave(2 * FULL)
    await log.close()
    expect([seen.started, seen.sealed, kept.refused]).toEqual([1, 0, []])
    await expectSound(folder, kept)
  })

  test('is waited for by close, whatever is under way', async () => {
    const folder = newLogFolder()
    const { seen, startThread } = counted()
    const log = await logWith(folder, { startThread })
    const kept = journal(log)
    await warm(kept, seen)
    const before = kept.durable.length
    const waves = kept.wave(6 * FULL + 5)
    await log.close()
    await waves
    expect([kept.durable.length - before, kept.refused]).toEqual([6 * FULL + 5, []])
    await expect(log.append(bodyWith({ kind: 'start', detail: '' }))).rejects.toThrow('receipts-unwritten')
    await expectSound(folder, kept)
  })

  test('beside a disk that is full now and then: what was refused is not there, and is counted', async () => {
    const step = fc.record({ records: fc.integer({ min: 1, max: 5 * FULL }), isFull: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async steps => {
        const folder = newLogFolder()
        const { seen, startThread } = counted()
        let failing = false
        const disk: Disk = {
          ...REAL_DISK,
          open: async path => {
            const file = await REAL_DISK.open(path)
            return {
              ...file,
              write: async (bytes, position) => {
                // A full disk takes a part.
                if (failing) await file.write(bytes.subarray(0, bytes.length >> 1), position)
                if (failing) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
                await file.write(bytes, position)
              },
            }
          },
        }
        const log = await logWith(folder, { startThread, disk })
        const kept = journal(log)
        await warm(kept, seen)
        for (const { records, isFull } of steps) {
          failing = isFull
          const before = kept.refused.length
          await kept.wave(records)
          expect(kept.refused.length - before).toBe(isFull ? records : 0)
          expect(log.state().kind).toBe(isFull ? 'failed' : 'open')
        }
        failing = false
        await kept.wave(1)
        await log.close()
        await expectSound(folder, kept)
      }),
      { numRuns: Number(process.env.AMBIT_LAW_RUNS ?? 15) },
    )
  })

  test('and a queue that is full: what comes on top is refused at once, and is counted', async () => {
    const folder = newLogFolder()
    const { seen, startThread } = counted()
    const limits = { batch: FULL, queue: 3 * FULL * SIZE }
    const log = await openLog(folder, { limits, sync: false, startThread })
    const kept = journal(log)
    await warm(kept, seen)
    for (let round = 0; round < 3; round++) await kept.wave(5 * FULL)
    await kept.wave(1)
    await log.close()
    expect(kept.refused.length).toBeGreaterThan(FULL)
    await expectSound(folder, kept)
  })
})
