/** What several sensors saw of one pod, put together: names for addresses, sessions for kernel and network, and never a guess. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Observation } from '../../core/model/observation.ts'
import { causesOf, createCollector, decodeRecord } from '../../core/pipeline.ts'

const POD = 'librarian-7d9c8b6f5c-x2x7k'
const time = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString()
const nanos = (second: number): string => String(BigInt(Date.UTC(2026, 0, 1) + second * 1_000) * 1_000_000n)

interface Call {
  readonly tool: string
  readonly session: string
  readonly from: number
  readonly to: number | null
  readonly pod?: string
}

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } })
let spans = 0

const call = ({ tool, session, from, to, pod = POD }: Call): object => ({
  resourceSpans: [
    {
      resource: {
        attributes: [
          attribute('k8s.namespace.name', 'agents'),
          attribute('k8s.deployment.name', 'librarian'),
          attribute('k8s.pod.name', pod),
        ],
      },
      scopeSpans: [
        {
          spans: [
            {
              traceId: String(++spans).padStart(32, '0'),
              spanId: String(spans).padStart(16, '0'),
              name: `execute_tool ${tool}`,
              startTimeUnixNano: nanos(from),
              ...(to === null ? {} : { endTimeUnixNano: nanos(to) }),
              attributes: [
                attribute('gen_ai.operation.name', 'execute_tool'),
                attribute('gen_ai.tool.name', tool),
                attribute('gen_ai.conversation.id', session),
              ],
            },
          ],
        },
      ],
    },
  ],
})

const tetragonPod = { namespace: 'agents', name: POD, workload: 'librarian', workload_kind: 'Deployment' }
const connect = (second: number, address = '203.0.113.7', name = POD): object => ({
  process_connect: {
    process: { exec_id: `e-${second}`, pod: { ...tetragonPod, name } },
    destination_ip: address,
    destination_port: 443,
    protocol: 'TCP',
  },
  time: time(second),
})
const exec = (second: number): object => ({
  process_exec: { process: { exec_id: `x-${second}`, binary: '/bin/sh', arguments: '', pod: tetragonPod } },
  time: time(second),
})

const answer = (second: number, query: string, ...ips: readonly string[]): object => ({
  flow: {
    time: time(second),
    uuid: `dns-${second}-${query}`,
    verdict: 'FORWARDED',
    Type: 'L7',
    is_reply: true,
    l4: { UDP: { source_port: 53, destination_port: 41_000 } },
    source: { namespace: 'kube-system', pod_name: 'coredns-0' },
    destination: { namespace: 'agents', pod_name: POD, workloads: [{ name: 'librarian', kind: 'Deployment' }] },
    l7: { type: 'RESPONSE', dns: { query, ips } },
  },
  node_name: 'n',
})

const flow = (second: number, trace: string): object => ({
  flow: {
    time: time(second),
    uuid: `f-${second}`,
    verdict: 'FORWARDED',
    IP: { source: '10.0.0.1', destination: '203.0.113.7' },
    l4: { TCP: { source_port: 40_000, destination_port: 443, flags: { SYN: true } } },
    source: { namespace: 'agents', pod_name: 'elsewhere', workloads: [{ name: 'librarian', kind: 'Deployment' }] },
    Type: 'L3_L4',
    traffic_direction: 'EGRESS',
    is_reply: false,
    trace_context: { parent: { trace_id: trace } },
  },
  node_name: 'n',
})

const collected = (...records: readonly object[]): readonly Observation[] => {
  const collector = createCollector()
  for (const record of records) {
    const { source, items } = decodeRecord(record, { source: null, identities: new Map() })
    collector.add(source, items)
  }
  const { workloads, ledger } = collector.finish()
  for (const { received, accepted, duplicate, rejected } of ledger) {
    expect(accepted + duplicate + Object.values(rejected).reduce((sum, count) => sum + count, 0)).toBe(received)
  }
  return workloads.get('agents/librarian')?.observations ?? []
}
const below = (observations: readonly Observation[]) => observations.filter(({ substrate }) => substrate !== 'tool')
const told = (...records: readonly object[]) =>
  below(collected(...records)).map(({ session, cause }) => [session, cause ?? null])

describe('sessions of what the kernel and the network saw', () => {
  const SEARCH: Call = { tool: 'search_web', session: 'talk-1', from: 10, to: 20 }

  test('belong to the call that was open in the pod, and exist because of its tool', () => {
    const observations = collected(connect(15), exec(12), call(SEARCH))
    expect(below(observations).map(({ session, witness, cause }) => [session, witness, cause])).toEqual([
      ['talk-1', 'talk-1', 'search_web'],
      ['talk-1', 'talk-1', 'search_web'],
    ])
    expect(causesOf(observations, 'network', 'tcp/443')).toEqual({
      causes: [{ tool: 'search_web', count: 1, sessions: 1 }],
      joined: 1,
      all: 1,
    })
  })

  test.each([
    ['before', connect(9)],
    ['after', connect(21)],
    ['in another pod', connect(15, '203.0.113.7', 'librarian-7d9c8b6f5c-zzzzz')],
  ])('none %s', (_name, record) => {
    expect(told(call(SEARCH), record)).toEqual([[null, null]])
  })

  test('two sessions at once: none is claimed, and the witness stays the process', () => {
    const [observation] = below(collected(call(SEARCH), call({ ...SEARCH, session: 'talk-2' }), connect(15)))
    expect([observation?.session, observation?.witness]).toEqual([null, 'e-15/2026-01-01'])
  })

  test('two calls of one session: its session, and no cause', () => {
    expect(told(call(SEARCH), call({ ...SEARCH, tool: 'read_page' }), connect(15))).toEqual([['talk-1', null]])
  })

  test('a call whose end nobody recorded explains nothing, and leaves nothing certain for an hour', () => {
    const open: Call = { tool: 'wait', session: 'talk-2', from: 1, to: null }
    expect(told(call(open), connect(2))).toEqual([[null, null]])
    expect(told(call(open), call(SEARCH), connect(15))).toEqual([[null, null]])
    const later: Call = { ...SEARCH, from: 4_000, to: 4_010 }
    expect(told(call(open), call(later), connect(4_005))).toEqual([['talk-1', 'search_web']])
  })

  test('trace context names the session where the times say nothing', () => {
    const traced = call({ ...SEARCH, from: 100, to: 101 })
    expect(told(traced, flow(500, String(spans).padStart(32, '0')))).toEqual([['talk-1', null]])
  })

  test('no order of records changes what is joined, and nothing is claimed for a call that was not open', () => {
    const calls = fc.array(
      fc.record({
        tool: fc.constantFrom('a', 'b'),
        session: fc.constantFrom('s-1', 's-2'),
        from: fc.nat(50),
        length: fc.nat(20),
      }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(calls, fc.uniqueArray(fc.nat(80), { maxLength: 6 }), fc.func(fc.nat()), (drawn, seconds, order) => {
        const records = [
          ...drawn.map(({ tool, session, from, length }) => call({ tool, session, from, to: from + length })),
          ...seconds.map(second => connect(second)),
        ]
        const shuffled = [...records].sort((a, b) => order(a) - order(b))
        const seen = (all: readonly object[]) =>
          below(collected(...all))
            .map(({ id, session, cause }) => [id, session, cause])
            .sort()
        expect(seen(shuffled)).toEqual(seen(records))
        for (const { start, session, cause } of below(collected(...records))) {
          const second = (start - Date.UTC(2026, 0, 1) * 1_000) / 1_000_000
          const open = drawn.filter(({ from, length }) => from <= second && second <= from + length)
          const sessions = new Set(open.map(each => each.session))
          expect(session).toBe(sessions.size === 1 ? open[0]?.session : null)
          expect(cause).toBe(open.length === 1 ? open[0]?.tool : undefined)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('names of addresses', () => {
  const destinations = (...records: readonly object[]) =>
    below(collected(...records)).map(({ values }) => values.map(({ value }) => value).join())

  test('an answer names what the pod connects to next', () => {
    expect(destinations(connect(5), answer(4, 'api.example.com.', '203.0.113.7'))).toEqual(['api.example.com'])
  })

  test.each([
    ['the answer came later', [connect(3), answer(4, 'api.example.com', '203.0.113.7')]],
    ['the answer is old', [connect(3_700), answer(4, 'api.example.com', '203.0.113.7')]],
    ['it gave another address', [connect(5), answer(4, 'api.example.com', '203.0.113.8')]],
    ['two names gave it', [connect(5), answer(3, 'a.example', '203.0.113.7'), answer(4, 'b.example', '203.0.113.7')]],
  ])('it stays an address where %s', (_name, records) => {
    expect(destinations(...records)).toEqual(['203.0.113.7'])
  })

  test('another pod’s answers name nothing, and ten thousand answers take no longer than their number', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => answer(at / 10, 'api.example.com', '203.0.113.7'))
    const other = connect(500, '203.0.113.7', 'librarian-7d9c8b6f5c-zzzzz')
    expect(destinations(...many, other, connect(501))).toEqual(['203.0.113.7', 'api.example.com'])
  })
})

describe('an address that another pod had a moment ago', () => {
  const unnamed = (source: object): object => ({
    flow: { ...Object(Object(flow(60, 't')).flow), uuid: 'unnamed', source },
    node_name: 'n',
  })

  test('misleads nobody: a workload is told by its pod, never by an address', () => {
    const young = connect(60, '203.0.113.7', 'librarian-7d9c8b6f5c-zzzzz')
    // The pod that has 10.0.0.1 now began a second ago; the one that had it before is the librarian’s.
    const { items } = decodeRecord(unnamed({ identity: 1, labels: ['reserved:world'] }), {
      source: null,
      identities: new Map(),
    })
    expect(items).toMatchObject([{ kind: 'rejected', reason: 'unattributed' }])
    const [own] = below(collected(flow(1, 't'), young, unnamed({ namespace: 'agents', pod_name: 'other-0' })))
    expect(own?.pod).toBe('agents/elsewhere')
    expect(
      below(collected(young, unnamed({ namespace: 'agents', pod_name: 'other-0' }))).map(({ pod }) => pod),
    ).toEqual(['agents/librarian-7d9c8b6f5c-zzzzz'])
  })
})
