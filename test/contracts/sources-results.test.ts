/** Tool results → leaves: held against JSON and YAML parsers that others wrote, and against what must not happen. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse as parseYaml, stringify as stringifyYaml } from 'yaml'
import { isDataKey, numberText } from '../../core/observe/leaf.ts'
import { RESULT_CHARACTERS, RESULT_LEAVES, resultLeaves } from '../../core/observe/result-leaves.ts'
import { yamlLeaves } from '../../core/observe/yaml-leaves.ts'

const textsOf = (result: unknown): readonly string[] => (resultLeaves(result) ?? []).map(({ text }) => text)

/** Leaves as a parser that somebody else wrote finds them. */
const expected = (value: unknown): readonly string[] => {
  if (value === null || value === '') return []
  if (Array.isArray(value)) return value.flatMap(expected)
  if (typeof value !== 'object') return [typeof value === 'number' ? numberText(String(value)) : String(value)]
  return Object.entries(value).flatMap(([key, entry]) => [...(isDataKey(key) ? [key] : []), ...expected(entry)])
}

const word = fc.oneof(
  fc.constantFrom('me', 'Main Hall', 'a: b', '- x', "it's", '"quoted"', 'null', 'true', '1.50', '2026-01-01', '#1', ''),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: fc.constantFrom('a', ' ', '\n', "'", '"', ':', '-', '\\'), maxLength: 120 }),
)
const structure = fc.letrec(tie => ({
  leaf: fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null)),
  node: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('id', 'name', 'due_at', 'Main', 'x@example.com', '7'), tie('node'), { maxKeys: 4 }),
  ),
})).node
const container = structure.filter(value => typeof value === 'object' && value !== null)

describe('text that is structure', () => {
  test('JSON gives the leaves of JSON', () => {
    fc.assert(
      fc.property(container, fc.constantFrom(0, 2), (value, indent) => {
        expect(textsOf(JSON.stringify(value, null, indent))).toEqual(expected(value))
      }),
      { numRuns: 500 },
    )
  })

  test('printed YAML that is read at all gives the leaves of YAML', () => {
    let read = 0
    fc.assert(
      fc.property(container, fc.constantFrom(20, 80, 0), fc.boolean(), (value, lineWidth, single) => {
        const text = stringifyYaml(value, { lineWidth, singleQuote: single, indentSeq: single })
        const leaves = yamlLeaves(text, RESULT_LEAVES)
        if (leaves === null || leaves.rest !== null) return
        read += 1
        expect(leaves.leaves.map(leaf => leaf.text)).toEqual(expected(parseYaml(text)))
      }),
      { numRuns: 1_000 },
    )
    expect(read).toBeGreaterThan(200)
  })

  test('any text that is read as YAML is that YAML', () => {
    const line = fc.tuple(
      fc.constantFrom('', '  ', '    ', '- ', '  - '),
      fc.constantFrom('a: ', 'b: ', 'c:', '', "'", '"', "d: '", 'e: "', '| ', 'f: |', 'g: >'),
      fc.constantFrom('x', 'two words', "it''s", "'", '"', '\\', 'z: y', '# no', '[]', '1.0', ''),
    )
    let read = 0
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 7 }), lines => {
        const text = lines.map(parts => parts.join('')).join('\n')
        const leaves = yamlLeaves(text, RESULT_LEAVES)
        if (leaves === null || leaves.rest !== null) return
        read += 1
        const parsed: unknown = parseYaml(text, { schema: 'core' })
        expect(leaves.leaves.map(leaf => leaf.text)).toEqual(expected(parsed))
      }),
      { numRuns: 20_000 },
    )
    expect(read).toBeGreaterThan(100)
  })

  test.each([
    [
      "{'name': 'Le Petit', 'stars': 4.0, 'open': True, 'note': None, 7: ['a', \"b's\"]}",
      ['Le Petit', '4', 'true', '7', 'a', "b's"],
    ],
    ["['one', 'two']", ['one', 'two']],
    ["{'Le Petit': 'Rating: 4.7\\nReviews: good'}", ['Le Petit', 'Rating: 4.7\nReviews: good']],
    ['- amount: 50.0\n  to: DE01\n- amount: 7.25\n  to: DE02', ['50', 'DE01', '7.25', 'DE02']],
    ['1810.0', ['1810']],
    ['2026-05-15', ['2026-05-15']],
    ['', []],
    ['{}', []],
  ])('%s', (text, leaves) => {
    expect(textsOf(text)).toEqual(leaves)
  })

  test('MCP content is unwrapped, as structure and as text', () => {
    const result = {
      content: [
        { type: 'text', text: '{"id": 7}' },
        { type: 'text', text: 'done' },
      ],
      isError: false,
    }
    expect(textsOf(result)).toEqual(['7', 'done'])
    expect(textsOf(JSON.stringify(result))).toEqual(['7', 'done'])
    expect(textsOf(result.content)).toEqual(['7', 'done'])
    expect(textsOf({ ...result, structuredContent: { id: 'seven' } })).toEqual(['seven', '7', 'done'])
  })
})

