/** Lines of an MCP session, in any order that servers and clients come up with → events. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineWriter } from '../../apps/cli/record-format.ts'
import type { RecordedEvent } from '../../io/record/event.ts'
import { openJournal } from '../../io/record/journal.ts'
import { lineTap } from '../../io/record/line-tap.ts'
import { wrapMcpConfig } from '../../io/record/mcp-config.ts'
import { mcpObserver } from '../../io/record/mcp-observer.ts'
import { newFolder, readItems } from '../system/recording.ts'

/** `>` from the client, `<` from the server; the time is the number of the line. */
const observe = (...lines: readonly (readonly ['>' | '<', unknown])[]) => {
  const events: RecordedEvent[] = []
  const observer = mcpObserver(event => events.push(event))
  lines.forEach(([from, message], index) => {
    const line = typeof message === 'string' ? message : JSON.stringify(message)
    if (from === '>') observer.client(line, index)
    else observer.server(line, index)
  })
  observer.end()
  return events
}
const call = (id: unknown, name: string, args: unknown = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
})
const answer = (id: unknown, text: string, more: object = {}) => ({
  jsonrpc: '2.0',
  id,
  result: { content: [{ type: 'text', text }], ...more },
})
const told = (events: readonly RecordedEvent[]) =>
  events.map(event => (event.kind === 'call' ? [event.tool, event.outcome, event.start, event.end] : [event.kind]))

describe('calls and answers', () => {
  it('are paired by id, whatever the order, and `1` is not `"1"`', () => {
    const events = observe(
      ['>', call(1, 'number')],
      ['>', call('1', 'text')],
      ['>', call(2, 'late')],
      ['<', answer('1', 'b')],
      ['<', answer(1, 'a')],
      ['<', answer(1, 'again')],
      ['<', answer(99, 'nobody asked')],
    )
    expect(told(events)).toEqual([
      ['text', 'ok', 1, 3],
      ['number', 'ok', 0, 4],
      ['late', 'unknown', 2, null],
    ])
  })

  it('that are sent again with what the server asked for are one call, from its first sending to its last answer', () => {
    const more = (id: number, state: string) => {
      const { params, ...rest } = call(id, 'book', { what: 'a room' })
      return { ...rest, params: { ...params, requestState: state } }
    }
    const wants = (id: number, requestState: string) => answer(id, '', { resultType: 'input_required', requestState })
    const events = observe(
      ['>', { jsonrpc: '2.0', id: 0, method: 'server/discover', params: {} }],
      ['<', { id: 0, result: { _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'modern', version: '1' } } } }],
      ['>', call(1, 'book', { what: 'a room' })],
      ['<', wants(1, 'one')],
      ['>', more(2, 'one')],
      ['<', wants(2, 'two')],
      ['>', more(3, 'two')],
      ['<', answer(3, 'booked')],
      ['>', call(4, 'given up')],
      ['<', wants(4, 'three')],
    )
    expect(told(events)).toEqual([
      ['book', 'ok', 2, 7],
      ['given up', 'unknown', 8, null],
    ])
    expect(events[0]).toMatchObject({ server: 'modern', arguments: { what: 'a room' } })
  })

  it('are found in batches', () => {
    const events = observe(
      ['>', [call(1, 'a'), { method: 'notifications/x' }, call(2, 'b')]],
      ['<', [answer(2, ''), answer(1, '')]],
    )
    expect(told(events)).toEqual([
      ['b', 'ok', 0, 1],
      ['a', 'ok', 0, 1],
    ])
  })

  it('tell an id that is used again, a cancelled call, and one without an id', () => {
    const events = observe(
      ['>', call(1, 'first')],
      ['>', call(1, 'second')],
      ['>', call(2, 'cancelled')],
      ['>', { method: 'notifications/cancelled', params: { requestId: 2 } }],
      ['<', answer(2, 'too late')],
      ['>', call(undefined, 'nameless')],
      ['<', answer(1, '')],
    )
    expect(told(events)).toEqual([
      ['first', 'unknown', 0, null],
      ['cancelled', 'unknown', 2, null],
      ['nameless', 'unknown', 5, null],
      ['second', 'ok', 1, 6],
    ])
  })

  it('are not confused by requests of the server, whose ids are its own', () => {
    const events = observe(
      ['>', call(1, 'a')],
      ['<', { jsonrpc: '2.0', id: 1, method: 'roots/list' }],
      ['>', { jsonrpc: '2.0', id: 1, result: { roots: [] } }],
      ['<', answer(1, '')],
    )
    expect(told(events)).toEqual([['a', 'ok', 0, 3]])
  })

  it('are denied only where an error says so', () => {
    const outcome = (message: unknown) => told(observe(['>', call(1, 'a')], ['<', message]))[0]?.[1]
    expect(outcome(answer(1, 'Access denied - path outside allowed directories', { isError: true }))).toBe('denied')
    expect(outcome(answer(1, 'ENOENT: no such file', { isError: true }))).toBe('error')
    expect(outcome(answer(1, 'Access denied'))).toBe('ok')
    expect(outcome({ id: 1, error: { code: -32000, message: 'Forbidden' } })).toBe('denied')
    expect(outcome({ id: 1, error: { code: -32602, message: 'Tool x not found' } })).toBe('error')
    expect(outcome({ id: 1, error: null })).toBe('error')
    expect(outcome({ id: 1 })).toBe('ok')
  })

  it('carry the server’s name once it is known', () => {
    const events = observe(
      ['>', call(0, 'early')],
      ['<', answer(0, '')],
      ['>', { id: 1, method: 'initialize', params: {} }],
      ['<', { id: 1, result: { serverInfo: { name: 'files', version: '2' } } }],
      ['>', call(2, 'a')],
      ['<', answer(2, '')],
      ['>', { id: 3, method: 'tools/list' }],
      ['<', { id: 3, result: { tools: [{ name: 'a' }] } }],
    )
    expect(events.map(event => ('server' in event ? event.server : event.kind))).toEqual([null, 'files', 'files'])
  })

  it('may be anything', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('>' as const, '<' as const), fc.json())), lines => {
        for (const event of observe(...lines)) expect(event.kind).not.toBe('action')
        expect(observe(['>', 'x'], ...lines).at(-1)?.kind).toBe('loss')
      }),
    )
  })
})

