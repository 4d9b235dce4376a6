/** In every place of a record that a source reads, something endless: it is decoded still, and nothing huge travels on. */
import { describe, expect, test } from 'vitest'
import { SOURCES } from '../../core/pipeline.ts'
import { SOURCE_CASES } from './source-cases.ts'

const OPTIONS = { identities: new Map() }

const nest = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}"deep"${']'.repeat(depth)}`)
const chain = (depth: number): unknown => JSON.parse(`${'{"k":'.repeat(depth)}1${'}'.repeat(depth)}`)

const ENDLESS: readonly (readonly [string, unknown])[] = [
  ['brackets', nest(20_000)],
  ['braces', chain(20_000)],
  ['a text', 'x'.repeat(1_000_000)],
  ['a path', '/x'.repeat(200_000)],
  ['a list', Array.from({ length: 20_000 }, (_, at) => `${at}.example`)],
]

const pathsOf = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, entry]) => [[...path, key], ...pathsOf(entry, [...path, key])])
    : []

const put = (value: unknown, [key, ...rest]: readonly string[], into: unknown): unknown => {
  if (key === undefined) return into
  if (Array.isArray(value)) return value.map((entry, at) => (String(at) === key ? put(entry, rest, into) : entry))
  return Object.fromEntries(
    Object.entries(Object(value)).map(([name, entry]) => [name, name === key ? put(entry, rest, into) : entry]),
  )
}

describe.each(SOURCES)('source $id', ({ id, recognizes, decode }) => {
  const records = SOURCE_CASES.filter(({ source, items }) => source === id && items[0]?.kind === 'observation')
    .slice(0, 2)
    .map(({ record }) => record)

  test.each(ENDLESS)('%s', (_name, endless) => {
    expect(records.length).toBeGreaterThan(0)
    for (const record of records) {
      for (const path of pathsOf(record)) {
        const hostile = put(record, path, endless)
        expect(typeof recognizes(hostile)).toBe('boolean')
        const items = decode(hostile, OPTIONS)
        expect(items.length).toBeGreaterThan(0)
        for (const item of items) {
          if (item.kind !== 'observation') continue
          const { id: identity, action, witness, values, facts } = item.observation
          const longest = [identity, action, witness, ...Object.values(facts).map(String)].map(({ length }) => length)
          expect(Math.max(...longest)).toBeLessThanOrEqual(4_096)
          expect(values.every(({ value }) => String(value).length <= 65_536)).toBe(true)
        }
      }
    }
  })
})
