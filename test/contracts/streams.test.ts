/**
 * Numbered streams, from the line that a recorder writes to the policy, with records dropped, repeated and moved anywhere on the
 * way: what is missing is always missed, and where nothing is missing nothing changes.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ledgerText } from '../../apps/cli/render/ledger.ts'
import { type EvidenceItem, REJECTIONS } from '../../core/model/evidence.ts'
import type { Ledger } from '../../core/model/ledger.ts'
import { encodeItem } from '../../core/observe/ambit-format.ts'
import { createCollector, decodeRecord, mergeProfiles } from '../../core/pipeline.ts'
import { createNumberSet } from '../../core/profile/number-set.ts'
import { arbitrarySessions } from './arbitrary-evidence.ts'
import { LAW_RUNS, policiesOf, policyTexts, profilesOf } from './evidence-line.ts'

const law = { numRuns: LAW_RUNS }

/** Items of generated sessions as the records of so many numbered streams, each with its end. */
const numbered = (items: readonly EvidenceItem[], streams: number): readonly (readonly string[])[] =>
  Array.from({ length: streams }, (_, index) => {
    const own = items.filter((_item, at) => at % streams === index)
    const lines = own.flatMap(item => {
      // Ids of their own in one stream, places as ids in the others.
      const record = encodeItem(item)
      return record === null || record.type === 'end' ? [] : [{ ...record, id: index === 0 ? record.id : undefined }]
    })
    const all = [...lines, { format: 'ambit.observation/v1', type: 'end' }]
    return all.map((record, at) => JSON.stringify({ ...record, stream: `stream-${index}`, sequence: at + 1 }))
  })

const fedLines = (lines: readonly string[]) => {
  const collector = createCollector()
  for (const line of lines) {
    const { source, items } = decodeRecord(JSON.parse(line), { source: null, identities: new Map() })
    collector.add(source, items)
  }
  return collector.finish()
}

const arbitraryStreams = fc
  .tuple(arbitrarySessions, fc.integer({ min: 1, max: 3 }))
  .map(([feed, streams]) =>
    numbered(
      feed.map(({ item }) => item),
      streams,
    ),
  )
  // What the format refuses (an action or a name that is empty) is a loss of its own.
  .filter(streams =>
    streams
      .flat()
      .every(line =>
        decodeRecord(JSON.parse(line), { source: null, identities: new Map() }).items.every(
          ({ kind }) => kind !== 'rejected',
        ),
      ),
  )

const without = (streams: readonly (readonly string[])[], drops: readonly number[]) => {
  const lines = streams.flat()
  const gone = new Set(drops.map(drop => drop % lines.length))
  return lines.filter((_, index) => !gone.has(index))
}

const missingIn = (ledger: Ledger): number =>
  ledger.flatMap(({ streams }) => streams?.unbalanced ?? []).reduce((sum, { last, numbers }) => sum + last - numbers, 0)

