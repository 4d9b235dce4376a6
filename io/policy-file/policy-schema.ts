/**
 * `policy.yaml` as a schema. The format is `model/policy`; the compiler checks that this says the same, in both
 * directions, and reading, error messages and the JSON Schema come from here.
 */
import { z } from 'zod'
import { FIELDS, UNOBSERVED } from '../../core/model/decisions.ts'
import {
  CONTINUITY_FINDINGS,
  type DerivedPolicy,
  INCOMPLETE_CODES,
  OPENNESS,
  POLICY_FORMAT,
} from '../../core/model/policy.ts'
import { SUBSTRATES } from '../../core/model/substrate.ts'
import { SIGNAL_REASONS, SIGNALS } from '../../core/model/usual.ts'
import { VALUE_TYPES } from '../../core/model/value-type.ts'
import { workloadProblem } from '../../core/model/workload.ts'
import { constraint, scalar } from './constraint-schema.ts'
import type { Loose, MustBeTrue, Same } from './same-type.ts'

/** The keys of a const table, as a closed set of words. */
const keysOf = <Code extends string>(table: Readonly<Record<Code, unknown>>) => {
  const words: Record<string, Code> = {}
  for (const code in table) words[code] = code
  return z.enum(words)
}

const substrate = z.enum(SUBSTRATES)
const access = z.enum(['read', 'write', 'destructive'])
const role = z.enum(['sink', 'amount', 'selector', 'content', 'free', 'secret'])
const verdict = z.enum(['allow', 'review', 'deny'])
const basis = z.enum(['declared', 'name', 'value', 'written', 'substrate']).describe('Where a classification came from')
const mode = z.enum(['literal', 'structural', 'probabilistic'])
const time = z.string().describe('RFC 3339, UTC')
const digests = (what: string) => z.array(z.string()).describe(what)

const workload = z
  .strictObject({ namespace: z.string(), name: z.string() })
  .refine(value => workloadProblem(value) === null, { error: 'the name is not usable as a name' })

const decided = <Value extends z.ZodType>(value: Value) =>
  z.strictObject({ value, by: z.enum(['written', 'defaulted']) })

const decisions = z.strictObject({
  granularity: z.strictObject({
    substrates: decided(z.array(substrate)),
    actions: z.array(z.strictObject({ substrate, action: z.string(), access })),
  }),
  closure: z.strictObject({
    mode: decided(mode),
    perSubstrate: z.partialRecord(substrate, mode),
    missBudget: decided(z.number()),
    dimensions: z.array(
      z.strictObject({
        action: z.string(),
        dimension: z.string(),
        role: role.nullable(),
        closure: z.string().nullable(),
      }),
    ),
    sigma: decided(z.number()),
    signals: decided(z.array(keysOf(SIGNALS))),
    unobserved: decided(z.enum(UNOBSERVED)),
    fields: decided(z.enum(FIELDS)),
  }),
  confidence: z.strictObject({
    moreThan: decided(z.union([z.number(), z.literal('auto')])),
    witnesses: decided(z.union([z.number(), z.literal('auto')])),
    perWitness: decided(z.number()),
    distinct: decided(z.enum(['sessions', 'clusters', 'both'])),
    quorum: decided(z.number()),
    perSubstrate: z.partialRecord(substrate, z.strictObject({ moreThan: z.number(), witnesses: z.number() })),
  }),
  validity: z.strictObject({
    expiresAfterDays: decided(z.number()),
    revisions: decided(z.enum(['merge', 'latest'])),
  }),
  identities: z.array(z.strictObject({ arn: z.string(), workload })),
})

const evidence = z
  .strictObject({
    count: z.number().describe('Times seen, each witness adding at most the cap'),
    witnesses: z.number(),
    sessions: z.number(),
    clusters: z.number().describe('Kinds of task that the witnesses are of'),
    days: z.number(),
    firstSeen: time,
    lastSeen: time,
    sources: z.array(z.string()),
  })
  .meta({ id: 'evidence' })

const dimension = z.strictObject({
  dimension: z.string(),
  type: z.enum(VALUE_TYPES),
  role: z.strictObject({ value: role, by: basis }),
  rule: z.string().describe('The closure rule that was chosen, with its parameter'),
  allow: constraint,
  review: constraint.nullable().describe('Wider than `allow`; what lies between them is for a person'),
  absent: verdict.describe('The verdict when the request lacks the dimension'),
  context: z.array(z.enum(['request', 'results'])).describe('What `allow` depends on beyond the call itself'),
  trace: z.strictObject({
    distinct: z.number(),
    samples: z.array(scalar).describe('Up to five values, most witnessed first; digests where they are secret'),
    considered: z.array(z.strictObject({ rule: z.string(), miss: z.number().nullable() })),
  }),
  latitude: z
    .strictObject({ statement: z.string(), beyond: z.number().nullable() })
    .describe('What the rule grants beyond what was observed'),
  openness: z.enum(OPENNESS).describe('How far the whole of `allow` reaches beyond what was observed'),
  evidence,
})

const permission = z.strictObject({
  id: z.string(),
  substrate,
  action: z.string(),
  access: z.strictObject({ value: access, by: basis }),
  dimensions: z.array(dimension),
  others: z
    .strictObject({ allow: constraint, review: constraint.nullable() })
    .describe('For dimensions that the permission does not list'),
  argumentsSeen: z.boolean(),
  evidence,
})

