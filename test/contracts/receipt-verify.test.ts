/** A log that somebody changed: each change is found, and told apart by its code. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { fingerprint } from '../../io/receipts/dsse.ts'
import type { Head } from '../../io/receipts/head.ts'
import { verifyLog } from '../../io/receipts/verify-log.ts'
import { decisionBody, KEYS, newLogFolder, OTHER_KEYS, openLog, ticking } from './receipt-folder.ts'

const KEY = new Map([[fingerprint(KEYS.publicKey), KEYS.publicKey]])

/** Four batches of three records in one file: lines 0–2 records, 3 seal, and so on. */
let original = ''
let lines: readonly string[] = []
let head: Head
const FILE = 'receipts-000000000000000.jsonl'
const RECORDS = 12

const verify = (folder: string, options: { readonly head?: Head | null; readonly keys?: typeof KEY } = {}) =>
  verifyLog({ folder, keys: KEY, head: null, onRecord: () => undefined, ...options })

const codes = async (folder: string, options: Parameters<typeof verify>[1] = {}): Promise<readonly string[]> =>
  [...new Set((await verify(folder, options)).findings.map(({ code }) => code))].sort()

const folderWith = (files: Readonly<Record<string, string | Buffer>>): string => {
  const folder = newLogFolder()
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

const codesOf = (content: string | Buffer, options: Parameters<typeof verify>[1] = {}): Promise<readonly string[]> =>
  codes(folderWith({ [FILE]: content }), options)

const joined = (list: readonly string[]): string => list.map(line => `${line}\n`).join('')
const isSeal = (index: number): boolean => index % 4 === 3
const recordLines = (): readonly number[] => lines.map((_, index) => index).filter(index => !isSeal(index))
const swapped = (a: number, b: number): string =>
  joined(lines.map((line, index) => (index === a ? lines[b] : index === b ? lines[a] : line) ?? ''))
const without = (...gone: readonly number[]): string => joined(lines.filter((_, index) => !gone.includes(index)))

beforeAll(async () => {
  const folder = newLogFolder()
  const log = await openLog(folder, { limits: { batch: 3 } })
  await Promise.all(Array.from({ length: RECORDS }, (_, index) => log.append(decisionBody(index))))
  await log.close()
  original = readFileSync(join(folder, FILE), 'utf8')
  lines = original.split('\n').slice(0, -1)
  const verified = await verify(folder)
  if (verified.head === null) throw new Error('no head')
  head = verified.head
})

describe('a log as it was written', () => {
  test('holds', async () => {
    const verified = await verify(folderWith({ [FILE]: original }), { head })
    expect(verified).toMatchObject({ findings: [], records: RECORDS, seals: 4, head: { sequence: RECORDS - 1 } })
  })

  test('in several segments, continued often, holds', async () => {
    const folder = newLogFolder()
    for (let round = 0; round < 6; round++) {
      const log = await openLog(folder, { limits: { segmentBytes: 4_000, batch: 2 } })
      await Promise.all([0, 1, 2, 3, 4].map(index => log.append(decisionBody(index))))
      await log.close()
    }
    expect(readdirSync(folder).length).toBeGreaterThan(3)
    expect(await verify(folder)).toMatchObject({ findings: [], records: 30 })
  })

  test('whose writer changed keys holds with both, and not with one', async () => {
    const folder = newLogFolder()
    for (const { privateKey } of [KEYS, OTHER_KEYS, KEYS]) {
      const log = await openLog(folder, { signingKey: privateKey })
      await log.append(decisionBody(0))
      await log.close()
    }
    const both = new Map([...KEY, [fingerprint(OTHER_KEYS.publicKey), OTHER_KEYS.publicKey]])
    expect(await codes(folder, { keys: both })).toEqual([])
    expect(await codes(folder)).toEqual(['key-unknown'])
  })
})

describe('one thing was changed', () => {
  test('any byte', async () => {
    const bytes = Buffer.from(original)
    const lineOfByte = (at: number): number => original.slice(0, at).split('\n').length - 1
    const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) })
    await fc.assert(
      fc.asyncProperty(change, async ({ at, to }) => {
        fc.pre(bytes[at] !== to)
        const changed = Buffer.from(bytes)
        changed[at] = to
        const found = await codesOf(changed)
        const index = lineOfByte(at)
        const isFeed = bytes[at] === 10
        // Where a line feed goes, two lines are one: a record or a seal, and at the end the last line is not whole.
        const expected =
          at === bytes.length - 1
            ? ['torn-tail']
            : isFeed
              ? ['record-edited', 'seal-edited']
              : isSeal(index)
                ? ['seal-edited', 'signature-invalid', 'key-unknown']
                : ['record-edited']
        expect(found.filter(code => expected.includes(code))).not.toEqual([])
        if (!isFeed && at < bytes.length - 1 && to !== 10) expect(found).toHaveLength(1)
      }),
      { numRuns: Number(process.env.AMBIT_RECEIPT_RUNS ?? 400) },
    )
  })

  test('any two records swapped', async () => {
    const pairs = recordLines().flatMap(a => recordLines().flatMap(b => (a < b ? [[a, b] as const] : [])))
    for (const [a, b] of pairs) expect([a, b, await codesOf(swapped(a, b))]).toEqual([a, b, ['record-reordered']])
  })

  test('any record removed', async () => {
    for (const index of recordLines())
      expect([index, await codesOf(without(index))]).toEqual([index, ['record-missing']])
  })

  test('any record put in twice, or one of another log', async () => {
    const other = lines[0]?.replace(/"log":"[^"]*"/, '"log":"another"') ?? ''
    for (const index of recordLines()) {
      for (const line of [lines[index] ?? '', other]) {
        const content = joined([...lines.slice(0, index + 1), line, ...lines.slice(index + 1)])
        expect([index, await codesOf(content)]).toEqual([index, ['record-inserted']])
      }
    }
  })

  test('any seal removed, but the last', async () => {
    for (const index of [3, 7, 11]) expect(await codesOf(without(index))).toEqual(['seal-missing'])
    expect(await codesOf(without(15))).toEqual(['unsealed-tail'])
  })

  test('a whole batch removed, moved or put in twice', async () => {
    expect(await codesOf(without(4, 5, 6, 7))).toEqual(['record-missing'])
    expect(await codesOf(without(0, 1, 2, 3))).toEqual(['record-missing'])
    const moved = joined([...lines.slice(0, 4), ...lines.slice(8, 12), ...lines.slice(4, 8), ...lines.slice(12)])
    expect(await codesOf(moved)).toEqual(['record-reordered'])
    expect(await codesOf(joined([...lines.slice(0, 8), ...lines.slice(4)]))).toEqual(['record-inserted'])
  })

  test('any prefix is torn, unsealed or truncated', async () => {
    const bytes = Buffer.from(original)
    for (let length = 1; length < bytes.length; length += 53) {
      const prefix = bytes.subarray(0, length)
      const text = prefix.toString()
      const whole = text.split('\n').length - 1
      const isLineEnd = text.endsWith('\n')
      const expected = !isLineEnd ? ['torn-tail'] : whole % 4 === 0 ? [] : ['unsealed-tail']
      expect([length, await codesOf(prefix)]).toEqual([length, expected])
      expect([length, await codesOf(prefix, { head })]).toEqual([length, [...expected, 'truncated'].sort()])
    }
  })

  test('truncation to whole batches is seen only beside a head that was kept', async () => {
    const cut = joined(lines.slice(0, 8))
    expect(await codesOf(cut)).toEqual([])
    expect(await codesOf(cut, { head })).toEqual(['truncated'])
    expect(await codesOf('', { head })).toEqual(['truncated'])
  })

  test('another history of the same length is not that of the head', async () => {
    const folder = newLogFolder()
    const log = await openLog(folder, { limits: { batch: 3 }, now: ticking(0) })
    await Promise.all(Array.from({ length: RECORDS }, (_, index) => log.append(decisionBody(index))))
    await log.close()
    expect(await codes(folder, { head })).toEqual(['head-unlike'])
    const { head: own } = await verify(folder)
    expect(own).not.toBeNull()
    expect(await codes(folder, { head: own && { ...own, digest: head.digest } })).toEqual(['head-unlike'])
  })

  test('the wrong key', async () => {
    const keys = new Map([[fingerprint(OTHER_KEYS.publicKey), OTHER_KEYS.publicKey]])
    const { findings } = await verify(folderWith({ [FILE]: original }), { keys })
    expect(findings).toMatchObject([{ code: 'key-unknown', where: `${FILE}:4` }])
  })

  test('a record edited and the chain written anew, without the key', async () => {
    const forged = original.replaceAll('"effect":"hold"', '"effect":"runs"')
    expect(await codesOf(forged)).toContain('record-edited')
  })
})

