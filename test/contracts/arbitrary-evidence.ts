/**
 * Generated evidence on all five substrates. Sessions repeat a few tasks, so that some behavior passes the gate and some
 * does not: evidence in which nothing repeats would make every law hold for nothing. Names and values are partly hostile.
 */
import fc from 'fast-check'
import type { EvidenceItem, Rejection } from '../../core/model/evidence.ts'
import { REJECTIONS } from '../../core/model/evidence.ts'
import type { DimensionValue, Micros, Outcome, Visibility } from '../../core/model/observation.ts'
import { NO_FACTS } from '../../core/model/observation.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import type { Substrate } from '../../core/model/substrate.ts'
import type { Workload } from '../../core/model/workload.ts'
import { HOSTILE, POOLS } from './arbitrary-constraint.ts'

/** One item as a collector is fed it. */
export interface Fed {
  readonly source: string
  readonly item: EvidenceItem
}

const WORKLOADS: readonly [Workload, Workload] = [
  { namespace: 'agents', name: 'research' },
  { namespace: 'agents', name: 'Ünlü.worker-2' },
]

/** Tokens as they leak into arguments; none of them may ever be written down. */
export const SECRETS: readonly string[] = [
  'ghp_0123456789abcdefghijABCDEFGHIJ012345',
  'sk-live-0123456789abcdefghijklmnop',
  'AKIAIOSFODNN7EXAMPLE',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJlLXNlY3JldA',
]
/** A password has no shape: only the name of its dimension gives it away. */
export const PASSWORD = 'correct-horse-battery-staple'

export interface Call {
  readonly substrate: Substrate
  readonly action: string
  readonly values: readonly DimensionValue[]
}

const TEXTS = [
  'alice@example.com',
  'bob@example.org',
  'hello world',
  'item-42',
  'https://example.com/a?b=c',
  'DE89370400440532013000',
]

const hostile = fc.constantFrom(...HOSTILE)
/** Mostly the pool, so that values repeat; sometimes hostile; sometimes seen nowhere else. */
const among = (...pool: readonly Scalar[]): fc.Arbitrary<Scalar> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...pool) },
    { weight: 1, arbitrary: hostile },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  )

const values = (parts: readonly (readonly [string, fc.Arbitrary<Scalar>, 'once' | 'optional' | 'many'])[]) =>
  fc
    .tuple(
      ...parts.map(([dimension, value, how]) =>
        fc
          .array(value, how === 'once' ? { minLength: 1, maxLength: 1 } : { maxLength: how === 'many' ? 3 : 1 })
          .map(list => list.map((entry): DimensionValue => ({ dimension, value: entry }))),
      ),
    )
    .map(lists => lists.flat())

const surface = (
  substrate: Substrate,
  action: fc.Arbitrary<string>,
  parts: Parameters<typeof values>[0],
): fc.Arbitrary<Call> => fc.record({ substrate: fc.constant(substrate), action, values: values(parts) })

const only = fc.constant
const resource = among(...POOLS.arn)
const destination = among(...POOLS.host, ...POOLS.address)
const file = among(...POOLS.path)