describe('a line tap', () => {
  it('hears the same lines however the bytes are cut', () => {
    const cuts = fc.array(fc.nat(400), { maxLength: 20 })
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), cuts, (lines, at) => {
        const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''))
        const heard: string[] = []
        const tap = lineTap(line => heard.push(line))
        let from = 0
        for (const cut of [...at, bytes.length].sort((a, b) => a - b)) {
          tap.push(bytes.subarray(from, cut))
          from = Math.min(cut, bytes.length)
        }
        tap.end()
        expect(heard).toEqual(
          bytes
            .toString()
            .split('\n')
            .filter(line => line !== ''),
        )
      }),
    )
  })

  it('skips a line over its limit, counts it, and hears the next', () => {
    const heard: string[] = []
    const tap = lineTap(line => heard.push(line), 10)
    for (const part of ['short\n', 'far too', ' long for it\nnext', '\n']) tap.push(Buffer.from(part))
    tap.end()
    expect(heard).toEqual(['short', 'next'])
    expect(tap.skipped()).toBe(1)
  })
})

describe('a journal', () => {
  const recording = { workload: { namespace: 'a', name: 'b' }, session: 's', recorder: 'r' }
  const event = (text: string, result: unknown): RecordedEvent => ({
    kind: 'call',
    start: 1_700_000_000_000_000,
    end: 1_700_000_000_000_001,
    outcome: 'ok',
    server: 'files',
    tool: 'a',
    arguments: { text },
    result,
    argumentsKept: true,
    resultKept: true,
  })

  it('leaves out what makes a line too long, and says so', async () => {
    const file = `${newFolder()}/out.jsonl`
    const journal = await openJournal(file, lineWriter(recording), { queue: 10_000, line: 500 })
    let deep: unknown = []
    for (let level = 0; level < 100_000; level++) deep = [deep]
    for (const written of [event('x', 'y'), event('x', 'y'.repeat(500)), event('x'.repeat(500), 'y'), event('x', deep)])
      journal.write(written)
    expect(await journal.close()).toBeNull()
    const seen = readItems(file).map(item =>
      item.kind === 'observation'
        ? [item.observation.visibility, item.observation.values.length, item.observation.result?.length ?? null]
        : [],
    )
    expect(seen).toEqual([['seen', 2, 1], ['seen', 2, null], ['absent', 1, null], ['seen', 2, null], []])
  })

  it('shares a file with others, line by line', async () => {
    const file = `${newFolder()}/out.jsonl`
    const journals = await Promise.all(
      ['a', 'b', 'c'].map(recorder => openJournal(file, lineWriter({ ...recording, recorder }))),
    )
    for (let count = 0; count < 20; count++) {
      for (const journal of journals) journal.write(event('x'.repeat(400_000), 'y'))
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(await Promise.all(journals.map(journal => journal.close()))).toEqual([null, null, null])
    expect(readItems(file).map(({ kind }) => kind)).toEqual([...Array(60).fill('observation'), 'end', 'end', 'end'])
  })

  it('never grows beyond its queue: what does not fit is counted in the file', async () => {
    const file = `${newFolder()}/out.jsonl`
    const journal = await openJournal(file, lineWriter(recording), { queue: 1_000, line: 500 })
    for (let count = 0; count < 50; count++) journal.write(event('x', 'y'))
    expect(await journal.close()).toBeNull()
    const items = readItems(file)
    const loss = items.find(item => item.kind === 'loss')
    const kept = items.filter(item => item.kind === 'observation').length
    expect(kept).toBeGreaterThan(0)
    expect(loss?.kind === 'loss' ? loss.count : null).toBe(50 - kept)
    // What was never queued has no number: the numbers tell of what is lost after that.
    expect(items.map(({ position }) => position?.sequence)).toEqual(items.map((_, index) => index + 1))
    expect(items.at(-1)?.kind).toBe('end')
  })
})

describe('an `mcpServers` file', () => {
  it('gets the proxy before each stdio server, and keeps all else', () => {
    const text = JSON.stringify({
      theme: 'dark',
      mcpServers: {
        files: { command: 'npx', args: ['-y', 'server'], env: { A: 'b' }, disabled: false },
        bare: { command: 'run' },
        remote: { type: 'http', url: 'https://example.org/mcp' },
      },
    })
    const wrapped = wrapMcpConfig(text, ['ambit', 'record', '--mcp', '--'])
    expect(wrapped).toMatchObject({ wrapped: ['files', 'bare'], untouched: ['remote'] })
    expect(JSON.parse(wrapped?.text ?? '')).toEqual({
      theme: 'dark',
      mcpServers: {
        files: {
          command: 'ambit',
          args: ['record', '--mcp', '--', 'npx', '-y', 'server'],
          env: { A: 'b' },
          disabled: false,
        },
        bare: { command: 'ambit', args: ['record', '--mcp', '--', 'run'] },
        remote: { type: 'http', url: 'https://example.org/mcp' },
      },
    })
    for (const other of ['', '[]', '{}', '{"mcpServers":[]}']) expect(wrapMcpConfig(other, ['ambit'])).toBeNull()
  })
})
