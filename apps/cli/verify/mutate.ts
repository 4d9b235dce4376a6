/**
 * One observed request → requests near it that nobody observed: other values, missing and added dimensions, other
 * surfaces, writes for reads. Law 2 needs something to deny; evidence alone holds almost only what is allowed.
 * Deterministic and pure: the same evidence asks the same questions.
 */
import type { DimensionValue } from '../../../core/model/observation.ts'
import type { ActionRequest } from '../../../core/model/request.ts'
import type { Scalar } from '../../../core/model/scalar.ts'
import type { Substrate } from '../../../core/model/substrate.ts'

/** For each kind of text, what an attacker would put in its place. */
const otherTexts = (text: string): readonly string[] => {
  if (text.startsWith('arn:'))
    return [text.replace(/[^:/]+$/, 'mutated'), text.replace(/:(\d{12}):/, ':999999999999:'), '*']
  if (text.startsWith('/')) return [`${text}/../../../../etc/shadow`, '/etc/shadow', `${text}-mutated`]
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return ['https://mutated.example/', `${text}.mutated.example`]
  if (text.includes('@')) return ['mutated@mutated.example', text.replace('@', '@mutated.')]
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return ['203.0.113.7', '0.0.0.0']
  if (/^[\w-]+(\.[\w-]+)+$/.test(text)) return ['mutated.example', `${text}.mutated.example`, `mutated.${text}`]
  return [`${text}x`, `x${text}`, '']
}

const others = (value: Scalar): readonly Scalar[] => {
  if (typeof value === 'number') return [value + 1, -value - 1, value * 1_000 + 7, String(value)]
  if (typeof value === 'boolean') return [!value]
  return value === null ? ['mutated'] : otherTexts(value)
}

const MAX_VALUES = 8

const otherValues = (request: ActionRequest): readonly ActionRequest[] =>
  request.values
    .slice(0, MAX_VALUES)
    .flatMap(({ dimension, value }, index) =>
      others(value).map(other => ({ ...request, values: request.values.with(index, { dimension, value: other }) })),
    )

const missingValues = (request: ActionRequest): readonly ActionRequest[] =>
  request.values.slice(0, MAX_VALUES).map((_, index) => ({ ...request, values: request.values.toSpliced(index, 1) }))

/** Read verbs and the writes that stand beside them in most interfaces. */
const WRITES: readonly (readonly [RegExp, string])[] = [
  [/(^|[^a-z])get(?![a-z])/i, '$1delete'],
  [/(^|[^a-z])read(?![a-z])/i, '$1write'],
  [/(^|[^a-z])list(?![a-z])/i, '$1remove'],
  [/:(Get|List|Describe|Head)/, ':Delete'],
  [/:(Get|List|Describe|Head)/, ':Put'],
]

const OTHER_SURFACES: Readonly<Record<Substrate, readonly (readonly [string, readonly DimensionValue[]])[]>> = {
  tool: [['mutated_tool', [{ dimension: 'tool.args.value', value: 'mutated' }]]],
  network: [
    ['tcp/4444', [{ dimension: 'network.destination', value: 'mutated.example' }]],
    ['udp/443', [{ dimension: 'network.destination', value: '203.0.113.7' }]],
  ],
  syscall: ['ptrace', 'mount', 'bpf', 'init_module', 'kexec_load', 'unshare'].map(action => [action, []] as const),
  process: [
    [
      'exec',
      [
        { dimension: 'process.executable', value: '/tmp/mutated' },
        { dimension: 'process.arguments', value: '-c id' },
      ],
    ],
    ['file-write', [{ dimension: 'process.file', value: '/etc/shadow' }]],
  ],
  iam: [
    ['iam:CreateAccessKey', [{ dimension: 'iam.resource', value: 'arn:aws:iam::999999999999:user/mutated' }]],
    ['s3:DeleteBucket', [{ dimension: 'iam.resource', value: 'arn:aws:s3:::mutated' }]],
  ],
}

const otherActions = (request: ActionRequest): readonly ActionRequest[] => [
  ...WRITES.flatMap(([read, write]) => {
    const action = request.action.replace(read, write)
    return action === request.action ? [] : [{ ...request, action }]
  }),
  ...OTHER_SURFACES[request.substrate].map(
    ([action, values]): ActionRequest => ({
      ...request,
      action,
      values,
      visibility: 'seen',
    }),
  ),
]

const addedValues = (request: ActionRequest): readonly ActionRequest[] =>
  request.substrate === 'tool'
    ? [{ ...request, values: [...request.values, { dimension: 'tool.args.mutated', value: 'mutated' }] }]
    : []

/** Requests that differ from the given one in one respect each. */
export const mutate = (request: ActionRequest): readonly ActionRequest[] => [
  ...otherValues(request),
  ...missingValues(request),
  ...addedValues(request),
  ...otherActions(request),
  { ...request, values: [], visibility: 'absent' },
]