const coverage = z.strictObject({
  window: z.strictObject({ first: time, last: time, days: z.number() }),
  complete: z.boolean(),
  incomplete: z.array(z.strictObject({ code: keysOf(INCOMPLETE_CODES), detail: z.string() })),
  substrates: z.array(
    z.strictObject({
      substrate,
      witnesses: z.number(),
      clusters: z.number(),
      surfaces: z.number(),
      values: z.number(),
      unseenMass: z.number().nullable(),
      unseenInterval: z.tuple([z.number(), z.number()]).nullable(),
      clusterUnseenMass: z.number().nullable(),
      clusterUnseenInterval: z.tuple([z.number(), z.number()]).nullable(),
      unseenCount: z.number().nullable(),
      unseenCountInterval: z.tuple([z.number(), z.number()]).nullable(),
      clusterUnseenCount: z.number().nullable(),
      clusterUnseenCountInterval: z.tuple([z.number(), z.number()]).nullable(),
      newPerDay: z.number(),
      stop: z.boolean(),
      toStop: z.strictObject({ witnesses: z.number(), days: z.number() }).nullable(),
    }),
  ),
})

const share = z.number().nullable()

const usual = z
  .strictObject({
    sigma: z.number(),
    promised: z.number().describe('Share of sessions that may be reviewed for being unusual'),
    sessions: z.number(),
    heldOut: share,
    heldOutNewTasks: share,
    signals: z.array(
      z.strictObject({
        signal: keysOf(SIGNALS),
        on: z.boolean(),
        reason: keysOf(SIGNAL_REASONS),
        bounds: z.number(),
        spreads: share,
        nominal: share,
        heldOut: share,
        heldOutNewTasks: share,
      }),
    ),
    bounds: z.array(
      z.strictObject({
        signal: keysOf(SIGNALS),
        substrate,
        action: z.string().nullable(),
        dimension: z.string().nullable(),
        center: z.number().nullable(),
        spread: z.number().nullable(),
        least: z.number().nullable(),
        most: z.number().nullable(),
        after: z.array(z.string()),
        witnesses: z.number(),
      }),
    ),
  })
  .nullable()

const rates = z
  .strictObject({
    sessions: z.number(),
    groups: z.number(),
    denied: z.number(),
    reviewed: z.number(),
    prompts: z.number(),
  })
  .nullable()

export const policySchema = z
  .strictObject({
    format: z.literal(POLICY_FORMAT),
    digest: z.string().describe('Digest of everything else in the document'),
    workload: workload.describe('What the policy is for'),
    decisions: decisions.describe('The four decisions, each field with whether a person wrote it'),
    thresholds: z
      .strictObject({ moreThan: z.number(), witnesses: z.number(), arithmetic: z.string().nullable() })
      .describe('The confidence thresholds as numbers, and how `auto` came to them'),
    bounds: z.array(substrate).describe('Substrates that the policy bounds'),
    permissions: z.array(permission),
    envelopes: z
      .array(
        z.strictObject({
          substrate,
          access,
          rule: z.string(),
          firstWords: z.array(z.string()),
          prefixes: z.array(z.string()),
          values: constraint.nullable(),
          explained: z
            .strictObject({ every: constraint, some: constraint.nullable(), except: z.array(z.string()) })
            .nullable()
            .describe('What the session must say of a call to allow it'),
          statement: z.string(),
        }),
      )
      .describe('Unobserved surfaces that a person decides about'),
    withheld: z
      .array(
        z.strictObject({
          substrate,
          action: z.string(),
          dimension: z.string().nullable(),
          value: scalar,
          class: z.enum(['rare-recurring', 'one-task', 'one-time', 'late-onset', 'burst', 'suggested']),
          findings: z.array(keysOf(CONTINUITY_FINDINGS)).describe('What the pattern-continuity test found'),
          evidence,
        }),
      )
      .describe('Seen, but under the confidence threshold'),
    usual: usual.describe('Probabilistic closure: what is usual inside the envelope; beyond it is for a person'),
    expected: z
      .strictObject({ knownTasks: rates, newTasks: rates })
      .describe('What enforcement would cost, cross-validated inside the window'),
    overGrant: z
      .strictObject({
        observed: z.number().describe('Dimensions seen on actions that do more than read'),
        unbounded: z.number(),
        patterned: z.number(),
        session: z.number(),
        share: z.number().describe('`(unbounded + patterned) / observed`'),
      })
      .describe('What the envelope grants beyond what was observed, as counts of dimensions'),
    coverage,
    validity: z.strictObject({
      models: z.array(z.string()),
      prompts: digests('Digests of the prompt templates'),
      catalogs: digests('Digests of the tool catalogs'),
      tools: digests('Digests of the declarations of single tools'),
      images: z.array(z.string()),
      identities: z.array(z.string()),
      revisions: digests('Digests of the distinct combinations of these'),
      notAfter: time,
    }),
    blindTo: z.array(z.strictObject({ source: z.string(), statement: z.string() })),
    base: z
      .strictObject({ dns: z.boolean(), processStartSeen: z.boolean() })
      .describe('What a runtime needs to start, never gated by count'),
  })
  .describe('A derived policy: what a workload may do, the decisions behind it and the evidence for it')

// biome-ignore lint/correctness/noUnusedVariables: the compiler is its only reader
type PolicyFormatsAgree = MustBeTrue<Same<z.output<typeof policySchema>, Loose<DerivedPolicy>>>

export const policyJsonSchema = (): unknown => ({
  ...z.toJSONSchema(policySchema, { io: 'input' }),
  title: 'policy.yaml',
})
