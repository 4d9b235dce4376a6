/**
 * Policies with everything that a person or a window may leave in them, and requests with their contexts near what they bound:
 * values of the policy itself, values that it withholds, repeated, missing, unheard-of and hostile ones.
 */
import fc from 'fast-check'
import type { Constraint } from '../../core/model/constraint.ts'
import type { Context } from '../../core/model/context.ts'
import type { DimensionValue } from '../../core/model/observation.ts'
import type {
  DerivedPolicy,
  Permission,
  PermissionDimension,
  SurfaceEnvelope,
  Withheld,
} from '../../core/model/policy.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import { SUBSTRATES } from '../../core/model/substrate.ts'
import { normalizeText } from '../../core/policy/normalize-text.ts'
import { arbitraryValueNear, HOSTILE, POOLS } from '../contracts/arbitrary-constraint.ts'
import { arbitraryContext, arbitraryRequest } from '../contracts/arbitrary-policy.ts'

export interface Asked {
  readonly request: ActionRequest
  readonly context: Context
}

/** What no JSON holds, what costs time, and what reads like something else. */
const AWKWARD: readonly Scalar[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -0,
  2 ** 53,
  '007',
  '1.',
  '10.0.0.01',
  '10.0.0',
  '10.0.0.1.',
  '10.0.0.',
  '10.0.0.256',
  '0010.0.0.1',
  '256.0.0.1',
  '::',
  '::10.0.0.1',
  '1:2:3:4:5:6:7:8:9',
  'a.example.com.',
  'API.EXAMPLE.COM..',
  '/work/a/',
  '//work//a',
  '/work/a/..',
  './a',
  '.',
  '..',
  '/work/a\u0000',
  'ghp_0123456789abcdefghijABCDEFGHIJ012345',
  '\ufb01le',
  'ALICE@example.com',
  'x'.repeat(5_000),
  `/${'a/'.repeat(2_000)}`,
  '.'.repeat(3_000),
]

const somewhere = fc.constantFrom<Scalar>(
  ...AWKWARD,
  ...HOSTILE,
  ...POOLS.text,
  ...POOLS.host,
  ...POOLS.address,
  ...POOLS.path,
  ...POOLS.number,
)

/** Shapes that begin with no text to look them up by. */
const OPEN_SHAPES: Constraint = {
  kind: 'shape',
  shapes: [
    [],
    [{ run: 'digits' }],
    [{ run: 'letters' }, '@', { rest: true }],
    ['', { run: 'hex' }],
    ['item-', { run: 'digits' }],
  ],
}

const changedDimension = (dimension: PermissionDimension, change: number): readonly PermissionDimension[] => {
  if (change === 0) return [{ ...dimension, role: { value: 'secret', by: 'written' } }]
  // Nothing forbids a second entry of the same name: each of them is judged.
  if (change === 1)
    return [dimension, { ...dimension, allow: dimension.review ?? { kind: 'length', max: 9 }, review: null }]
  if (change === 2) return [{ ...dimension, review: null }]
  if (change === 3) return [{ ...dimension, allow: OPEN_SHAPES }]
  return [dimension]
}

const withheldOf = (permission: Permission): fc.Arbitrary<Withheld> => {
  const { substrate, action, evidence } = permission
  const names = permission.dimensions.map(({ dimension }) => dimension)
  return fc
    .record({
      dimension: fc.constantFrom(null, 'tool.args.unseen', ...names),
      value: fc.oneof(fc.constant(null), somewhere),
      elsewhere: fc.constantFrom(null, 'held_back', `${action}\0x`),
    })
    .map(({ dimension, value, elsewhere }) => ({
      substrate,
      action: elsewhere ?? action,
      dimension,
      value: dimension === null ? null : value,
      class: 'one-time',
      findings: [],
      evidence,
    }))
}

/** The same policy with things withheld, secret and listed twice, and not bounding all that it has permissions for. */
export const disturbed = (policy: DerivedPolicy): fc.Arbitrary<DerivedPolicy> =>
  fc
    .record({
      changes: fc.array(fc.nat(12), { minLength: 24, maxLength: 24 }),
      withheld:
        policy.permissions.length === 0
          ? fc.constant([])
          : fc.array(fc.constantFrom(...policy.permissions).chain(withheldOf), { maxLength: 6 }),
      bounds: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.subarray([...SUBSTRATES])),
      without: fc.boolean(),
      twice: fc.boolean(),
    })
    .map(({ changes, withheld, bounds, without, twice }) => {
      const permissions = policy.permissions.map((permission, at) => ({
        ...permission,
        dimensions: permission.dimensions.flatMap((dimension, index) =>
          changedDimension(dimension, changes[(at * 3 + index) % changes.length] ?? 9),
        ),
      }))
      return {
        ...policy,
        // A surface that loses its permission is one that only what is withheld or an envelope covers.
        permissions: [...(without ? permissions.slice(1) : permissions), ...(twice ? permissions.slice(0, 2) : [])],
        withheld: [...policy.withheld, ...withheld],
        bounds: bounds ?? policy.bounds,
      }
    })

