/** A text in parts, each read by itself → the records that the whole text has, at the same lines, wherever it is cut. */
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutText } from '../../io/evidence/cut-text.ts'
import { decompressed } from '../../io/evidence/decompress.ts'
import { recordsInPart } from '../../io/evidence/part-records.ts'
import { readRecords } from '../../io/evidence/read-records.ts'
import type { Split } from '../../io/evidence/split-records.ts'

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const whole = async (bytes: Uint8Array): Promise<readonly Split[]> => {
  const found: Split[] = []
  for await (const { file: _, ...split } of readRecords(['-'], {
    stdin: inPieces(bytes, 65_536),
    skipped: () => expect.fail(),
  }))
    found.push(split)
  return found
}

const partsOf = async (bytes: Uint8Array, piece: number, size: number, most?: number) => {
  const parts = []
  for await (const part of cutText(decompressed(inPieces(bytes, piece)), size, most)) parts.push(part)
  return parts
}

const inParts = async (bytes: Uint8Array, piece: number, size: number): Promise<readonly Split[]> =>
  (await partsOf(bytes, piece, size)).flatMap(part => [...recordsInPart(part)])

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Records in every form, and what breaks them: strings without an end, brackets that close nothing, documents after each other. */
const text = fc
  .array(
    fc.oneof(
      fc.json({ maxDepth: 2 }),
      fc.json({ maxDepth: 2 }).map(json => JSON.stringify(JSON.parse(json), null, 2)),
      fc
        .record({ a: fc.string({ unit: 'binary', maxLength: 6 }), b: fc.array(fc.nat(), { maxLength: 3 }) })
        .map(value => JSON.stringify(value)),
      fc.constantFrom(
        '{"a":"\\\\"}',
        '{"a":[1,\n2]}',
        '[{"a":1},\n{"b":2}]',
        '{"a":1}{"b":2}',
        '{"a":1}{',
        '{"é":"ü}{"}',
      ),
      fc.constantFrom('{', '}', '[', '"', '{"a":"', ']}', '', ' ', '\t{"c":3}', 'prose', '{"a":\\}', '\ufeff{"d":4}'),
    ),
    { maxLength: 14 },
  )
  .chain(lines => fc.constantFrom('\n', '\r\n').map(end => lines.join(end)))

test('any text, in any pieces and parts', async () => {
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 60 }),
      async (content, piece, size) => {
        const bytes = encode(content)
        expect(await inParts(bytes, piece, size)).toEqual(await whole(bytes))
      },
    ),
    { numRuns: 600 },
  )
})

test('where it is cut depends on the text alone', async () => {
  const bytes = encode(Array.from({ length: 50 }, (_, id) => JSON.stringify({ id, text: 'é'.repeat(id) })).join('\n'))
  const [one, other] = [await partsOf(bytes, 7, 100), await partsOf(bytes, 1_000, 100)]
  expect(one).toEqual(other)
  expect(one.length).toBeGreaterThan(10)
})

test('an archive that breaks off gives what it had, and that it broke', async () => {
  const lines = Array.from({ length: 2_000 }, (_, id) => `{"id":${id},"text":"${(id * 7919) % 65_536}"}`).join('\n')
  const broken = gzipSync(encode(lines)).subarray(0, -2_000)
  expect(await inParts(broken, 512, 1_000)).toEqual(await whole(broken))
})

test('a line beyond all limits is dropped, and said to be', async () => {
  const bytes = encode(`{"a":1}\n{"b":"${'x'.repeat(500)}"}\n{"c":3}\n`)
  const parts = await partsOf(bytes, 16, 40, 100)
  expect(parts.flatMap(part => [...recordsInPart(part)])).toEqual([
    { line: 1, record: { a: 1 } },
    expect.objectContaining({ line: 2, problem: 'too-large' }),
    { line: 3, record: { c: 3 } },
  ])
})
