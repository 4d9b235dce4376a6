/** The log of receipts: what is appended is there, in batches that are chained and sealed, and it goes on where it ended. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../core/model/canonical.ts'
import { digestText } from '../../core/model/digest.ts'
import { RECEIPT_FORMAT, type Receipt, type ReceiptBody, type ReceiptEvent } from '../../core/model/receipt.ts'
import { preAuthEncoding } from '../../io/receipts/dsse.ts'
import { parseLine } from '../../io/receipts/parse-line.ts'
import { openReceiptLog } from '../../io/receipts/receipt-log.ts'
import { lineOf, unplaced } from '../../io/receipts/record-line.ts'
import { sha256 } from '../../io/receipts/sha256.ts'
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

describe('a line', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('"', '\\', '\u2028', '\ud800', '\u007f', '\n', '__proto__', 'é"'.repeat(700)),
  )
  const maybe = fc.option(text, { nil: null })
  const answer = fc.option(fc.boolean(), { nil: null })
  const scalar = fc.oneof(text, fc.double(), fc.constant(-0), fc.boolean(), fc.constant(null))
  const value = fc.record(
    {
      value: scalar,
      answers: fc.record({ unprompted: answer, request: answer, field: answer }),
      dimension: text,
      digest: text,
    },
    { requiredKeys: ['answers', 'dimension', 'digest'] },
  )
  const request = fc.record(
    {
      visibility: fc.constantFrom('seen', 'absent', 'malformed'),
      values: fc.array(value, { maxLength: 3 }),
      omitted: fc.nat(),
      substrate: fc.constantFrom('tool', 'iam'),
      action: text,
      measures: fc.array(fc.record({ value: fc.oneof(text, fc.nat(), fc.constant(null)), name: text }), {
        maxLength: 2,
      }),
    },
    { requiredKeys: ['visibility', 'values', 'substrate', 'action', 'measures'] },
  )
  const decision = fc.record({
    verdict: fc.constantFrom('allow', 'review', 'deny'),
    permission: maybe,
    deviations: fc.array(
      fc.record({ observed: scalar, dimension: text, allowed: text, code: fc.constant('unusual') }),
      { maxLength: 2 },
    ),
    code: fc.constant('permitted'),
  })
  const event: fc.Arbitrary<ReceiptEvent> = fc.oneof(
    fc.record({ kind: fc.constant('start'), detail: text }),
    fc.record({ to: maybe, workload: text, kind: fc.constant('reload'), from: maybe, detail: text }),
    fc.record({ permissions: fc.array(text), kind: fc.constant('trigger'), detail: text }),
    fc.record({
      request,
      mode: fc.constantFrom('observe', 'enforce'),
      kind: fc.constant('decision'),
      exception: maybe,
      effect: fc.constantFrom('run', 'hold'),
      decision,
      call: text,
      because: fc.constantFrom('verdict', 'observe'),
    }),
  )
  const body: fc.Arbitrary<ReceiptBody> = fc.record({
    workload: maybe,
    session: maybe,
    policy: maybe,
    identity: fc.record({ subject: maybe, client: maybe }),
    event,
    evidence: fc.array(text, { maxLength: 3 }),
  })

  test('is the canonical JSON of its record, whatever is in it, and reads as it', () => {
    const place = fc.record({ sequence: fc.nat(), previous: maybe, time: fc.integer({ min: 0, max: 4e12 }) })
    fc.assert(
      fc.property(body, place, (one, { sequence, previous, time }) => {
        const line = lineOf(unplaced(one, 'log', time), previous, sequence)
        const receipt: Receipt = {
          format: RECEIPT_FORMAT,
          log: 'log',
          sequence,
          previous,
          time: new Date(time).toISOString(),
          ...one,
        }
        expect(line).toBe(canonicalJson(receipt))
        expect(digestText(line)).toBe(sha256(line))
        expect(parseLine(Buffer.from(line))).toEqual({
          kind: 'record',
          digest: sha256(line),
          receipt: JSON.parse(line),
        })
      }),
      { numRuns: Number(process.env.AMBIT_LAW_RUNS ?? 3_000) },
    )
  })

  test('is what was handed in, also where that changes afterwards', () => {
    const given: { evidence: string[] } & ReceiptBody = { ...decisionBody(1), evidence: ['a'] }
    const record = unplaced(given, 'log', 0)
    given.evidence.push('b')
    expect(lineOf(record, null, 0)).toContain('"evidence":["a"]')
  })
})

test('what is signed is the encoding that the DSSE specification gives', () => {
  const encoded = preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world'))
  expect(encoded.toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world')
})
