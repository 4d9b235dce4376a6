/** The log of receipts: what is appended is there, in batches that are chained and sealed, and it goes on where it ended. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseLine } from '../../io/receipts/parse-line.ts'
import { openReceiptLog } from '../../io/receipts/receipt-log.ts'
import { DIGEST_KEY, decisionBody, KEYS, newLogFolder, openLog, ticking } from './receipt-folder.ts'

const linesIn = (folder: string) =>
  readdirSync(folder)
    .filter(name => name.endsWith('.jsonl'))
    .sort()
    .flatMap(name => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1))
    .map(line => parseLine(Buffer.from(line)))

const recordsIn = (folder: string) => linesIn(folder).flatMap(line => (line.kind === 'record' ? [line] : []))
const sealsIn = (folder: string) => linesIn(folder).flatMap(line => (line.kind === 'seal' ? [line] : []))

describe('a log of receipts', () => {
  test('holds what was appended, in order, chained and sealed', async () => {
    const folder = newLogFolder()
    const log = await openLog(folder, { limits: { batch: 4 } })
    await Promise.all(Array.from({ length: 10 }, (_, index) => log.append(decisionBody(index))))
    await log.close()
    const records = recordsIn(folder)
    expect(records.map(({ receipt }) => receipt.event)).toEqual(
      Array.from({ length: 10 }, (_, index) => decisionBody(index).event),
    )
    expect(records.map(({ receipt }) => receipt.sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(records.map(({ receipt }) => receipt.previous)).toEqual([null, ...records.slice(0, -1).map(r => r.digest)])
    expect(sealsIn(folder).map(({ statement: { first, last, head } }) => [first, last, head])).toEqual([
      [0, 3, records[3]?.digest],
      [4, 7, records[7]?.digest],
      [8, 9, records[9]?.digest],
    ])
  })

  test('is readable by its owner only', async () => {
    const folder = newLogFolder()
    const log = await openLog(folder)
    await log.append(decisionBody(0))
    await log.close()
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  })

  test('goes on where it ended, in more segments than one', async () => {
    const folder = newLogFolder()
    for (let round = 0; round < 5; round++) {
      const log = await openLog(folder, { limits: { segmentBytes: 3_000 } })
      for (let index = 0; index < 3; index++) await log.append(decisionBody(round * 3 + index))
      await log.close()
    }
    const records = recordsIn(folder)
    expect(records.map(({ receipt }) => receipt.sequence)).toEqual(Array.from({ length: 15 }, (_, index) => index))
    expect(new Set(records.map(({ receipt }) => receipt.log)).size).toBe(1)
    expect(records.slice(1).map(({ receipt }) => receipt.previous)).toEqual(records.slice(0, -1).map(r => r.digest))
    expect(readdirSync(folder).length).toBeGreaterThan(2)
  })

  test('has one writer, and another one after it', async () => {
    const folder = newLogFolder()
    const log = await openLog(folder)
    const again = await openReceiptLog({
      folder,
      signingKey: KEYS.privateKey,
      digestKey: DIGEST_KEY,
      now: ticking(),
    })
    expect(again).toMatchObject({ ok: false, problems: [{ code: 'receipts-locked' }] })
    await log.close()
    await (await openLog(folder)).close()
  })

  test('a clock that runs backwards does not', async () => {
    const folder = newLogFolder()
    const times = [5_000, 4_000, 6_000, 1_000]
    const log = await openLog(folder, { now: () => times.shift() ?? 0 })
    for (let index = 0; index < 4; index++) await log.append(decisionBody(index))
    await log.close()
    const at = recordsIn(folder).map(({ receipt }) => Date.parse(receipt.time))
    expect(at).toEqual([5_000, 5_000, 6_000, 6_000])
  })
})
