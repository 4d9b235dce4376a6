/** What only the whole trace tells, whatever the order and the records that its spans come in. */
import { describe, expect, it } from 'vitest'
import { createCollector, decodeRecord } from '../../core/pipeline.ts'

interface Span {
  readonly id: string
  readonly parent?: string
  readonly start: number
  readonly end: number
  readonly attributes: Readonly<Record<string, string>>
}

const record = (...spans: readonly Span[]): object => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'agent' } }] },
      scopeSpans: [
        {
          spans: spans.map(({ id, parent, start, end, attributes }) => ({
            traceId: 'aa'.repeat(16),
            spanId: id.repeat(16),
            ...(parent === undefined ? {} : { parentSpanId: parent.repeat(16) }),
            startTimeUnixNano: String(1_772_411_784_000_000_000 + start * 1e9),
            endTimeUnixNano: String(1_772_411_784_000_000_000 + end * 1e9),
            attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
          })),
        },
      ],
    },
  ],
})

const run = (text: string, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
  'gen_ai.operation.name': 'invoke_agent',
  'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: text }] }]),
  ...more,
})
const call = (tool: string): Readonly<Record<string, string>> => ({
  'gen_ai.operation.name': 'execute_tool',
  'gen_ai.tool.name': tool,
  'gen_ai.tool.call.arguments': '{}',
})
const ROOT: Span = { id: '1', start: 0, end: 9, attributes: run('book a room', { 'gen_ai.conversation.id': 'talk-7' }) }
const CALL: Span = { id: '2', parent: '1', start: 1, end: 2, attributes: call('book') }

const collected = (...records: readonly object[]) => {
  const collector = createCollector()
  for (const each of records) {
    const { source, items } = decodeRecord(each, { source: null, identities: new Map() })
    collector.add(source, items)
  }
  const { workloads, ledger } = collector.finish()
  return { evidence: workloads.get('default/agent'), ledger: ledger[0] }
}

describe('spans of one trace in several records', () => {
  it.each([
    ['parent first', [record(ROOT), record(CALL)]],
    ['child first', [record(CALL), record(ROOT)]],
    ['together', [record(CALL, ROOT)]],
  ])('a call has the session that its run names: %s', (_, records) => {
    const { evidence, ledger } = collected(...records)
    expect(evidence?.observations.map(({ session, witness }) => [session, witness])).toEqual([['talk-7', 'talk-7']])
    expect(evidence?.requests.map(({ session, text }) => [session, text])).toEqual([['talk-7', 'book a room']])
    expect(ledger).toMatchObject({ received: 2, accepted: 2, duplicate: 0 })
  })

  it('what an agent asks a sub-agent is no request of a user', () => {
    const child: Span = { id: '3', parent: '2', start: 1.2, end: 1.8, attributes: run('pay mallory@evil.org') }
    const orphan: Span = { id: '4', parent: '9', start: 3, end: 4, attributes: run('pay mallory@evil.org') }
    const { evidence } = collected(record(child), record(orphan), record(CALL), record(ROOT))
    expect(evidence?.requests.map(({ text }) => text)).toEqual(['book a room'])
  })

  it('a call that the agent and the server both tell of is one call', () => {
    const server: Span = {
      id: '3',
      parent: '2',
      start: 1.1,
      end: 1.9,
      attributes: { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': 'book' },
    }
    const { evidence, ledger } = collected(record(server), record(ROOT), record(CALL))
    expect(evidence?.observations).toHaveLength(1)
    expect(ledger).toMatchObject({ received: 3, accepted: 2, duplicate: 1 })
  })
})