describe('text that is not', () => {
  test.each([
    'Dear Bob,\nplease pay\nrecipient: DE99\namount: 7\n',
    'Bill\n----\nrecipient: DE99\namount: 7',
    'recipient: DE99 is the account, so: pay it',
    'The list:\n- DE99\n- DE98',
    '{recipient: DE99}',
    '[see below]\nrecipient: DE99',
    '- pay DE99\nand then: stop',
    'a: &x DE99\nb: *x',
    'note: only one line',
    "{'a': print('DE99')}",
  ])('is one leaf, whole: %j', text => {
    expect(resultLeaves(text)).toEqual([{ path: '', text }])
  })

  test('no line of prose becomes a leaf of its own', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{2,8} [a-z]{2,8}( [a-z]{2,8})?\.?$/), { minLength: 2 }), lines => {
        const text = ['Dear reader,', ...lines, 'recipient: DE99'].join('\n')
        expect(textsOf(text)).toEqual([text])
      }),
    )
  })
})

describe('text that was cut off', () => {
  const YAML = `- body: 'first\n\n    second'\n  from: ann\n- body: 'third'\n  from: "bob"\n- body: 'fourth one'\n  from: cy`
  const JSON_TEXT = JSON.stringify([{ body: 'first' }, { body: 'say "x"' }, { body: 'fourth one' }])
  const PYTHON = "[{'body': 'first'}, {'body': \"it's\"}, {'body': 'fourth one'}]"

  test.each([YAML, JSON_TEXT, PYTHON])('gives the leaves before the cut, and hides nothing after them: %j', whole => {
    const all = textsOf(whole)
    expect(all.length).toBeGreaterThan(2)
    let kept = 0
    for (let length = 12; length < whole.length; length += 1) {
      const leaves = textsOf(whole.slice(0, length))
      const last = leaves.at(-1) ?? ''
      // A plain YAML scalar does not show where it was cut; anything else says that it was.
      const complete = last.endsWith('…') ? leaves.slice(0, -1) : leaves
      expect(complete.slice(0, -1)).toEqual(all.slice(0, Math.max(complete.length - 1, 0)))
      if (last.endsWith('…')) {
        expect(whole.slice(0, length).trimEnd().endsWith(last.slice(0, -1))).toBe(true)
        expect(complete).toEqual(all.slice(0, complete.length))
      }
      kept = Math.max(kept, complete.length)
    }
    expect(kept).toBeGreaterThanOrEqual(all.length - 2)
  })
})

describe('bounds', () => {
  test('too many leaves are one text, with all of it in it', () => {
    const many = Array.from({ length: 5_000 }, (_, at) => `value ${at}`)
    for (const result of [many, JSON.stringify(many), stringifyYaml(many)]) {
      const leaves = textsOf(result)
      expect(leaves).toHaveLength(1)
      expect(leaves[0]).toContain('value 4999')
    }
  })

  test('a text of 5 MB keeps just more than a session remembers', () => {
    for (const result of ['x'.repeat(5_000_000), { text: 'x'.repeat(5_000_000) }, ['x'.repeat(5_000_000)]]) {
      const leaves = textsOf(result)
      expect(leaves).toHaveLength(1)
      expect(leaves[0]).toHaveLength(RESULT_CHARACTERS + 1)
    }
  })

  test('hostile nesting and hostile quoting take no time to speak of', () => {
    const start = performance.now()
    for (const text of [
      '['.repeat(200_000),
      '{"a":'.repeat(40_000),
      `- ${"'".repeat(200_000)}`,
      `a: "${'\\'.repeat(200_001)}`,
      `a: 'x\n${'\n'.repeat(100_000)}`,
      '- '.repeat(100_000),
      `k: "${'x\\\n  '.repeat(40_000)}`,
      `a: 1\n${' '.repeat(200_000)}`,
      `${'a'.repeat(100_000)}: x\nb: y`,
    ]) {
      expect(resultLeaves(text)?.length).toBeGreaterThan(0)
    }
    expect(performance.now() - start).toBeLessThan(5_000)
  })

  test('nothing was recorded, or nothing was said', () => {
    expect(resultLeaves(undefined)).toBeNull()
    expect(resultLeaves(null)).toBeNull()
    expect(resultLeaves('')).toEqual([])
    expect(resultLeaves(JSON.parse('{"__proto__": {"id": "x"}}'))).toEqual([
      { path: '', text: '__proto__' },
      { path: '__proto__.id', text: 'x' },
    ])
  })
})
