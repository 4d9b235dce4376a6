/** Files, folders and standard input → records: every form is read, every break costs itself alone, with a reason. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RawRecord, readRecords } from '../../io/evidence/read-records.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ambit-reader-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** Each record as its value, each problem as its reason, with the line in front. */
const read = async (content: string | Uint8Array, size = 65_536): Promise<readonly unknown[]> => {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const found: unknown[] = []
  for await (const each of readRecords(['-'], { stdin: inPieces(bytes, size), skipped: () => expect.fail() })) {
    found.push([each.line, 'record' in each ? each.record : each.problem])
  }
  return found
}

const A = { a: [1, { b: 'x}{"' }], c: 'ü\n' }
const B = { b: null }
const LINES = `${JSON.stringify(A)}\n${JSON.stringify(B)}\n`
const PRETTY = `${JSON.stringify(A, null, 2)}\n${JSON.stringify(B, null, '\t')}\n`

describe('forms', () => {
  test.each([
    [
      'JSON lines',
      LINES,
      [
        [1, A],
        [2, B],
      ],
    ],
    [
      'no final line feed',
      LINES.trimEnd(),
      [
        [1, A],
        [2, B],
      ],
    ],
    [
      'CRLF, blank lines, a byte order mark',
      `\ufeff${LINES.replaceAll('\n', '\r\n\r\n')}`,
      [
        [1, A],
        [3, B],
      ],
    ],
    ['one pretty document', JSON.stringify(A, null, 2), [[1, A]]],
    [
      'several pretty documents',
      PRETTY,
      [
        [1, A],
        [10, B],
      ],
    ],
    [
      'pretty documents with CRLF',
      PRETTY.replaceAll('\n', '\r\n'),
      [
        [1, A],
        [10, B],
      ],
    ],
    [
      'documents without anything between them',
      PRETTY.replaceAll('}\n{', '}{'),
      [
        [1, A],
        [9, B],
      ],
    ],
    [
      'records without anything between them',
      JSON.stringify(A) + JSON.stringify(B),
      [
        [1, A],
        [1, B],
      ],
    ],
    [
      'an array',
      JSON.stringify([A, B]),
      [
        [1, A],
        [1, B],
      ],
    ],
    [
      'a pretty array',
      JSON.stringify([A, B], null, 2),
      [
        [1, A],
        [1, B],
      ],
    ],
    [
      'an array with a record a line',
      `[\n${JSON.stringify(A)},\n${JSON.stringify(B)}\n]\n`,
      [
        [1, A],
        [1, B],
      ],
    ],
    ['nothing', '', []],
    ['blanks', '\n \n', []],
    [
      'no objects',
      '7\n"x"\nnull\n',
      [
        [1, 7],
        [2, 'x'],
        [3, null],
      ],
    ],
  ])('%s', async (_name, content, records) => {
    for (const size of [1, 7, 65_536]) {
      expect(await read(content, size)).toEqual(records)
      expect(await read(gzipSync(content), size)).toEqual(records)
    }
  })

  test('gzip members that follow each other', async () => {
    const members = Buffer.concat([gzipSync(`${JSON.stringify(A)}\n`), gzipSync(`${JSON.stringify(B)}\n`)])
    expect(await read(members, 3)).toEqual([
      [1, A],
      [2, B],
    ])
  })

  test('any records, in any of the forms, cut into any pieces', async () => {
    const record = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { maxLength: 5 }),
        fc.constantFrom(undefined, 1, '\t'),
        fc.constantFrom('\n', '\r\n', '\n\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 50 }),
        async (records, indent, between, zip, size) => {
          const text = records.map(each => JSON.stringify(each, null, indent)).join(between)
          const found = await read(zip ? gzipSync(text) : text, size)
          const values = found.map(each => (Array.isArray(each) ? each[1] : each))
          expect(values).toEqual(JSON.parse(JSON.stringify(records)))
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('breaks', () => {
  const a = JSON.stringify(A)
  test.each([
    [
      'half a line in the middle, in a string',
      `{"a":"x\n${a}\n`,
      [
        [1, 'not-json'],
        [2, A],
      ],
    ],
    [
      'half a line in the middle, in a bracket',
      `{"a":[1,\n${a}\n`,
      [
        [1, 'not-json'],
        [2, A],
      ],
    ],
    [
      'half a last line',
      `${a}\n{"a":"x`,
      [
        [1, A],
        [2, 'truncated'],
      ],
    ],
    [
      'half a last line, in a bracket',
      `${a}\n{"a":[`,
      [
        [1, A],
        [2, 'truncated'],
      ],
    ],
    [
      'half a last document',
      `${a}\n{\n  "a": 1,\n`,
      [
        [1, A],
        [2, 'truncated'],
      ],
    ],
    [
      'no JSON',
      `hello\n${a}\n}\n---\n`,
      [
        [1, 'not-json'],
        [2, A],
        [3, 'not-json'],
        [4, 'not-json'],
      ],
    ],
    [
      'something after a record',
      `${a} x\n${a}\n`,
      [
        [1, 'not-json'],
        [2, A],
      ],
    ],
    ['bytes that are no text', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d, 0x0a]), [[1, { '\ufffd': 1 }]]],
    ['a nest without an end', `${'['.repeat(300_000)}\n`, [[1, 'truncated']]],
  ])('%s', async (_name, content, found) => {
    expect(await read(content)).toEqual(found)
    expect(await read(content, 5)).toEqual(found)
  })

  test('a broken archive keeps what came before, and says so once', async () => {
    const lines = Array.from({ length: 4_000 }, (_, at) => JSON.stringify({ at, noise: Math.sin(at) }))
    const whole = gzipSync(`${lines.join('\n')}\n`)
    for (const cut of [whole.length - 1, whole.length - 9, whole.length >> 1, 700, 12]) {
      const found = await read(whole.subarray(0, cut), 1_000)
      const values = found.map(each => (Array.isArray(each) ? each[1] : each))
      expect(values.pop()).toBe('truncated')
      expect(values).toEqual(lines.slice(0, values.length).map(line => JSON.parse(line)))
      if (cut === whole.length - 1) expect(values).toHaveLength(4_000)
      if (cut === whole.length >> 1) expect(values.length).toBeGreaterThan(1_000)
    }
  })

  test('a damaged archive does too', async () => {
    const whole = gzipSync(`${a}\n`)
    whole[whole.length - 5] = (whole[whole.length - 5] ?? 0) ^ 1
    expect(await read(whole)).toEqual([
      [1, A],
      [1, 'truncated'],
    ])
  })

  test('a line beyond 64 MiB is rejected, and the lines around it are not', async () => {
    async function* long(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${a}\n{"x":"`)
      const block = Buffer.alloc(1 << 20, 0x61)
      for (let at = 0; at < 65; at += 1) yield block
      yield Buffer.from(`"}\n${a}\n`)
    }
    const found: RawRecord[] = []
    for await (const each of readRecords(['-'], { stdin: long(), skipped: () => expect.fail() })) found.push(each)
    expect(found).toMatchObject([
      { line: 1, record: A },
      { line: 2, problem: 'too-large' },
      { line: 3, record: A },
    ])
  })
})

describe('paths', () => {
  const all = async (
    paths: readonly string[],
    skipped: (path: string) => void = path => expect.fail(path),
  ): Promise<readonly (readonly [string, unknown])[]> => {
    const found: (readonly [string, unknown])[] = []
    for await (const each of readRecords(paths, { stdin: inPieces(new Uint8Array(), 1), skipped })) {
      found.push([each.file.slice(folder.length + 1), 'record' in each ? each.record : each.problem])
    }
    return found
  }

  test('a folder is read recursively, in the order of names, evidence alone, and told of the rest; a named file always', async () => {
    const tree = join(folder, 'tree')
    mkdirSync(join(tree, 'b', 'deep'), { recursive: true })
    writeFileSync(join(tree, 'c.json'), '3')
    writeFileSync(join(tree, 'a.jsonl'), '1')
    writeFileSync(join(tree, 'b', 'x.ndjson.gz'), gzipSync('2'))
    writeFileSync(join(tree, 'b', 'deep', 'y.log'), '4')
    writeFileSync(join(tree, 'notes.md'), '5')
    writeFileSync(join(tree, '.hidden'), '6')
    symlinkSync(tree, join(tree, 'b', 'circle'))
    const [inner, deep] = [join('tree', 'b', 'x.ndjson.gz'), join('tree', 'b', 'deep', 'y.log')]
    const skipped: string[] = []
    expect(await all([tree], path => skipped.push(path))).toEqual([
      [join('tree', 'a.jsonl'), 1],
      [deep, 4],
      [inner, 2],
      [join('tree', 'c.json'), 3],
    ])
    expect(skipped).toEqual([join(tree, 'b', 'circle'), join(tree, 'notes.md')])
    expect(await all([join(tree, 'notes.md')])).toEqual([[join('tree', 'notes.md'), 5]])
  })

  test('what cannot be read below a folder is counted, and the rest is read', async () => {
    const tree = join(folder, 'partly')
    mkdirSync(tree)
    writeFileSync(join(tree, 'a.jsonl'), '1')
    symlinkSync('b.jsonl', join(tree, 'b.jsonl'))
    symlinkSync('/nowhere', join(tree, 'c.jsonl'))
    execFileSync('mkfifo', [join(tree, 'd.jsonl')])
    writeFileSync(join(tree, 'z.jsonl'), '6')
    expect((await all([tree])).map(([, record]) => record)).toEqual([1, ...Array(3).fill('unreadable'), 6])
  })

  test('a path that does not exist is an error with a code, and says what to do', async () => {
    await expect(all([join(folder, 'nowhere')])).rejects.toMatchObject({
      code: 'evidence-not-found',
      problem: { code: 'evidence-not-found', where: '--evidence', help: expect.stringContaining('name a file') },
    })
  })
})