describe('records of numbered streams', () => {
  test('dropped anywhere, repeated and moved: the policy is never complete, and says why', () => {
    const drops = fc.array(fc.nat(10_000), { minLength: 1, maxLength: 5 })
    const repeats = fc.array(fc.nat(10_000), { maxLength: 5 })
    const disturbed = fc.tuple(arbitraryStreams, drops, repeats).chain(([streams, gone, again]) => {
      const left = without(streams, gone)
      const lines = [...left, ...again.flatMap(at => (left.length === 0 ? [] : (left[at % left.length] ?? [])))]
      return fc.tuple(fc.constant(streams), fc.shuffledSubarray(lines, { minLength: lines.length }))
    })
    let judged = 0
    fc.assert(
      fc.property(disturbed, ([streams, lines]) => {
        // Of a stream of which nothing came nobody knows.
        const isSeen = (stream: readonly string[]) => stream.some(line => lines.includes(line))
        const known = streams.filter(isSeen)
        if (new Set(known.flat()).size === new Set(lines).size) return
        for (const { coverage } of policiesOf(fedLines(lines), 'structural').values()) {
          judged += 1
          expect(coverage.complete).toBe(false)
          expect(coverage.incomplete.map(({ code }) => code)).toSatisfy((codes: readonly string[]) =>
            codes.some(code => code === 'sequence-gap' || code === 'stream-open'),
          )
        }
      }),
      law,
    )
    expect(judged).toBeGreaterThan(LAW_RUNS / 2)
  })

  test('repeated and moved, with none missing: the same policy, byte for byte, and streams that balance', () => {
    const disturbed = fc
      .tuple(arbitraryStreams, fc.array(fc.nat(10_000), { maxLength: 9 }))
      .chain(([streams, again]) => {
        const whole = streams.flat()
        const lines = [...whole, ...again.flatMap(at => whole[at % whole.length] ?? [])]
        return fc.tuple(fc.constant(streams), fc.shuffledSubarray(lines, { minLength: lines.length }))
      })
    fc.assert(
      fc.property(disturbed, ([streams, lines]) => {
        const [clean, other] = [fedLines(streams.flat()), fedLines(lines)]
        const records = streams.flat().length
        const total = { received: lines.length, accepted: records, duplicate: lines.length - records, rejected: {} }
        expect(other.ledger[0]?.streams).toMatchObject({ balanced: streams.length, unbalanced: [], more: 0, total })
        expect(policyTexts(policiesOf(other, 'structural'))).toBe(policyTexts(policiesOf(clean, 'structural')))
        for (const { coverage } of policiesOf(other, 'structural').values()) {
          expect(coverage.incomplete.map(({ code }) => code)).not.toEqual(
            expect.arrayContaining([expect.stringMatching(/^(sequence|stream)-/)]),
          )
        }
      }),
      law,
    )
  })

  test('how many are missing is exact up to the last that came, whatever the sharding', () => {
    const sharded = fc.tuple(
      arbitraryStreams,
      fc.array(fc.nat(10_000), { maxLength: 5 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
    )
    fc.assert(
      fc.property(sharded, ([streams, drops, side]) => {
        const lines = without(streams, drops)
        const whole = fedLines(lines)
        const came = new Set(lines)
        // Up to the last that came: the tail behind it is told by the missing end.
        const gaps = streams.reduce((sum, stream) => {
          const last = stream.findLastIndex(line => came.has(line))
          return sum + stream.slice(0, last + 1).filter(line => !came.has(line)).length
        }, 0)
        expect(missingIn(whole.ledger)).toBe(gaps)
        const inA = (index: number) => side[index % side.length] === true
        const a = profilesOf(fedLines(lines.filter((_, index) => inA(index))))
        const b = profilesOf(fedLines(lines.filter((_, index) => !inA(index))))
        for (const [name, profile] of profilesOf(whole)) {
          const [left, right] = [a.get(name), b.get(name)]
          if (left === undefined || right === undefined) continue
          expect(mergeProfiles(left, right).ledger).toEqual(profile.ledger)
          expect(mergeProfiles(right, left).ledger).toEqual(profile.ledger)
        }
      }),
      law,
    )
  })

  test('that cannot be read are rejected, and not missing', () => {
    const record = (sequence: number, more: object) =>
      JSON.stringify({ format: 'ambit.observation/v1', stream: 's', sequence, ...more })
    const { ledger } = fedLines([record(1, { type: 'dream' }), record(2, { type: 'end' })])
    expect(ledger).toMatchObject([
      { received: 2, accepted: 1, rejected: { 'unknown-value': 1 }, streams: { balanced: 1 } },
    ])
    expect(REJECTIONS['unknown-value']).toBeDefined()
  })

  test('balance one by one: received = accepted + duplicate + rejected, in whatever order they came', () => {
    const record = (sequence: number, more: object) =>
      JSON.stringify({ format: 'ambit.observation/v1', stream: 's', sequence, ...more })
    const loss = (sequence: number, count: number | null) =>
      record(sequence, { type: 'loss', id: `loss-${sequence}`, count, detail: '' })
    const lines = [
      record(1, { type: 'dream' }),
      record(1, { type: 'dream' }),
      loss(2, 3),
      loss(2, 3),
      loss(4, 4),
      // Broken on one way and whole on another: it came.
      record(5, { type: 'dream' }),
      loss(5, 1),
      record(6, { type: 'end' }),
    ]
    for (const order of [lines, lines.toReversed()]) {
      const [stream] = fedLines(order).ledger[0]?.streams?.unbalanced ?? []
      expect(stream).toMatchObject({
        received: 8,
        accepted: 4,
        duplicate: 3,
        rejected: { 'unknown-value': 1 },
        lost: 8,
        numbers: 5,
        last: 6,
      })
      expect(ledgerText(fedLines(order).ledger)).toContain(
        'stream s: 8 received = 4 accepted + 3 duplicate + 1 rejected (1 unknown-value), 8 lost, 1 missing',
      )
    }
    expect(fedLines([loss(1, 2), loss(3, null)]).ledger[0]?.streams?.total.lost).toBeNull()
  })

  test('whose numbers are used twice tell nothing, and it is said', () => {
    const loss = (id: string, sequence: number) =>
      JSON.stringify({ format: 'ambit.observation/v1', type: 'loss', id, count: 0, detail: '', stream: 's', sequence })
    const end = (sequence: number) =>
      JSON.stringify({ format: 'ambit.observation/v1', type: 'end', stream: 's', sequence })
    const reused = (...lines: readonly string[]) =>
      [lines, lines.toReversed()].map(order => fedLines(order).ledger[0]?.streams?.unbalanced[0]?.reused ?? false)
    expect(reused(loss('a', 1), loss('b', 1), end(2))).toEqual([true, true])
    expect(reused(loss('s/1', 1), loss('b', 1), end(2))).toEqual([true, true])
    expect(reused(end(1), loss('b', 2), end(3))).toEqual([true, true])
    expect(reused(loss('a', 1), loss('a', 1), end(2))).toEqual([false, false])
  })
})

test('a set of numbers is one, in whatever order they come', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 })), numbers => {
      const [set, known] = [createNumberSet(), new Set<number>()]
      for (const number of numbers) {
        expect(set.add(number)).toBe(!known.has(number))
        known.add(number)
        expect([set.size(), set.last()]).toEqual([known.size, Math.max(...known)])
      }
    }),
  )
})
