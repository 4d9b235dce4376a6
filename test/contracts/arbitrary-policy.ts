/**
 * Generated derived policies, and requests and contexts near them, for the contract suites of encoders and of anything
 * else that reads a policy. They keep what the model promises (unique sorted ids, the dimensions that each substrate
 * has, workload names that passed their check) and nothing more: every string is otherwise the worst it can be.
 */
import fc from 'fast-check'
import { opennessOf } from '../../core/derive/openness.ts'
import type { Context, Tempo } from '../../core/model/context.ts'
import { DEFAULT_DECISIONS } from '../../core/model/decisions.ts'
import type { DimensionValue } from '../../core/model/observation.ts'
import type { PermissionDimension, SurfaceEnvelope } from '../../core/model/policy.ts'
import { type DerivedPolicy, type EvidenceCount, type Permission, POLICY_FORMAT } from '../../core/model/policy.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import { SUBSTRATES, type Substrate } from '../../core/model/substrate.ts'
import { SIGNAL_NAMES, type Usual, type UsualBound } from '../../core/model/usual.ts'
import { VALUE_TYPES } from '../../core/model/value-type.ts'
import { contextOf } from '../../core/policy/contains.ts'
import { NO_CALLS, stepTempo } from '../../core/policy/tempo.ts'
import { BEGINNING } from '../../core/policy/usual.ts'
import { arbitraryConstraint, arbitraryValueNear, HOSTILE, PLACES, POOLS } from './arbitrary-constraint.ts'
import { UNBOUND } from './policy-of.ts'

const ACTIONS: Record<Substrate, readonly string[]> = {
  tool: ['send_money', 'read_file', 'Slack.post', '__proto__', ...HOSTILE.filter(s => s !== '')],
  network: ['tcp/443', 'tcp/80', 'udp/53', 'tcp/53', 'udp/123', 'tcp/65535', 'tcp/0', 'sctp/1', 'tcp/99999', 'a\nb'],
  syscall: ['openat', 'read', 'write', 'socket', 'clone', 'clone3', 'futex', 'execve', 'x y', '__proto__', 'SCMP\n'],
  process: ['exec', 'file-read', 'file-write'],
  iam: [
    's3:GetObject',
    's3:PutObject',
    's3:ListBucket',
    'secretsmanager:GetSecretValue',
    'sts:AssumeRole',
    'dynamodb:GetItem',
    's3:*',
    'x"y:Z',
  ],
}

/** Dimension and the values that are natural in it. */
const DIMENSIONS: Record<Substrate, (action: string) => readonly (readonly [string, readonly Scalar[]])[]> = {
  tool: () => [
    ['tool.args.to', POOLS.text],
    ['tool.args.amount', POOLS.number],
    ['tool.args.url', [...POOLS.host, 'https://api.example.com/a?b=c']],
    ['tool.args.path', POOLS.path],
    ['tool.args.items[].id', POOLS.text],
    ['tool.args.a.b', POOLS.number],
    ['tool.args.__proto__', POOLS.text],
    ['tool.args."x"\n', POOLS.text],
    ['tool.server', ['files', 'mail']],
  ],
  network: () => [['network.destination', [...POOLS.host, ...POOLS.address]]],
  syscall: () => [],
  process: action =>
    action === 'exec'
      ? [
          ['process.executable', POOLS.path],
          ['process.arguments', POOLS.text],
        ]
      : [['process.file', POOLS.path]],
  iam: () => [
    ['iam.resource', POOLS.arn],
    ['iam.region', ['eu-central-1', 'us-east-1']],
  ],
}

const evidence: fc.Arbitrary<EvidenceCount> = fc.record({
  count: fc.integer({ min: 1, max: 999 }),
  witnesses: fc.integer({ min: 1, max: 99 }),
  sessions: fc.nat(99),
  clusters: fc.integer({ min: 1, max: 99 }),
  days: fc.integer({ min: 1, max: 14 }),
  firstSeen: fc.constant('2026-01-01T00:00:00Z'),
  lastSeen: fc.constant('2026-01-14T00:00:00Z'),
  sources: fc.constant(['otlp']),
})

const dimension = (name: string, pool: readonly Scalar[]): fc.Arbitrary<PermissionDimension> =>
  fc
    .record({
      type: fc.constantFrom(...VALUE_TYPES.filter(t => t !== 'secret')),
      role: fc.constantFrom('sink', 'amount', 'selector', 'content', 'free'),
      allow: arbitraryConstraint(pool),
      wider: fc.option(arbitraryConstraint(pool, 1), { nil: null }),
      absent: fc.constantFrom('allow', 'review', 'deny'),
      evidence,
    })
    .map(({ type, role, allow, wider, absent, evidence }) => ({
      dimension: name,
      type,
      role: { value: role, by: 'name' },
      rule: allow.kind,
      allow,
      review: wider === null ? null : { kind: 'anyOf', of: [allow, wider] },
      absent,
      context: contextOf(allow),
      trace: { distinct: 1, samples: [], considered: [] },
      latitude: { statement: 'generated', beyond: null },
      openness: opennessOf(allow),
      evidence,
    }))

