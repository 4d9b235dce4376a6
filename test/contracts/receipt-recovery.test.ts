/** A log that was cut at any byte, and a disk that fails at any step: what was durable stays, and what comes after is chained to it. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Receipt, ReceiptEvent } from '../../core/model/receipt.ts'
import { type Disk, REAL_DISK } from '../../io/receipts/disk.ts'
import { fingerprint } from '../../io/receipts/dsse.ts'
import { openReceiptLog } from '../../io/receipts/receipt-log.ts'
import { ReceiptRefused } from '../../io/receipts/receipt-sink.ts'
import { verifyLog } from '../../io/receipts/verify-log.ts'
import { bodyWith, DIGEST_KEY, KEYS, newLogFolder, openLog, ticking } from './receipt-folder.ts'

const FILE = 'receipts-000000000000000.jsonl'
const keys = new Map([[fingerprint(KEYS.publicKey), KEYS.publicKey]])

/** Thousands of logs: the machine does not crash in between. */
const UNSYNCED: Disk = {
  ...REAL_DISK,
  open: async path => ({ ...(await REAL_DISK.open(path)), sync: async () => undefined }),
  syncFolder: async () => undefined,
}

const note = (detail: string) => bodyWith({ kind: 'start', detail })

const read = async (folder: string) => {
  const events: ReceiptEvent[] = []
  const onRecord = ({ event }: Receipt) => events.push(event)
  const verified = await verifyLog({ folder, keys, head: null, onRecord })
  const details = events.flatMap(event => (event.kind === 'start' ? [event.detail] : []))
  return { ...verified, events, details }
}

describe('a log that was cut', () => {
  test('at any byte goes on, keeps what was sealed, and sets the rest aside', async () => {
    const whole = newLogFolder()
    const log = await openLog(whole)
    for (const wave of [['a', 'b'], ['c']]) await Promise.all(wave.map(detail => log.append(note(detail))))
    await log.close()
    const bytes = readFileSync(join(whole, FILE))
    const ends = [...bytes.toString().matchAll(/"payloadType"[^\n]*\n/g)].map(
      ({ index, 0: text }) => index + text.length,
    )
    expect(ends).toHaveLength(2)
    for (let length = 0; length <= bytes.length; length++) {
      const folder = newLogFolder()
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, FILE), bytes.subarray(0, length))
      const again = await openLog(folder, { sync: false, disk: UNSYNCED })
      await again.append(note('later'))
      await again.close()
      const sealed = ends.filter(end => end <= length)
      const kept = ['a', 'b', 'c'].slice(0, [0, 2, 3][sealed.length])
      const { findings, recoveries, details, events } = await read(folder)
      expect([length, findings, details]).toEqual([length, [], [...kept, 'later']])
      const torn = bytes.subarray(sealed.at(-1) ?? 0, length)
      expect(recoveries.map(({ cause, count }) => [cause, count])).toEqual(
        torn.length === 0 ? [] : [['torn', torn.length]],
      )
      const aside = events.flatMap(event => (event.kind === 'recovered' && event.file !== null ? [event.file] : []))
      expect(readdirSync(folder).filter(name => name.startsWith('torn-'))).toEqual(aside)
      for (const name of aside) expect(readFileSync(join(folder, name)).equals(torn)).toBe(true)
    }
  }, 240_000)

  test('in its first batch of a later segment goes on from the segment before', async () => {
    const folder = newLogFolder()
    const log = await openLog(folder, { limits: { segmentBytes: 1 } })
    for (const detail of ['a', 'b']) await log.append(note(detail))
    await log.close()
    const last = join(folder, 'receipts-000000000000001.jsonl')
    writeFileSync(last, readFileSync(last).subarray(0, 100))
    const again = await openLog(folder)
    await again.append(note('c'))
    await again.close()
    expect(await read(folder)).toMatchObject({ findings: [], details: ['a', 'c'], recoveries: [{ count: 100 }] })
  })

  test('but damaged before its last batch, is not continued', async () => {
    const folder = newLogFolder()
    const log = await openLog(folder)
    for (const detail of ['a', 'b', 'c']) await log.append(note(detail))
    await log.close()
    const path = join(folder, FILE)
    writeFileSync(path, readFileSync(path, 'utf8').replace('"detail":"a"', '"detail":"z"'))
    const options = { folder, signingKey: KEYS.privateKey, digestKey: DIGEST_KEY, now: ticking() }
    expect(await openReceiptLog(options)).toMatchObject({ ok: false, problems: [{ code: 'receipts-broken' }] })
    // The refusal does not hold the lock.
    expect(await openReceiptLog(options)).toMatchObject({ ok: false, problems: [{ code: 'receipts-broken' }] })
  })

  test('what was set aside is missed when it is gone or changed', async () => {
    const folder = newLogFolder()
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, FILE), '{"evidence":')
    const log = await openLog(folder)
    await log.append(note('a'))
    await log.close()
    const [name = ''] = readdirSync(folder).filter(file => file.startsWith('torn-'))
    writeFileSync(join(folder, name), 'other')
    expect(await read(folder)).toMatchObject({ findings: [{ code: 'aside-unlike' }] })
  })
})