/** A call on any substrate. */
export const arbitraryCall: fc.Arbitrary<Call> = fc.oneof(
  surface('tool', only('read_file'), [
    ['tool.args.path', file, 'once'],
    ['tool.args.limit', among(...POOLS.number), 'optional'],
  ]),
  surface('tool', only('send_money'), [
    ['tool.args.recipient', among('DE89370400440532013000', 'US122000000121212121212'), 'once'],
    ['tool.args.amount', among(1, 50, 1100, 0.5), 'once'],
    ['tool.args.subject', among(...POOLS.text), 'optional'],
    ['tool.args.password', only(PASSWORD), 'optional'],
  ]),
  surface('tool', only('send_email'), [
    ['tool.args.recipients[]', among('alice@example.com', 'bob@example.org'), 'many'],
    ['tool.args.body', among(...TEXTS), 'once'],
    ['tool.args.note', fc.constantFrom(...SECRETS), 'optional'],
  ]),
  surface('tool', fc.constantFrom('delete_file', 'get_webpage', 'update'), [
    ['tool.args.id', among('f-1', 'f-2', 7), 'optional'],
    ['tool.args.url', among('https://example.com/a', 'https://example.com/b'), 'optional'],
    ['tool.server', only('files'), 'optional'],
  ]),
  surface(
    'tool',
    hostile.filter(name => name !== ''),
    [['tool.args.__proto__', among(...TEXTS), 'optional']],
  ),
  surface('network', fc.constantFrom('tcp/443', 'tcp/5432', 'udp/53'), [['network.destination', destination, 'once']]),
  surface('syscall', fc.constantFrom('openat', 'execve', 'connect', '__proto__'), []),
  surface('process', only('exec'), [
    ['process.executable', among('/usr/bin/python3', '/bin/sh'), 'once'],
    ['process.arguments', among('agent.py', '-c id'), 'optional'],
  ]),
  surface('process', fc.constantFrom('file-read', 'file-write'), [['process.file', file, 'once']]),
  surface('iam', fc.constantFrom('s3:GetObject', 's3:PutObject', 'sqs:SendMessage'), [
    ['iam.resource', resource, 'many'],
    ['iam.region', among('eu-central-1', 'us-east-1'), 'optional'],
  ]),
)

interface Task {
  readonly request: string
  readonly calls: readonly Call[]
}
interface Run {
  readonly task: number
  readonly repeats: number
  readonly extra: readonly Call[]
  readonly asked: boolean
  readonly workload: 0 | 1
  /** Position in {@link OUTCOMES} and {@link SEEN} of each call, cycled. */
  readonly fates: readonly number[]
  readonly answer: string
}

const OUTCOMES: readonly Outcome[] = ['ok', 'ok', 'ok', 'ok', 'ok', 'error', 'unknown', 'denied']
const SEEN: readonly Visibility[] = ['seen', 'seen', 'seen', 'seen', 'seen', 'seen', 'absent', 'malformed']

const task: fc.Arbitrary<Task> = fc.record({
  request: fc.oneof(fc.constantFrom('pay the rent to DE89370400440532013000', 'read item-42', ''), hostile),
  calls: fc.array(arbitraryCall, { minLength: 1, maxLength: 4 }),
})

const run: fc.Arbitrary<Run> = fc.record({
  task: fc.nat(1),
  repeats: fc.integer({ min: 1, max: 3 }),
  extra: fc.array(arbitraryCall, { maxLength: 1 }),
  asked: fc.boolean(),
  workload: fc.constantFrom<(0 | 1)[]>(0, 0, 0, 0, 0, 1),
  fates: fc.array(fc.nat(7), { minLength: 1, maxLength: 5 }),
  answer: fc.constantFrom(...TEXTS, ...HOSTILE),
})

const START: Micros = Date.UTC(2026, 2, 1) * 1000
const HOUR: Micros = 3_600_000_000
const SECOND: Micros = 1_000_000