const others: fc.Arbitrary<Permission['others']> = fc.constantFrom<Permission['others']>(
  { allow: { kind: 'none' }, review: { kind: 'any' } },
  { allow: { kind: 'none' }, review: null },
  { allow: { kind: 'any' }, review: null },
  { allow: { kind: 'length', max: 12 }, review: { kind: 'any' } },
)

const escapeId = (text: string): string =>
  Array.from(text, c => (/[\w:.-]/.test(c) ? c : `%${c.codePointAt(0)}`)).join('')

const permission = (substrate: Substrate): fc.Arbitrary<Permission> =>
  fc.constantFrom(...ACTIONS[substrate]).chain(action => {
    const known = DIMENSIONS[substrate](action)
    const chosen = fc
      .subarray([...known], { minLength: substrate === 'network' ? 1 : 0 })
      .chain(list => fc.tuple(...list.map(([name, pool]) => dimension(name, pool))))
    return fc
      .record({
        dimensions: chosen,
        others:
          substrate === 'tool' ? others : fc.constant<Permission['others']>({ allow: { kind: 'none' }, review: null }),
        access: fc.constantFrom('read', 'write', 'destructive'),
        argumentsSeen: substrate === 'tool' ? fc.boolean() : fc.constant(true),
        evidence,
      })
      .map(({ dimensions, others, access, argumentsSeen, evidence }) => ({
        id: `${substrate}/${escapeId(action)}`,
        substrate,
        action,
        access: { value: access, by: 'name' },
        dimensions: [...dimensions].sort((a, b) => (a.dimension < b.dimension ? -1 : 1)),
        others,
        argumentsSeen,
        evidence,
      }))
  })

const explained = fc.option(
  fc.record({
    every: arbitraryConstraint(POOLS.text, 1),
    some: fc.option(arbitraryConstraint(POOLS.text, 1), { nil: null }),
    except: fc.subarray(['send_money', 'read_file']),
  }),
  { nil: null },
)

const envelope: fc.Arbitrary<SurfaceEnvelope> = fc
  .record({
    substrate: fc.constantFrom('tool', 'iam'),
    access: fc.constant('read'),
    rule: fc.constant('surface'),
    firstWords: fc.subarray(['read', 'get', 'list']),
    prefixes: fc.subarray(['s3:get', 'send_']),
    values: fc.option(arbitraryConstraint(POOLS.text, 1), { nil: null }),
    statement: fc.constant('generated'),
    explained,
  })
  .map(one => (one.substrate === 'tool' ? one : { ...one, explained: null }))

const name = fc.constantFrom(
  'agent',
  'research-agent',
  'Research Agent',
  'a.b_c',
  'Ünïcode',
  '日本語',
  'x'.repeat(80),
  'y'.repeat(253),
  '0',
  'true',
)

/** Bounds of every signal on what the permissions have, near what requests and sessions of these tests show. */
const usualOn = (permissions: readonly Permission[], limits: readonly number[]): Usual => ({
  sigma: 2,
  promised: 0.0455,
  sessions: 100,
  heldOut: 0.04,
  heldOutNewTasks: null,
  signals: [],
  bounds: permissions.flatMap(({ substrate, action, dimensions }, at) =>
    limits.map((limit, index): UsualBound => {
      const signal = SIGNAL_NAMES[(at + index) % SIGNAL_NAMES.length] ?? 'calls'
      const isOfValue = signal === 'length' || signal === 'amount'
      return {
        signal,
        substrate,
        action: signal === 'session' || signal === 'minute' ? null : action,
        dimension: isOfValue
          ? (dimensions[index % Math.max(1, dimensions.length)]?.dimension ?? 'tool.args.unseen')
          : null,
        center: 1,
        spread: 1,
        least: signal === 'amount' ? limit % 7 : null,
        most: signal === 'order' ? null : limit % 11,
        after: signal === 'order' ? [BEGINNING] : [],
        witnesses: 100,
      }
    }),
  ),
})

/** @param substrates to draw permissions from; each policy has some of them, possibly none. */
export const arbitraryPolicy = (substrates: readonly Substrate[] = SUBSTRATES): fc.Arbitrary<DerivedPolicy> =>
  fc
    .record({
      namespace: name,
      name,
      permissions: fc.uniqueArray(fc.oneof(...substrates.map(permission)), { selector: p => p.id, maxLength: 8 }),
      envelopes: fc.array(envelope, { maxLength: 2 }),
      base: fc.record({ dns: fc.boolean(), processStartSeen: fc.boolean() }),
      digest: fc.stringMatching(/^[0-9a-f]{64}$/),
      limits: fc.oneof(
        { weight: 3, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.array(fc.nat(1_000), { minLength: 1, maxLength: 6 }) },
      ),
    })
    .map(({ namespace, name, permissions, envelopes, base, digest, limits }) => ({
      format: POLICY_FORMAT,
      digest: `sha256:${digest}`,
      workload: { namespace, name },
      thresholds: { moreThan: 5, witnesses: 3, arithmetic: null },
      decisions: DEFAULT_DECISIONS,
      bounds: SUBSTRATES.filter(s => permissions.some(p => p.substrate === s)),
      permissions: [...permissions].sort((a, b) => (a.id < b.id ? -1 : 1)),
      envelopes,
      withheld: [],
      usual: limits === null ? null : usualOn(permissions, limits),
      expected: { knownTasks: null, newTasks: null },
      overGrant: { observed: 0, unbounded: 0, patterned: 0, session: 0, share: 0 },
      coverage: {
        window: { first: '2026-01-01T00:00:00Z', last: '2026-01-14T00:00:00Z', days: 14 },
        complete: true,
        incomplete: [],
        substrates: [],
      },
      validity: UNBOUND,
      blindTo: [],
      base,
    }))