/** Fails as told: each operation on files takes the next word. */
const failing = (plan: () => 'ok' | 'half' | 'none'): Disk => {
  const full = (code: string) => Object.assign(new Error(code), { code })
  return {
    ...REAL_DISK,
    open: async path => {
      if (plan() !== 'ok') throw full('EMFILE')
      const file = await REAL_DISK.open(path)
      return {
        ...file,
        write: async (bytes, position) => {
          const word = plan()
          if (word === 'half') await file.write(bytes.subarray(0, bytes.length / 2), position)
          if (word !== 'ok') throw full('ENOSPC')
          await file.write(bytes, position)
        },
        sync: async () => {
          if (plan() !== 'ok') throw full('EIO')
        },
        truncate: async length => {
          if (plan() !== 'ok') throw full('EROFS')
          await file.truncate(length)
        },
      }
    },
    syncFolder: async () => {
      if (plan() !== 'ok') throw full('EIO')
    },
  }
}

describe('a disk that fails', () => {
  test('at any step: what was refused is not there, what was not is, and the log says how many', async () => {
    const words = fc.constantFrom('ok', 'ok', 'ok', 'half', 'none')
    await fc.assert(
      fc.asyncProperty(
        fc.array(words, { maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 }),
        async (plan, waves) => {
          const folder = newLogFolder()
          const left = [...plan]
          const log = await openLog(folder, {
            disk: failing(() => left.shift() ?? 'ok'),
            limits: { segmentBytes: 2_000 },
          })
          let [id, refused] = [0, 0]
          const durable: string[] = []
          const append = async (): Promise<void> => {
            const name = String(id++)
            try {
              await log.append(note(name))
              durable.push(name)
            } catch (error) {
              if (!(error instanceof ReceiptRefused)) throw error
              expect(error.problem.code).toBe('receipts-unwritten')
              expect(log.state()).toMatchObject({ kind: 'failed', problem: { code: 'receipts-unwritten' } })
              refused++
            }
          }
          for (const size of waves) await Promise.all(Array.from({ length: size }, append))
          left.length = 0
          await append()
          expect(log.state()).toEqual({ kind: 'open' })
          await log.close()
          const { findings, details, recoveries } = await read(folder)
          expect(findings).toEqual([])
          expect(details).toEqual(durable)
          expect(recoveries.reduce((all, { count }) => all + count, 0)).toBe(refused)
        },
      ),
      { numRuns: 300 },
    )
  }, 240_000)

  test('more than may wait is refused at once', async () => {
    const folder = newLogFolder()
    const log = await openLog(folder, { limits: { queue: 2_000 } })
    const answers = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => log.append(note(String(index)))))
    const refused = answers.filter(({ status }) => status === 'rejected')
    expect(refused.length).toBeGreaterThan(30)
    await log.append(note('later'))
    await log.close()
    expect(await read(folder)).toMatchObject({
      findings: [],
      recoveries: [{ cause: 'refused', count: refused.length }],
    })
    await expect(log.append(note('too late'))).rejects.toMatchObject({ problem: { code: 'receipts-unwritten' } })
  })
})