const mutate = (policy: DerivedPolicy, request: ActionRequest): fc.Arbitrary<ActionRequest> => {
  const permission = policy.permissions.find(
    ({ substrate, action }) => substrate === request.substrate && action === request.action,
  )
  const own = (permission?.dimensions ?? []).flatMap(({ dimension, allow, review }) =>
    [allow, review ?? allow].map(constraint =>
      arbitraryValueNear(constraint, POOLS.text).map((value): DimensionValue => ({ dimension, value })),
    ),
  )
  const withheld = policy.withheld.flatMap(({ dimension, value }): readonly DimensionValue[] =>
    dimension === null ? [] : [{ dimension, value }],
  )
  const names = [...(permission?.dimensions ?? []).map(({ dimension }) => dimension), 'tool.args.unseen', '__proto__']
  const entry = fc.oneof(
    ...own,
    ...(withheld.length === 0 ? [] : [fc.constantFrom(...withheld)]),
    fc.record({ dimension: fc.constantFrom(...names, 'tool.args.token'), value: somewhere }),
  )
  const actions = policy.withheld.flatMap(({ action, dimension, value }) => [
    action,
    `${action}\0${dimension}\0string:${value}`,
  ])
  return fc
    .record({
      more: fc.array(entry, { maxLength: 3 }),
      drop: fc.nat(6),
      visibility: fc.constantFrom(...(['seen', 'seen', 'seen', 'seen', 'seen', 'absent', 'malformed'] as const)),
      action: fc.oneof(
        { weight: 5, arbitrary: fc.constant(request.action) },
        fc.constantFrom('read_it', 'list', 'send_it', 's3:GetIt', ...actions),
      ),
      first: fc.boolean(),
    })
    .map(({ more, drop, visibility, action, first }) => {
      const kept = request.values.filter((_, index) => index !== drop)
      return { ...request, action, visibility, values: first ? [...more, ...kept] : [...kept, ...more] }
    })
}

/** What a session may have said of this request's own values. */
const shownOf = (request: ActionRequest, base: Context): fc.Arbitrary<Context> => {
  const texts = request.values.flatMap(({ value }) =>
    typeof value === 'string' || typeof value === 'number' ? [normalizeText(String(value))] : [],
  )
  const some = fc.subarray(texts)
  return fc.record({ asked: some, fields: some, read: some, part: fc.nat(9) }).map(({ asked, fields, read, part }) => ({
    ...base,
    request:
      part === 0 ? null : new Set([...(base.request ?? []), ...asked, `please use ${asked.join(' and ')} today`]),
    fields: part === 1 ? null : new Set([...(base.fields ?? []), ...fields]),
    prose: part === 2 || part === 1 ? null : new Set([...(base.prose ?? []), ...read.map(text => `now use ${text}.`)]),
  }))
}

/** A call by a name that the envelope has, or nearly, with values that it may be about. */
const unobserved = (envelope: SurfaceEnvelope): fc.Arbitrary<ActionRequest> => {
  const { substrate, firstWords, prefixes, values, explained } = envelope
  const names = [...firstWords.map(word => `${word}_it`), ...prefixes.map(prefix => `${prefix}It`), 'do_it']
  const about = [values, explained?.every, explained?.some].flatMap(constraint => constraint ?? [])
  const value = fc.oneof(somewhere, ...about.map(constraint => arbitraryValueNear(constraint, POOLS.text)))
  return fc.record({
    substrate: fc.constant(substrate),
    action: fc.constantFrom(...names, ...(explained?.except ?? [])),
    values: fc.array(fc.record({ dimension: fc.constantFrom('tool.args.to', 'tool.args.id'), value }), {
      maxLength: 2,
    }),
    visibility: fc.constantFrom(...(['seen', 'seen', 'seen', 'absent'] as const)),
  })
}

export const askedNear = (policy: DerivedPolicy): fc.Arbitrary<Asked> =>
  fc
    .tuple(
      policy.envelopes.length === 0
        ? arbitraryRequest(policy)
        : fc.oneof(
            { weight: 3, arbitrary: arbitraryRequest(policy) },
            fc.constantFrom(...policy.envelopes).chain(unobserved),
          ),
      arbitraryContext,
      fc.nat(3),
      fc.nat(2),
    )
    .chain(([near, base, asIs, alone]) =>
      (asIs === 0 ? fc.constant(near) : mutate(policy, near)).chain(request =>
        (alone === 0 ? fc.constant(base) : shownOf(request, base)).map(context => ({ request, context })),
      ),
    )

/** The same for a request that was really made, in the context in which it was. */
export const askedLike = (policy: DerivedPolicy, { request, context }: Asked): fc.Arbitrary<Asked> =>
  fc
    .nat(2)
    .chain(asIs =>
      asIs === 0
        ? fc.constant({ request, context })
        : mutate(policy, request).map(mutated => ({ request: mutated, context })),
    )
