/** Bytes cut anywhere → messages, whatever their size; and what a client that comes back is given again. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createEventLog } from '../../io/mcp/event-stream.ts'
import { createLines } from '../../io/mcp/lines.ts'
import { classify } from '../../io/mcp/message.ts'

const cut = (bytes: Buffer, places: readonly number[]): readonly Buffer[] => {
  const ends = [...new Set(places.map(place => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...ends].map((from, index) => bytes.subarray(from, ends[index] ?? bytes.length))
}

const read = (chunks: readonly Buffer[], limit: number) => {
  const seen: (string | { tooLarge: unknown })[] = []
  const lines = createLines(limit, { line: text => seen.push(text), tooLarge: id => seen.push({ tooLarge: id }) })
  for (const chunk of chunks) lines.push(chunk)
  return seen
}

describe('lines', () => {
  test('are the same however the bytes are cut', () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).map(text => text.replaceAll('\n', ' '))
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat()), (texts, places) => {
        const bytes = Buffer.from(texts.map(text => `${text}\n`).join(''))
        expect(read(cut(bytes, places), 1_000)).toEqual(texts)
      }),
    )
  })

  test('over the limit are not kept but for their own id, wherever it stands, so that someone hears of it', () => {
    const big = 'x'.repeat(5_000)
    const cases: readonly [string, unknown][] = [
      [`{"jsonrpc":"2.0","id":7,"result":"${big}"}`, 7],
      [`{"result":"${big}","jsonrpc":"2.0","id":8}`, 8],
      [`{"result":"${big}","jsonrpc":"2.0","id":"a\\"b"}`, 'a"b'],
      // What stands deeper, in a text or in pieces is no id, and the last one counts, as for every other reader of JSON.
      [`{"result":{"id":3,"x":"${big}"},"jsonrpc":"2.0","id":9}`, 9],
      [`{"result":{"x":"${big}\\","y":[{"id":3}]}}`, null],
      [`{"text":"\\",\\"id\\":3,${big}","id" : 10 }`, 10],
      [`{"id":1,"x":"${big}","id":2}`, 2],
      [`{"id":1e999,"x":"${big}"}`, null],
      [`{"id":12345678901234567890,"x":"${big}"}`, Number('12345678901234567890')],
      [`{"id":{"id":1},"x":"${big}"}`, null],
      [`{"id":"${big}"}`, null],
      [`[{"id":1,"x":"${big}"}]`, null],
      [big, null],
    ]
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.array(fc.nat()), ([text, id], places) => {
        expect(read(cut(Buffer.from(`${text}\n{}\n`), places), 4_000)).toEqual([{ tooLarge: id }, '{}'])
      }),
    )
  })
})

describe('messages', () => {
  test.each([
    [{ jsonrpc: '2.0', id: 1, method: 'x' }, 'request'],
    [{ jsonrpc: '2.0', method: 'x' }, 'notification'],
    [{ jsonrpc: '2.0', id: 'a', result: {} }, 'response'],
    [{ jsonrpc: '2.0', id: null, error: { code: 1, message: '' } }, 'response'],
    [{ jsonrpc: '2.0', id: null, method: 'x' }, undefined],
    [{ jsonrpc: '2.0', id: 1, result: {}, error: {} }, undefined],
    [{ jsonrpc: '1.0', id: 1, method: 'x' }, undefined],
    [[{ jsonrpc: '2.0', id: 1, method: 'x' }], undefined],
    [JSON.parse('{"__proto__":{"jsonrpc":"2.0","id":1,"method":"x"}}'), undefined],
    ['x', undefined],
  ])('%j is a %s', (value, kind) => {
    expect(classify(value)?.kind).toBe(kind)
  })
})

test('what is read and could not be written again is no message', () => {
  const nested = (depth: number): unknown =>
    JSON.parse(`{"jsonrpc":"2.0","id":1,"method":"x","params":${'['.repeat(depth)}${']'.repeat(depth)}}`)
  expect(classify(nested(400))?.kind).toBe('request')
  expect(classify(nested(600))).toBeNull()
  expect(classify(nested(100_000))).toBeNull()
})

describe('events', () => {
  test('after one are those of its stream; what is forgotten is not made up', () => {
    const log = createEventLog(20)
    const first = log.add('a', 'one')
    log.add('b', 'other')
    log.add('a', 'two')
    expect(log.after(first)).toMatchObject({ stream: 'a', events: [{ data: 'two' }] })
    const last = log.add('a', 'x'.repeat(15))
    expect(log.after(first)).toBeNull()
    expect(log.after(last)).toMatchObject({ events: [] })
    expect(log.after('a_99')).toBeNull()
    expect(log.after('nonsense')).toBeNull()
  })
})