/** Evidence of one session. Network, syscalls and processes belong to a process lifetime, the rest to the session. */
const itemsOf = (tasks: readonly Task[], { workload: which, ...session }: Run, number: number): readonly Fed[] => {
  const workload = WORKLOADS[which]
  const id = `s${number}`
  const { calls, request } = tasks[session.task % tasks.length] ?? { calls: [], request: '' }
  const begin = START + number * 5 * HOUR
  const all = [...Array.from({ length: session.repeats }, () => calls).flat(), ...session.extra]
  const observed = all.map(({ substrate, action, values }, index): Fed => {
    const fate = session.fates[index % session.fates.length] ?? 0
    const visibility = substrate === 'syscall' ? 'seen' : (SEEN[(fate + index) % SEEN.length] ?? 'seen')
    const belongs = substrate === 'tool' || substrate === 'iam'
    const start = begin + (index + 1) * SECOND
    return {
      source: belongs ? 'otlp' : 'ambit',
      item: {
        kind: 'observation',
        observation: {
          id: `${id}-${index}`,
          source: belongs ? 'otlp' : 'ambit',
          workload,
          session: belongs ? id : null,
          witness: belongs ? id : `pid-${number}`,
          substrate,
          action,
          values: visibility === 'seen' ? values : [],
          visibility,
          start,
          end: fate === 7 ? null : start + SECOND / 2,
          outcome: OUTCOMES[fate] ?? 'ok',
          result: fate === 6 || !belongs ? null : [{ path: 'a.b', text: session.answer }],
          facts: { ...NO_FACTS, model: fate === 5 ? 'model-b' : 'model-a' },
        },
      },
    }
  })
  if (!session.asked) return observed
  const asked: EvidenceItem = {
    kind: 'request',
    id: `${id}-request`,
    source: 'otlp',
    workload,
    session: id,
    start: begin,
    text: request,
    facts: NO_FACTS,
  }
  return [{ source: 'otlp', item: asked }, ...observed]
}

const REASONS = Object.keys(REJECTIONS) as Rejection[]

const disturbance: fc.Arbitrary<Fed> = fc.oneof(
  fc
    .constantFrom(...REASONS)
    .map((reason): Fed => ({ source: 'otlp', item: { kind: 'rejected', reason, detail: 'x' } })),
  fc.record({ id: fc.nat(3), count: fc.option(fc.nat(9)) }).map(
    ({ id, count }): Fed => ({
      source: 'ambit',
      item: { kind: 'loss', id: `loss-${id}-${count}`, source: 'ambit', count, detail: 'ring buffer' },
    }),
  ),
)

/** What a server says of its tools, which two servers, or one at two times, may say differently. */
const catalog = (id: string): fc.Arbitrary<Fed> =>
  fc
    .record({
      name: fc.constantFrom('read_file', 'send_money', '__proto__'),
      server: fc.constantFrom('files', null),
      readOnly: fc.option(fc.boolean()),
      destructive: fc.option(fc.boolean()),
      openWorld: fc.option(fc.boolean()),
      format: fc.constantFrom(null, 'uri', 'password'),
    })
    .map(({ format, ...tool }) => ({
      source: 'otlp',
      item: {
        kind: 'catalog',
        id,
        source: 'otlp',
        workload: WORKLOADS[0],
        start: START,
        tools: [
          {
            ...tool,
            parameters: [{ dimension: 'tool.args.path', type: 'string', format, values: null, required: true }],
          },
        ],
      },
    }))

/** Evidence without duplicates, rejections or losses. */
export const arbitrarySessions: fc.Arbitrary<readonly Fed[]> = fc
  .record({
    tasks: fc.array(task, { minLength: 1, maxLength: 2 }),
    runs: fc.array(run, { minLength: 1, maxLength: 12 }),
    catalogs: fc.oneof(
      fc.constant([]),
      fc.tuple(catalog('catalog-1')),
      fc.tuple(catalog('catalog-1'), catalog('catalog-2')),
    ),
  })
  .map(({ tasks, runs, catalogs }) => [
    ...catalogs,
    ...runs.flatMap((session, number) => itemsOf(tasks, session, number)),
  ])

/** The same with everything that comes in from outside: rejected records, losses and duplicates, in any place. */
export const arbitraryFeed: fc.Arbitrary<readonly Fed[]> = fc
  .record({
    sessions: arbitrarySessions,
    disturbances: fc.array(disturbance, { maxLength: 6 }),
    again: fc.array(fc.nat(1_000), { maxLength: 6 }),
  })
  .map(({ sessions, disturbances, again }) => [
    ...sessions,
    ...disturbances,
    ...again.flatMap(index => sessions[index % sessions.length] ?? []),
  ])
