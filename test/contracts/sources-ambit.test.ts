/** Ambit's own format: its published schema, its decoder and its encoder agree. */
import Ajv from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EvidenceItem } from '../../core/model/evidence.ts'
import { ambitSource } from '../../core/observe/ambit.ts'
import { encodeItem } from '../../core/observe/ambit-format.ts'
import { OBSERVATION_SCHEMA } from '../../core/observe/ambit-schema.ts'
import { microsOfNanos, microsOfRfc3339, rfc3339 } from '../../core/observe/time.ts'
import { arbitraryFeed } from './arbitrary-evidence.ts'
import { arbitraryRecord } from './arbitrary-record.ts'
import { SOURCE_CASES } from './source-cases.ts'

const isValid = new Ajv.default({ strict: true, allowUnionTypes: true, strictRequired: false }).compile(
  OBSERVATION_SCHEMA,
)
const decode = (record: unknown): EvidenceItem | undefined => ambitSource.decode(record, { identities: new Map() })[0]

/** What a schema cannot say: which days exist, and how long a text may be. */
const BEYOND = new Set(['invalid-time', 'too-large'])

describe('schema and decoder', () => {
  test('accept the same records', () => {
    const counts = { accepted: 0, rejected: 0 }
    fc.assert(
      fc.property(arbitraryRecord('ambit'), record => {
        const item = decode(record)
        const rejected = item?.kind === 'rejected'
        if (rejected && BEYOND.has(item.reason)) return
        expect({ valid: isValid(record), item }).toEqual({ valid: !rejected, item })
        counts[rejected ? 'rejected' : 'accepted'] += 1
      }),
      { numRuns: 5_000 },
    )
    expect(counts.accepted).toBeGreaterThan(500)
    expect(counts.rejected).toBeGreaterThan(500)
  })

  test.each(SOURCE_CASES.filter(({ source }) => source === 'ambit'))('$name', ({ record }) => {
    const item = decode(record)
    const isBeyond = item?.kind === 'rejected' && BEYOND.has(item.reason)
    expect(isValid(record)).toBe(isBeyond || item?.kind !== 'rejected')
  })
})

describe('what is encoded', () => {
  test('is valid, and decodes to the same again', () => {
    let items = 0
    fc.assert(
      fc.property(arbitraryFeed, feed => {
        for (const { item } of feed) {
          const record = encodeItem(item)
          if (record === null) {
            expect(item.kind).toBe('rejected')
            continue
          }
          const read: unknown = JSON.parse(JSON.stringify(record))
          const decoded = decode(read)
          if (decoded?.kind === 'rejected') {
            expect(BEYOND.has(decoded.reason) || !isValid(read)).toBe(true)
            continue
          }
          items += 1
          expect(isValid(read)).toBe(true)
          expect(withSource(decoded)).toEqual(withSource(item))
        }
      }),
      { numRuns: 50 },
    )
    expect(items).toBeGreaterThan(100)
  })
})

/** The source is the decoder's, not the sensor's; negative zero is zero in JSON. */
const withSource = (item: EvidenceItem | undefined): unknown =>
  JSON.parse(
    JSON.stringify(
      item?.kind === 'observation'
        ? { ...item, observation: { ...item.observation, source: 'ambit' } }
        : { ...item, source: 'ambit' },
    ),
  )

describe('time', () => {
  test('is written and read without loss over the range that is accepted', () => {
    fc.assert(
      fc.property(fc.double({ min: 631_152_000_000_000, max: 7_258_118_400_000_000, noNaN: true }), micros => {
        const quarter = Math.round(micros * 4) / 4
        expect(microsOfRfc3339(rfc3339(quarter))).toBe(quarter)
      }),
    )
  })

  test.each([
    ['2026-01-01T00:00:00Z', 1_767_225_600_000_000],
    ['2026-01-01t01:00:00.5+01:00', 1_767_225_600_500_000],
    ['2026-01-01T00:00:00.000000250Z', 1_767_225_600_000_000 + 0.25],
    ['1989-12-31T23:59:59Z', null],
    ['2201-01-01T00:00:00Z', null],
    ['2026-02-29T00:00:00Z', null],
    ['2026-01-01T25:00:00Z', null],
    ['2026-01-01 00:00:00', null],
    [1_767_225_600, null],
    [null, null],
  ])('%s', (text, micros) => {
    expect(microsOfRfc3339(text)).toBe(micros)
  })

  test.each([
    ['1767225600000000250', 1_767_225_600_000_000 + 0.25],
    [1_767_225_600_000_000_000, 1_767_225_600_000_000],
    ['1767225600', null],
    ['-1', null],
    ['', null],
    [undefined, null],
  ])('nanoseconds %s', (nanos, micros) => {
    expect(microsOfNanos(nanos)).toBe(micros)
  })
})
