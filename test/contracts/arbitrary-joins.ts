/**
 * Generated evidence of which no item alone tells what it means: spans whose trace names the session elsewhere, calls whose answers are
 * other records, what a kernel saw in a pod while calls were open there, addresses and the names they were looked up by, ids used twice.
 */
import fc from 'fast-check'
import type { EvidenceItem } from '../../core/model/evidence.ts'
import { MINUTE, NO_FACTS, type Observation } from '../../core/model/observation.ts'
import type { Fed } from './arbitrary-evidence.ts'

const WORKLOAD = { namespace: 'agents', name: 'joined' }
const BEGIN = Date.UTC(2026, 2, 1) * 1_000

/** Minutes, near enough to each other to overlap and far enough to fall into different hours and days. */
const minute = fc.oneof(fc.nat(180), fc.nat(3 * 24 * 60))
const pod = fc.constantFrom('agents/joined-0', 'agents/joined-1')
const session = fc.constantFrom('s0', 's1', 's2')
/** Few, so that some are used twice. */
const id = fc.nat(400).map(number => `id-${number}`)
const ADDRESSES = ['192.0.2.1', '192.0.2.2'] as const

const base = {
  source: 'otlp',
  workload: WORKLOAD,
  visibility: 'seen',
  outcome: 'ok',
  result: [],
  facts: NO_FACTS,
} as const

const observed = (observation: Observation): EvidenceItem => ({ kind: 'observation', observation })

const call = fc
  .record({
    id,
    pod: fc.option(pod, { nil: undefined }),
    session: fc.option(session, { nil: null }),
    minute,
    lasts: fc.option(fc.nat(2_000), { nil: null }),
    value: fc.constantFrom('a', 'b', 'c'),
    trace: fc.option(
      fc.record({
        trace: fc.constantFrom('t0', 't1', 't2', 't3'),
        names: fc.boolean(),
        parent: fc.option(id, { nil: null }),
      }),
      { nil: null },
    ),
  })
  .map(({ id, pod, session, minute, lasts, value, trace }) => {
    const start = BEGIN + minute * MINUTE
    const named = trace !== null && !trace.names ? trace.trace : session
    return observed({
      ...base,
      id,
      session: named,
      witness: named ?? 'process-1/2026-03-01',
      substrate: 'tool',
      action: `tool_${value}`,
      values: [{ dimension: 'tool.args.path', value }],
      start,
      end: lasts === null ? null : start + lasts * MINUTE,
      ...(pod === undefined ? {} : { pod }),
      ...(trace === null
        ? {}
        : {
            link: {
              trace: trace.trace,
              span: `${trace.trace}/${id}`,
              parent: trace.parent === null ? null : `${trace.trace}/${trace.parent}`,
              sessionIsTrace: !trace.names,
            },
          }),
    })
  })

const below = fc
  .record({
    id,
    pod: fc.option(pod, { nil: undefined }),
    minute,
    address: fc.constantFrom(...ADDRESSES),
    isNetwork: fc.boolean(),
  })
  .map(({ id, pod, minute, address, isNetwork }) =>
    observed({
      ...base,
      source: 'tetragon',
      id,
      session: null,
      witness: `${pod ?? 'host'}/process/${minute % 3}`,
      ...(isNetwork
        ? { substrate: 'network', action: 'tcp/443', values: [{ dimension: 'network.destination', value: address }] }
        : { substrate: 'syscall', action: 'openat', values: [] }),
      start: BEGIN + minute * MINUTE + 1,
      end: null,
      result: null,
      ...(pod === undefined ? {} : { pod }),
    }),
  )

const lookup = fc
  .record({ id, pod, minute, name: fc.constantFrom('a.example', 'b.example'), address: fc.constantFrom(...ADDRESSES) })
  .map(
    ({ id, pod, minute, name, address }): EvidenceItem => ({
      kind: 'lookup',
      id,
      source: 'tetragon',
      workload: WORKLOAD,
      pod,
      name,
      addresses: [address],
      start: BEGIN + minute * MINUTE,
    }),
  )

const answer = fc.record({ id, call: id, session, minute }).map(
  ({ id, call, session, minute }): EvidenceItem => ({
    kind: 'answer',
    id,
    source: 'otlp',
    workload: WORKLOAD,
    call,
    session,
    start: BEGIN + minute * MINUTE + 2,
    outcome: 'ok',
    result: [{ path: '', text: 'a b c' }],
  }),
)

const request = fc.record({ id, session, minute, text: fc.constantFrom('read a', 'write b to c') }).map(
  ({ id, session, minute, text }): EvidenceItem => ({
    kind: 'request',
    id,
    source: 'otlp',
    workload: WORKLOAD,
    session,
    start: BEGIN + minute * MINUTE,
    text,
    facts: NO_FACTS,
  }),
)

const catalog = fc.record({ id, minute, name: fc.constantFrom('tool_a', 'tool_b') }).map(
  ({ id, minute, name }): EvidenceItem => ({
    kind: 'catalog',
    id,
    source: 'otlp',
    workload: WORKLOAD,
    start: BEGIN + minute * MINUTE,
    tools: [{ name, server: null, readOnly: null, destructive: null, openWorld: null, parameters: [] }],
  }),
)

export const arbitraryJoins: fc.Arbitrary<readonly Fed[]> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: call },
      { weight: 8, arbitrary: below },
      { weight: 3, arbitrary: lookup },
      { weight: 2, arbitrary: answer },
      { weight: 1, arbitrary: request },
      { weight: 1, arbitrary: catalog },
    ),
    { minLength: 20, maxLength: 150 },
  )
  .map(items =>
    items.map(item => ({
      source: item.kind === 'observation' ? item.observation.source : item.kind === 'lookup' ? 'tetragon' : 'otlp',
      item,
    })),
  )