describe('files', () => {
  const inSegments = async (): Promise<string> => {
    const folder = newLogFolder()
    const log = await openLog(folder, { limits: { segmentBytes: 1, batch: 2 } })
    for (let index = 0; index < 8; index++) await log.append(decisionBody(index))
    await log.close()
    return folder
  }
  const segments = (folder: string): readonly string[] =>
    readdirSync(folder)
      .filter(name => name.endsWith('.jsonl'))
      .sort()

  test('one duplicated, under any name', async () => {
    for (const name of ['receipts-000000000000100.jsonl', 'receipts-000000000000003 copy.jsonl', 'a.jsonl']) {
      const folder = await inSegments()
      copyFileSync(join(folder, segments(folder)[3] ?? ''), join(folder, name))
      const { findings } = await verify(folder)
      expect(findings).toMatchObject([{ code: 'segment-duplicated', where: name }])
    }
  })

  test('one removed, one renamed, one emptied', async () => {
    const removed = await inSegments()
    rmSync(join(removed, segments(removed)[3] ?? ''))
    expect(await codes(removed)).toEqual(['record-missing'])
    const renamed = await inSegments()
    renameSync(join(renamed, segments(renamed)[3] ?? ''), join(renamed, 'receipts-000000000000900.jsonl'))
    expect(await codes(renamed)).toEqual(['segment-renamed'])
    const emptied = await inSegments()
    writeFileSync(join(emptied, segments(emptied)[3] ?? ''), '')
    expect(await codes(emptied)).toEqual(['record-missing'])
  })
})
