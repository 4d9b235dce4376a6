/** What every evidence source must do, and gets tested for free: its cases, and the contract on records of any kind. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EvidenceItem } from '../../core/model/evidence.ts'
import type { EvidenceSource } from '../../core/model/source.ts'
import { workloadProblem } from '../../core/model/workload.ts'
import { SOURCES } from '../../core/pipeline.ts'
import { arbitraryRecord } from './arbitrary-record.ts'
import { SOURCE_CASES } from './source-cases.ts'

const WORKLOAD = { namespace: 'mapped', name: 'mapped' }
const OPTIONS = {
  identities: new Map([['arn:aws:iam::111122223333:role/svc/librarian-role', WORKLOAD]]),
}

test('every case is of a source that exists', () => {
  const ids = SOURCES.map(({ id }) => id)
  expect(SOURCE_CASES.filter(({ source }) => !ids.includes(source))).toEqual([])
})

test('every source says whether what is lost on its way is seen', () => {
  const silent = SOURCES.filter(
    ({ blindTo }) => !blindTo.some(statement => /lost on (?:their|the) way/.test(statement)),
  )
  expect(silent.map(({ id }) => id)).toEqual([])
})

/** Every text in a record, also inside texts that are JSON. */
const textsOf = (value: unknown): string => JSON.stringify(value) ?? ''

const attributed = (item: EvidenceItem) => {
  if (item.kind === 'loss' || item.kind === 'rejected' || item.kind === 'end') return null
  return item.kind === 'observation' ? item.observation : item
}

/** A name that is in the record: verbatim as JSON writes it. */
const isIn = (name: string, texts: string): boolean => texts.includes(JSON.stringify(name).slice(1, -1))

const checkItem = (source: EvidenceSource, item: EvidenceItem, texts: string): void => {
  const of = attributed(item)
  if (of === null) return
  expect(of.source).toBe(source.id)
  expect(workloadProblem(of.workload)).toBeNull()
  const { namespace, name } = of.workload
  if (of.workload !== WORKLOAD) {
    expect(isIn(name, texts)).toBe(true)
    expect(namespace === 'default' || isIn(namespace, texts)).toBe(true)
  }
  expect(of.id).not.toBe('')
  expect(of.start).toBeGreaterThan(6e14)
  expect(of.start).toBeLessThan(8e15)
  if (item.kind === 'request') expect(isIn(item.session, texts)).toBe(true)
  if (item.kind !== 'observation') return
  const { session, witness, end, start, values, visibility, action, substrate, result } = item.observation
  if (session !== null) expect(isIn(session, texts)).toBe(true)
  expect(witness).not.toBe('')
  expect(action).not.toBe('')
  expect(source.sees).toContain(substrate)
  expect(end === null || Number.isFinite(end)).toBe(true)
  expect(Number.isFinite(start)).toBe(true)
  if (visibility !== 'seen') expect(values.filter(({ dimension }) => dimension.startsWith('tool.args.'))).toEqual([])
  for (const { value } of values) expect(typeof value === 'string' && value.length > 65_536).toBe(false)
  expect(result?.length ?? 0).toBeLessThanOrEqual(2_001)
}

describe.each(SOURCES)('source $id', source => {
  test.each(SOURCE_CASES.filter(each => each.source === source.id))('$name: $about', ({ record, options, items }) => {
    expect(source.recognizes(record)).toBe(true)
    expect(SOURCES.filter(({ recognizes }) => recognizes(record)).map(({ id }) => id)).toEqual([source.id])
    const decoded = source.decode(record, options)
    expect(decoded).toMatchObject(items)
    for (const item of decoded) checkItemOfCase(item)
  })

  const checkItemOfCase = (item: EvidenceItem): void => {
    if (item.kind === 'rejected') expect(item.detail).toMatch(/^[^\n]{3,320}$/)
  }

  test('says what it is blind to, one sentence each', () => {
    expect(source.blindTo.length).toBeGreaterThan(0)
    for (const statement of source.blindTo) expect(statement).toMatch(/^[^\n.]{10,200}$/)
  })

  test('is total, deterministic, leaves the record alone, and invents no identity', () => {
    let observations = 0
    fc.assert(
      fc.property(arbitraryRecord(source.id), record => {
        const texts = textsOf(record)
        const recognized = source.recognizes(record)
        const items = source.decode(record, OPTIONS)
        expect(typeof recognized).toBe('boolean')
        expect(items.length).toBeGreaterThan(0)
        expect(source.decode(record, OPTIONS)).toEqual(items)
        expect(textsOf(record)).toBe(texts)
        for (const item of items) checkItem(source, item, texts)
        observations += items.filter(({ kind }) => kind === 'observation').length
      }),
      { numRuns: 1_500 },
    )
    // The property is about observations: there must have been some.
    expect(observations).toBeGreaterThan(30)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  test.each([
    ['nothing', undefined],
    ['a number', 7],
    ['a deep nest', JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)],
    ['an empty object', {}],
  ])('rejects %s', (_name, record) => {
    expect(source.recognizes(record)).toBe(false)
    expect(source.decode(record, OPTIONS).map(({ kind }) => kind)).toEqual(['rejected'])
  })
})
