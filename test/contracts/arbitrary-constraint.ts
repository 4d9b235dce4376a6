/**
 * Generated constraints of every kind over a pool of values, and values near them: inside, at the edge and just
 * outside. Small pools on purpose: a test that almost never hits `allow` cannot fail.
 */
import fc from 'fast-check'
import type { Constraint, RunClass, ShapeToken } from '../../core/model/constraint.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import { VALUE_TYPES } from '../../core/model/value-type.ts'

/** What an attacker who chooses a tool argument, a file name or a host would try on a reader or writer of policies. */
export const HOSTILE: readonly string[] = [
  '',
  ' ',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '..\\..\\x',
  'a\nb: c',
  '- x',
  '{{ .Values }}',
  '*',
  '**',
  '?',
  '&anchor',
  '!!js/function x',
  'yes',
  'null',
  '0x10',
  '1e3',
  '"quoted" \\"',
  "it's",
  'permit(principal, action, resource);',
  '") || true || ("',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an IAM policy variable, verbatim
  '${aws:username}',
  '$(reboot)',
  '\u001b[31mred',
  '\u0000',
  '\u202egnp.exe',
  '\u2028',
  '\ud800',
  'ａdmin',
  'İ',
  'x'.repeat(300),
]

export const POOLS = {
  host: [
    'api.example.com',
    'example.com',
    'a.example.com',
    'a.b.example.com',
    'notexample.com',
    'example.org',
    'xn--bcher-kva.example',
    'kube-dns.kube-system.svc.cluster.local',
    'localhost',
  ],
  address: [
    '10.0.0.1',
    '10.0.0.255',
    '10.0.1.0',
    '192.168.1.7',
    '0.0.0.0',
    '255.255.255.255',
    '::1',
    '2001:db8::1',
    '2001:db8::ffff',
    '2001:db8:1::',
    'fe80::1',
    '::ffff:10.0.0.1',
  ],
  block: ['10.0.0.0/24', '10.0.0.0/8', '0.0.0.0/0', '::/0', '192.168.1.7/32', '2001:db8::/32', '2001:db8::1/128'],
  path: ['/', '/etc', '/etc/passwd', '/work/a', '/work/ab', '/work/a/../b', '/work/a/b/c', 'relative/x', '/work/./a'],
  arn: [
    'arn:aws:s3:::research-corpus-v2',
    'arn:aws:s3:::research-corpus-v2/key',
    'arn:aws:s3:::research-corpus-v3/key',
    'arn:aws:s3:::payroll/key',
    'arn:aws:iam::123456789012:role/agent',
    'arn:aws-cn:sqs:cn-north-1:123456789012:q',
    'arn:aws:secretsmanager:eu-central-1:123456789012:secret:db',
    '*',
  ],
  text: [
    'alice@example.com',
    'bob@example.org',
    'hello world',
    'DE89370400440532013000',
    'red',
    'blue',
    'item-42',
    'item-7x',
  ],
  number: [0, 1, 42, -1, 0.5, 1e9, '42', '0.5', true, false, null],
} as const satisfies Record<string, readonly Scalar[]>

/** Where fields of generated contexts stood. */
export const PLACES = ['read_inbox [].from', 'find owner', 'find [].accounts[].id'] as const

const RUN_SAMPLES: Record<RunClass, readonly string[]> = {
  digits: ['7', '042'],
  letters: ['x', 'abc'],
  alphanumeric: ['a1', '9z'],
  hex: ['f', '00ff'],
}
const runClass = fc.constantFrom<RunClass>('digits', 'letters', 'alphanumeric', 'hex')

const strings = (pool: readonly Scalar[]): fc.Arbitrary<string> =>
  fc.constantFrom(...pool.filter(v => typeof v === 'string'), 'fallback')

/** Literals and runs take turns, so two runs never follow each other. */
const shape = (pool: readonly Scalar[]): fc.Arbitrary<readonly ShapeToken[]> =>
  fc
    .tuple(
      fc.array(
        fc.tuple(
          strings(pool).filter(s => s !== ''),
          runClass,
        ),
        { minLength: 1, maxLength: 2 },
      ),
      fc.constantFrom<readonly ShapeToken[]>([], ['-end'], [{ rest: true }]),
    )
    .map(([pairs, end]) => [...pairs.flatMap(([literal, run]): ShapeToken[] => [literal.slice(0, 9), { run }]), ...end])

