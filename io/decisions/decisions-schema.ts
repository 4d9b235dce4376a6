/**
 * `ambit.yaml`: the four decisions as a person writes them. Every field may be left out; what is left out is recorded
 * as defaulted. This schema is the only statement of the format: reading, suggestions and the JSON Schema come from it.
 */
import { z } from 'zod'
import { DEFAULT_DECISIONS, FIELDS, UNOBSERVED } from '../../core/model/decisions.ts'
import { SUBSTRATES, type Substrate } from '../../core/model/substrate.ts'
import { SIGNAL_NAMES, type Signal } from '../../core/model/usual.ts'
import { workloadProblem } from '../../core/model/workload.ts'
import { suggest } from '../yaml/suggest.ts'

const { closure, confidence, validity } = DEFAULT_DECISIONS

const substrate = z.enum(SUBSTRATES)
const mode = z.enum(['literal', 'structural', 'probabilistic'])
const signal = z.enum(SIGNAL_NAMES)
const threshold = z.int().min(0).max(1_000_000)
const scaled = z.union([threshold, z.literal('auto')], { error: 'write a whole number from 0 on, or `auto`' })
const name = z.string().min(1).max(1_000)

/** `prefix(2)` → `prefix`, checked against the rules that the program has. */
const closureRule = (rules: readonly string[]) =>
  z
    .string()
    .max(100)
    .superRefine((rule, context) => {
      const [, id = '', parameter] = /^([^(]*)(?:\((.*)\))?$/.exec(rule) ?? []
      const known = rules.includes(id)
      if (known && (parameter === undefined || /^\d{1,9}$/.test(parameter))) return
      const near = suggest(id, rules)
      const rest = near === null ? `one of ${rules.map(word => `\`${word}\``).join(', ')}` : `did you mean \`${near}\`?`
      const message = known ? `a parameter is a whole number, e.g. \`${id}(2)\`` : rest
      context.addIssue({ code: 'custom', message })
    })
    .describe('A closure rule by name, with its parameter where it has one, e.g. `exact`, `prefix(2)`, `any`')

/** Reports the later of two list entries that decide about the same thing. */
const eachOnce =
  <Entry>(key: (entry: Entry) => string) =>
  (entries: Entry[], context: z.core.$RefinementCtx<Entry[]>): void => {
    const seen = new Set<string>()
    for (const [index, entry] of entries.entries()) {
      const repeated = seen.has(key(entry))
      seen.add(key(entry))
      const params = { problem: 'decides what an earlier entry decides' }
      if (repeated) context.addIssue({ code: 'custom', path: [index], message: 'keep one of the two', params })
    }
  }

const workload = z.string().refine(
  text => {
    const [namespace = '', ownName = '', ...rest] = text.split('/')
    return rest.length === 0 && workloadProblem({ namespace, name: ownName }) === null
  },
  { error: 'write it as `namespace/name`, of letters, digits, `.`, `_`, `-` and spaces' },
)

/** One entry per substrate, in any part. */
const perSubstrate = <Value extends z.ZodType>(value: Value) => z.partialRecord(substrate, value)

const granularity = z.strictObject({
  substrates: z
    .array(substrate)
    .min(1)
    .superRefine(eachOnce((entry: Substrate) => entry))
    .optional()
    .describe('The layers to encode against. Default: all with evidence'),
  actions: z
    .array(
      z.strictObject({
        substrate: substrate.describe('The layer of the action'),
        action: name.describe('The action, verbatim, e.g. `send_money`, `s3:GetObject`, `tcp/443`'),
        access: z.enum(['read', 'write', 'destructive']).describe('What the action does, where its name misleads'),
      }),
    )
    .superRefine(eachOnce(({ substrate, action }) => `${substrate}/${action}`))
    .optional()
    .describe('Access levels that a person knows better than names and declarations say'),
})

