/**
 * `exceptions.yaml`: time-boxed widenings as a person writes them. This schema is the only statement of the format: reading,
 * suggestions and the JSON Schema come from it. What no schema can say (times, approvals) is `exception-problems.ts`.
 */
import { z } from 'zod'
import type { Constraint } from '../../core/model/constraint.ts'
import type { Exception } from '../../core/model/exception.ts'
import { microsOfRfc3339 } from '../../core/model/rfc3339.ts'
import { SUBSTRATES } from '../../core/model/substrate.ts'
import { workloadProblem } from '../../core/model/workload.ts'
import { constraint } from '../policy-file/constraint-schema.ts'
import type { Loose, MustBeTrue, Same } from '../policy-file/same-type.ts'

/** Something that a reader can see: blanks and invisible characters name nobody and say nothing. */
const SAYS = /[\p{L}\p{N}]/u

const text = (max: number) => z.string().max(max).regex(SAYS, { error: 'write words that a reader can see' })

const time = z
  .string()
  .refine(value => microsOfRfc3339(value) !== null, { error: 'write it as 2026-01-31T12:00:00Z' })
  .meta({ format: 'date-time' })

/** An exception is judged by the call alone: what a session can give would be as wide as the session makes it. */
const needsContext = (value: Constraint): boolean =>
  value.kind === 'anyOf' ? value.of.some(needsContext) : ['request', 'field', 'unprompted'].includes(value.kind)

const allow = constraint.refine(value => !needsContext(value), {
  error: 'name the values: an exception cannot depend on what the session shows',
})

const name = z.string().min(1).max(4_096)

const scope = z.strictObject({
  substrate: z.enum(SUBSTRATES),
  actions: z
    .array(name)
    .min(1)
    .max(100)
    .nullable()
    .describe('Exact names of actions; null: every action of the substrate, which a second person must approve'),
  dimensions: z
    .array(z.strictObject({ dimension: name, allow }))
    .max(100)
    .nullable()
    .default(null)
    .describe(
      'What the values may be; a dimension that is not listed must pass the policy itself. Null: any arguments',
    ),
  session: name.nullable().default(null).describe('Only this session; null: all'),
})

export const exceptionSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { error: 'use letters, digits, `-`, `_` and `.`' })
      .describe('Unique in the file: receipts name it'),
    workload: z
      .string()
      .refine(
        value => {
          const [namespace = '', ownName = '', ...rest] = value.split('/')
          return rest.length === 0 && workloadProblem({ namespace, name: ownName }) === null
        },
        { error: 'write it as `namespace/name`' },
      )
      .describe('`namespace/name` of the workload'),
    owner: text(200).describe('Who answers for it'),
    reason: text(2_000).describe('Why it is needed'),
    approvedBy: z.array(text(200)).max(20).default([]).describe('Who approved it; the owner does not count'),
    scope,
    start: time.describe('RFC 3339: in force from here on'),
    end: time.describe('RFC 3339: in force until before this'),
  })
  .describe('A time-boxed, attributed widening. It expires by itself, and what it let through is not evidence')

// biome-ignore lint/correctness/noUnusedVariables: the compiler is its only reader
type ExceptionFormatsAgree = MustBeTrue<Same<z.output<typeof exceptionSchema>, Loose<Exception>>>

/** The file around the entries: each is checked by itself, so that a wrong one costs only itself. */
export const fileSchema = z.strictObject({ exceptions: z.array(z.unknown()).max(1_000) })

export const exceptionsJsonSchema = (): unknown => ({
  ...z.toJSONSchema(z.strictObject({ exceptions: z.array(exceptionSchema).max(1_000) }), { io: 'input' }),
  title: 'exceptions.yaml',
})
