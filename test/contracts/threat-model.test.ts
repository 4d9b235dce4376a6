/** docs/threat-model.md names tests: each file exists and has a test of that title, and no row of a table goes without. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const FOLDER = join(import.meta.dirname, '..', '..', 'docs')
const TEXT = readFileSync(join(FOLDER, 'threat-model.md'), 'utf8')

/** A link to a file of tests, and the titles after it: [name](../test/…) “one”, “another”. */
const CITED = /\]\((\.\.\/test\/[^)\s]+)\)((?:,? “[^”]+”)+)/g

interface Citation {
  readonly file: string
  readonly title: string
}

const citations: readonly Citation[] = [...TEXT.matchAll(CITED)].flatMap(([, file = '', titles = '']) =>
  [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => ({ file, title })),
)

/** As it stands in the source, behind `test(`, `it(`, `describe(` or one of their `each`. */
const isTitle = (source: string, title: string): boolean =>
  [`'${title}'`, `"${title}"`, `\`${title}\``].some(literal =>
    source
      .split(literal)
      .slice(0, -1)
      .some(before => /(?:^|[\s.])(?:test|it|describe)\(\s*$|\)\(\s*$/.test(before.slice(-60))),
  )

test('every link to a test says which one', () => {
  expect([...TEXT.matchAll(/\]\(\.\.\/test\//g)]).toHaveLength([...TEXT.matchAll(CITED)].length)
  expect(citations.length).toBeGreaterThan(80)
})

test.each([...new Set(citations.map(({ file }) => file))])('%s has the tests that are named', file => {
  const path = join(FOLDER, file)
  expect(existsSync(path)).toBe(true)
  const source = readFileSync(path, 'utf8')
  const missing = citations.filter(each => each.file === file && !isTitle(source, each.title))
  expect(missing).toEqual([])
})

describe('a row', () => {
  const rows = TEXT.split('\n').filter(line => /^\| (?!-)/.test(line) && !/shown by\s*\|$/.test(line))

  test('has its test, or says that there is none', () => {
    expect(rows.length).toBeGreaterThan(60)
    for (const row of rows) expect(row).toMatch(/(?:“[^”]+”|no test)\s*\|$/)
  })

  test('of AARM is there for each requirement', () => {
    const found = rows.flatMap(row => /^\| (R\d), (?:must|should)/.exec(row)?.[1] ?? [])
    expect(found).toEqual(['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8', 'R9'])
  })
})

test('what is no title is found out', () => {
  expect(isTitle("test('a title', () => {})", 'a title')).toBe(true)
  expect(isTitle("const text = 'a title'", 'a title')).toBe(false)
  expect(isTitle("test('a title and more', () => {})", 'a title')).toBe(false)
})