const closureDecisions = (rules: readonly string[]) =>
  z.strictObject({
    mode: mode
      .optional()
      .describe(
        `From the observed to the allowed: \`literal\` allows what was observed, \`structural\` the envelope around it, \`probabilistic\` the same with what is usual inside it. Default: ${closure.mode.value}`,
      ),
    substrates: perSubstrate(mode).optional().describe('Another mode for some substrates'),
    missBudget: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        `Share of sessions whose value may be expected outside a rule before the next wider rule is taken. Default: ${closure.missBudget.value}`,
      ),
    sigma: z
      .number()
      .min(0.5)
      .max(6)
      .optional()
      .describe(
        `Probabilistic: how many standard deviations are usual; beyond is for a person. Default: ${closure.sigma.value}`,
      ),
    signals: z
      .array(signal)
      .superRefine(eachOnce((entry: Signal) => entry))
      .optional()
      .describe(
        'Probabilistic: what is asked about when it is unusual. All are measured and reported. Default: none, since none was worth its price where it was measured',
      ),
    unobserved: z
      .enum(UNOBSERVED)
      .optional()
      .describe(
        `Reading and writing tools that were not observed, or not often enough: \`review\` puts them to a person, \`explained\` allows a call whose every value the session itself explains (its request, whole fields of results, or nothing that was read). Default: ${closure.unobserved.value}`,
      ),
    fields: z
      .enum(FIELDS)
      .optional()
      .describe(
        `Fields of earlier results that may give a value: \`any\`, or \`usual\`: those from which enough sessions of the window took values of the same argument. Default: ${closure.fields.value}`,
      ),
    dimensions: z
      .array(
        z
          .strictObject({
            action: name.optional().describe('The action, verbatim; left out: every action'),
            dimension: name.describe(
              'The dimension, e.g. `tool.args.recipient`, `network.destination`, `iam.resource`',
            ),
            role: z
              .enum(['sink', 'amount', 'selector', 'content', 'free', 'secret'])
              .optional()
              .describe('What the value is for; decides whether it may vary'),
            closure: closureRule(rules).optional(),
          })
          .refine(entry => entry.role !== undefined || entry.closure !== undefined, {
            params: { problem: 'decides nothing' },
            error: 'write a `role`, a `closure` or both',
          }),
      )
      .superRefine(eachOnce(({ action, dimension }) => `${action ?? '*'} ${dimension}`))
      .optional()
      .describe('What a person decides about single dimensions'),
  })

const confidenceDecisions = z.strictObject({
  moreThan: scaled
    .optional()
    .describe(
      `Seen more than this many times; \`auto\` scales with the window and its sessions. Default: ${confidence.moreThan.value}`,
    ),
  witnesses: scaled
    .optional()
    .describe(
      `By more than this many distinct witnesses; \`auto\` scales with the window and its sessions. Default: ${confidence.witnesses.value}`,
    ),
  perWitness: threshold
    .min(1)
    .optional()
    .describe(`What one witness adds to the count at most. Default: ${confidence.perWitness.value}`),
  distinct: z
    .enum(['sessions', 'clusters', 'both'])
    .optional()
    .describe(
      `What a distinct witness is: a session, a cluster of sessions with alike requests (alike traces, where none was recorded), or both. Default: ${confidence.distinct.value}`,
    ),
  quorum: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      `Share of alike sessions that must show a value before it counts where a text they read may have suggested it, or nothing explains it. Default: ${confidence.quorum.value}`,
    ),
  substrates: perSubstrate(
    z.strictObject({
      moreThan: threshold.describe('Seen more than this many times'),
      witnesses: threshold.describe('By more than this many distinct witnesses'),
    }),
  )
    .optional()
    .describe('Other thresholds for some substrates'),
})

const validityDecisions = z.strictObject({
  expiresAfterDays: z
    .number()
    .positive()
    .max(3_650)
    .optional()
    .describe(`Days after the last evidence at which the policy expires. Default: ${validity.expiresAfterDays.value}`),
  revisions: z
    .enum(['merge', 'latest'])
    .optional()
    .describe(
      `Evidence of several revisions of the agent: one policy over all, or the latest alone. Default: ${validity.revisions.value}`,
    ),
})

/** `rules`: ids of the closure rules that the program has. */
export const decisionsSchema = (rules: readonly string[]) =>
  z
    .strictObject({
      granularity: granularity.optional().describe('Which substrates to encode against'),
      closure: closureDecisions(rules).optional().describe('From the observed set to the allowed set'),
      confidence: confidenceDecisions.optional().describe('What it takes for something observed to become allowed'),
      validity: validityDecisions.optional().describe('What makes the policy expire'),
      identities: z
        .record(name, workload)
        .optional()
        .describe(
          'Role or user ARN, or `system:serviceaccount:…` → `namespace/name`, for evidence that names no Kubernetes workload',
        ),
    })
    .describe('The four decisions behind a derived policy. What is not written is recorded as defaulted')

export type DecisionsText = z.output<ReturnType<typeof decisionsSchema>>

/** The same format for editors and other programs. */
export const decisionsJsonSchema = (rules: readonly string[]): unknown => ({
  ...z.toJSONSchema(decisionsSchema(rules), { io: 'input' }),
  title: 'ambit.yaml',
})
