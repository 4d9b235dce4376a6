/** Input that wants to be too much: every source bounds it, counts it with a reason, and keeps the rest. */
import { describe, expect, test } from 'vitest'
import type { EvidenceItem } from '../../core/model/evidence.ts'
import type { Observation } from '../../core/model/observation.ts'
import { SOURCES } from '../../core/pipeline.ts'

const OPTIONS = { identities: new Map() }

const decode = (id: string, record: unknown): readonly EvidenceItem[] =>
  SOURCES.find(source => source.id === id)?.decode(record, OPTIONS) ?? []

const only = (items: readonly EvidenceItem[]): Observation => {
  const [item] = items
  if (items.length !== 1 || item?.kind !== 'observation')
    throw new Error(`not one observation: ${JSON.stringify(items)}`)
  return item.observation
}

const written = (fields: object): Observation =>
  only(
    decode('ambit', {
      format: 'ambit.observation/v1',
      type: 'observation',
      id: '1',
      time: '2026-01-01T00:00:00Z',
      workload: { namespace: 'a', name: 'b' },
      session: 's',
      substrate: 'tool',
      action: 'x',
      ...fields,
    }),
  )

const nest = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}"deep"${']'.repeat(depth)}`)

describe('arguments', () => {
  test('a 5 MB string becomes its beginning and a digest; equal strings stay equal, others do not', () => {
    const value = (text: string) => written({ arguments: { text } }).values[0]?.value
    const long = 'a'.repeat(5_000_000)
    expect(value(long)).toMatch(/^a{1024}…sha256:[0-9a-f]{64}$/)
    expect(value(long)).toBe(value(long))
    expect(value(`${long}b`)).not.toBe(value(long))
    expect(value('a'.repeat(65_536))).toBe('a'.repeat(65_536))
    const given = written({ values: [{ dimension: 'tool.args.text', value: long }] })
    expect(given.values[0]?.value).toBe(value(long))
  })

  test('a million values in one call are malformed, not the first few of them', () => {
    const { values, visibility } = written({ arguments: { ids: Array.from({ length: 1_000_000 }, (_, at) => at) } })
    expect({ values, visibility }).toEqual({ values: [], visibility: 'malformed' })
    expect(written({ arguments: { ids: Array.from({ length: 10_000 }, (_, at) => at) } }).values).toHaveLength(10_000)
  })

  test('a million values that are written as such are no more readable', () => {
    const values = Array.from({ length: 1_000_000 }, (_, value) => ({ dimension: 'tool.args.ids[]', value }))
    expect(written({ values })).toMatchObject({ values: [], visibility: 'malformed' })
  })

  test('what is nested deeper than 32 is one value; what is nested endlessly is malformed', () => {
    expect(written({ arguments: { x: nest(40) } }).values).toEqual([
      { dimension: `tool.args.x${'[]'.repeat(31)}`, value: `${'['.repeat(9)}"deep"${']'.repeat(9)}` },
    ])
    expect(written({ arguments: { x: nest(100_000) } }).visibility).toBe('malformed')
  })

  test.each(['1e999', '-1e999'])(
    'a number that no double holds, %s, is malformed: JSON could not write it down again',
    number => {
      const { values, visibility } = written(JSON.parse(`{"arguments":{"amount":${number},"to":"x"}}`))
      expect({ values, visibility }).toEqual({ values: [], visibility: 'malformed' })
    },
  )

  test('text of text is read once more, and no further', () => {
    const text = JSON.stringify({ a: 1 })
    expect(written({ arguments: JSON.stringify(text) }).values).toEqual([{ dimension: 'tool.args.a', value: 1 }])
    expect(written({ arguments: JSON.stringify(JSON.stringify(text)) }).visibility).toBe('malformed')
    expect(written({ arguments: '"alone"' }).visibility).toBe('malformed')
    expect(written({ arguments: '' }).visibility).toBe('absent')
    expect(written({ arguments: 'null' }).visibility).toBe('seen')
  })
})

describe('what else a record carries is bounded', () => {
  const long = 'word '.repeat(1_000_000)

  test('leaves of a result', () => {
    const [leaf] = written({ leaves: [{ path: 'a', text: long }] }).result ?? []
    expect(leaf?.text).toBe(`${long.slice(0, 262_144)}…`)
    const many = Array.from({ length: 1_000_000 }, (_, at) => ({ path: 'a', text: String(at) }))
    expect(written({ leaves: many }).result).toHaveLength(1)
  })

  test('what the agent was made of', () => {
    const { facts } = written({ facts: { model: long, image: 'short' } })
    expect(facts).toMatchObject({ model: expect.stringMatching(/^.{1024}…sha256:[0-9a-f]{64}$/), image: 'short' })
  })

  test('requests', () => {
    const request = {
      format: 'ambit.observation/v1',
      type: 'request',
      id: '1',
      time: '2026-01-01T00:00:00Z',
      text: long,
    }
    const [item] = decode('ambit', { ...request, workload: { namespace: 'a', name: 'b' }, session: 's' })
    expect(item).toMatchObject({ kind: 'request', text: long.slice(0, 262_144) })
  })
})

describe('identifiers', () => {
  test.each([{ session: 'x'.repeat(5_000) }, { action: 'x'.repeat(5_000) }, { id: 'x'.repeat(5_000) }])(
    'that are too long reject the record',
    fields => {
      expect(() => written(fields)).toThrow('too-large')
    },
  )

  test('that are too long as a name of an argument leave the call, with arguments that cannot be read', () => {
    const { values, visibility } = written({ arguments: { ['k'.repeat(5_000)]: 1 } })
    expect({ values, visibility }).toEqual({ values: [], visibility: 'malformed' })
  })
})

describe('nests in every place of a record', () => {
  const deep = nest(20_000)
  const deepValue = JSON.parse(
    `${'{"kvlistValue":{"values":[{"key":"k","value":'.repeat(3_000)}{"intValue":"1"}${'}]}}'.repeat(3_000)}`,
  )

  test('otlp', () => {
    const span = { traceId: deep, spanId: 'b', name: 'execute_tool x', startTimeUnixNano: '1767225600000000000' }
    const attributes = [
      { key: 'gen_ai.operation.name', value: { stringValue: 'execute_tool' } },
      { key: 'gen_ai.tool.call.arguments', value: deepValue },
      { key: 'gen_ai.tool.call.result', value: deepValue },
    ]
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 's' } }] }
    const record = { resourceSpans: [{ resource, scopeSpans: [{ spans: [{ ...span, attributes, extra: deep }] }] }] }
    expect(only(decode('otlp', record)).action).toBe('x')
  })

  test('cloudtrail and tetragon', () => {
    const event = {
      eventSource: 's3.amazonaws.com',
      eventName: 'GetObject',
      userIdentity: deep,
      requestParameters: deep,
    }
    expect(decode('cloudtrail', event)).toMatchObject([{ kind: 'rejected' }])
    expect(decode('tetragon', { rate_limit_info: { x: deep } })).toMatchObject([{ kind: 'loss', count: null }])
    expect(decode('tetragon', { process_exec: { process: deep } })).toMatchObject([{ kind: 'rejected' }])
  })

  test('spans that are each other’s parents', () => {
    const span = (id: string, parent: string) => ({
      traceId: 'aa',
      spanId: id,
      parentSpanId: parent,
      startTimeUnixNano: '1767225600000000000',
      attributes: [
        { key: 'mcp.method.name', value: { stringValue: 'tools/call' } },
        { key: 'gen_ai.tool.name', value: { stringValue: 'x' } },
        { key: 'service.name', value: { stringValue: 's' } },
      ],
    })
    const record = { resourceSpans: [{ scopeSpans: [{ spans: [span('01', '02'), span('02', '01')] }] }] }
    expect(decode('otlp', record).map(({ kind }) => kind)).toEqual(['observation', 'observation'])
  })
})