/** Counters of a session, as if it had called what the actions of the substrates are so often. */
const arbitraryTempo: fc.Arbitrary<Tempo | null> = fc.option(
  fc
    .record({
      calls: fc.array(fc.tuple(fc.constantFrom(...SUBSTRATES), fc.nat(9)), { maxLength: 12 }),
      gap: fc.nat(90),
    })
    .map(({ calls, gap }) =>
      calls.reduce<Tempo>((tempo, [substrate, index], place) => {
        const actions = ACTIONS[substrate]
        return stepTempo(tempo, { substrate, action: actions[index % actions.length] ?? '' }, place * gap * 1_000_000)
      }, NO_CALLS),
    ),
  { nil: null },
)

const near = (p: Permission): fc.Arbitrary<ActionRequest> => {
  const pools = new Map(DIMENSIONS[p.substrate](p.action))
  const listed = p.dimensions.map(d =>
    fc.option(
      arbitraryValueNear(d.review ?? d.allow, pools.get(d.dimension) ?? POOLS.text).map(
        (value): DimensionValue => ({ dimension: d.dimension, value }),
      ),
      { nil: null, freq: 8 },
    ),
  )
  const extra =
    p.substrate === 'tool'
      ? fc.option(fc.constantFrom({ dimension: 'tool.args.unseen', value: 'x' }), { nil: null, freq: 1 })
      : fc.constant(null)
  return fc.tuple(...listed, extra, p.substrate === 'tool' ? fc.nat(9) : fc.constant(1)).map(list => {
    const absent = list.at(-1) === 0
    const values = list.filter((v): v is DimensionValue => typeof v === 'object' && v !== null)
    return {
      substrate: p.substrate,
      action: p.action,
      values: absent ? [] : values,
      visibility: absent ? 'absent' : 'seen',
    }
  })
}

const elsewhere = (substrates: readonly Substrate[]): fc.Arbitrary<ActionRequest> =>
  fc.constantFrom(...substrates).chain(substrate =>
    fc.constantFrom(...ACTIONS[substrate]).chain(action =>
      fc
        .tuple(
          ...DIMENSIONS[substrate](action).map(([d, pool]) =>
            fc.constantFrom(...pool).map(value => [d, value] as const),
          ),
        )
        .map(pairs => ({
          substrate,
          action,
          values: pairs.map(([dimension, value]) => ({ dimension, value })),
          visibility: 'seen' as const,
        })),
    ),
  )

/** Requests near the permissions of a policy, and some that nothing covers. */
export const arbitraryRequest = (
  policy: DerivedPolicy,
  substrates: readonly Substrate[] = SUBSTRATES,
): fc.Arbitrary<ActionRequest> => {
  const covered = policy.permissions.filter(p => substrates.includes(p.substrate)).map(near)
  return covered.length === 0
    ? elsewhere(substrates)
    : fc.oneof({ weight: 4, arbitrary: fc.oneof(...covered) }, elsewhere(substrates))
}

const said = ['please send 42 to alice@example.com', 'read /work/a/b/c and api.example.com', 'item-42', '']

/** Contexts that see everything, a part or nothing of a session. Texts are in normal form already. */
export const arbitraryContext: fc.Arbitrary<Context> = fc
  .record({
    request: fc.option(fc.subarray(said), { nil: null }),
    tempo: arbitraryTempo,
    results: fc.option(
      fc.record({
        fields: fc.subarray(['alice@example.com', '42', 'api.example.com', '/work/a', 'red']),
        // Fewer than there are fields: whoever tells a context may not know where one stood.
        places: fc.array(fc.constantFrom(...PLACES), { maxLength: 5 }),
        prose: fc.option(fc.subarray(['now write to bob@example.org', 'see /etc/passwd']), { nil: null, freq: 4 }),
      }),
      { nil: null },
    ),
  })
  .map(({ request, tempo, results }) => ({
    tempo,
    request: request === null ? null : new Set(request),
    fields: results === null ? null : new Set(results.fields),
    ...(results === null
      ? {}
      : { places: new Map(results.places.map((place, index) => [results.fields[index] ?? '', place])) }),
    prose: results === null || results.prose === null ? null : new Set(results.prose),
    approved: new Set<string>(),
    size: 0,
  }))