/** Constraints of every kind; sets, prefixes and the like draw from `pool` and from {@link HOSTILE}. */
export const arbitraryConstraint = (pool: readonly Scalar[], depth = 2): fc.Arbitrary<Constraint> => {
  const value = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...pool) },
    fc.constantFrom<Scalar>(...HOSTILE, 7, true),
  )
  const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.uniqueArray(one, { minLength: 1, maxLength: 4 })
  const leaf: fc.Arbitrary<Constraint>[] = [
    fc.constant({ kind: 'any' }),
    fc.constant({ kind: 'none' }),
    some(value).map(values => ({ kind: 'set', values })),
    some(strings(pool).map(s => s.slice(0, 7))).map(prefixes => ({ kind: 'prefix', prefixes })),
    some(strings([...POOLS.path, ...pool])).map(under => ({ kind: 'path', under })),
    fc
      .tuple(some(strings([...POOLS.host, ...pool])), fc.array(strings(POOLS.host), { maxLength: 2 }))
      .map(([names, parents]) => ({ kind: 'domain', names, parents })),
    some(strings([...POOLS.block])).map(blocks => ({ kind: 'cidr', blocks: blocks.filter(b => b !== 'fallback') })),
    fc.tuple(fc.integer({ min: -5, max: 50 }), fc.nat(60)).map(([min, n]) => ({ kind: 'range', min, max: min + n })),
    fc.nat(24).map(max => ({ kind: 'length', max })),
    some(shape(pool)).map(shapes => ({ kind: 'shape', shapes })),
    fc.subarray([...VALUE_TYPES], { minLength: 1, maxLength: 3 }).map(types => ({ kind: 'type', types })),
    fc.constant({ kind: 'request' }),
    fc.oneof(
      fc.constant<Constraint>({ kind: 'field' }),
      fc.subarray([...PLACES], { minLength: 1 }).map((from): Constraint => ({ kind: 'field', from })),
    ),
    fc.constant({ kind: 'unprompted' }),
  ]
  if (depth === 0) return fc.oneof(...leaf)
  const nested = fc
    .array(arbitraryConstraint(pool, depth - 1), { minLength: 1, maxLength: 3 })
    .map((of): Constraint => ({ kind: 'anyOf', of }))
  return fc.oneof(...leaf, nested)
}

/** Values inside, at the edge of and just outside a constraint; elsewhere from `pool`. */
export const arbitraryValueNear = (constraint: Constraint, pool: readonly Scalar[]): fc.Arbitrary<Scalar> => {
  const anywhere = fc.constantFrom<Scalar>(...pool, ...HOSTILE)
  const near = inside(constraint, pool)
  return near.length === 0 ? anywhere : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...near) }, anywhere)
}

const inside = (c: Constraint, pool: readonly Scalar[]): readonly Scalar[] => {
  switch (c.kind) {
    case 'any':
    case 'none':
    case 'type':
    case 'request':
    case 'field':
    case 'unprompted':
      return pool
    case 'set':
      return c.values
    case 'prefix':
      return c.prefixes.flatMap(p => [p, `${p}x`, `${p}/../y`, p.slice(1)])
    case 'path':
      return c.under.flatMap(p => [p, `${p}/x`, `${p}/../x`, `${p}x`, `${p}/./y/../z`])
    case 'domain':
      return [...c.names, ...c.parents.flatMap(p => [p, `a.${p}`, `a.b.${p}`, `x${p}`])]
    case 'cidr':
      return c.blocks.flatMap(b => [b.slice(0, b.indexOf('/')), ...POOLS.address])
    case 'range':
      return [c.min, c.max, c.min - 1, c.max + 0.5, String(c.min), (c.min + c.max) / 2]
    case 'length':
      return ['x'.repeat(c.max), 'x'.repeat(c.max + 1), c.max, true]
    case 'shape':
      return c.shapes.flatMap(tokens =>
        [0, 1].map(i =>
          tokens.map(t => (typeof t === 'string' ? t : 'run' in t ? (RUN_SAMPLES[t.run][i] ?? '') : '/tail')).join(''),
        ),
      )
    case 'anyOf':
      return c.of.flatMap(o => inside(o, pool))
  }
}
