/** What a record's line must hold, field by field. Nothing else is a record: a field nobody knows could say anything. */
import { z } from 'zod'
import { EFFECT_REASONS, type EffectReason, MODES } from '../../core/model/enforcement.ts'
import { RECEIPT_FORMAT, type Receipt } from '../../core/model/receipt.ts'
import { SUBSTRATES } from '../../core/model/substrate.ts'
import { VERDICT_CODES, type VerdictCode } from '../../core/model/verdict.ts'
import type { Loose, MustBeTrue, Same } from '../policy-file/same-type.ts'
import { SEAL_FORMAT, type Statement } from './statement.ts'

const text = z.string()
const maybe = text.nullable()
const count = z.int().nonnegative()
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const answer = z.boolean().nullable()
// Keys of a table are its words; TypeScript widens them to string.
const wordsOf = <T extends string>(table: Readonly<Record<T, string>>) => z.enum(Object.keys(table) as [T, ...T[]])

const value = z.strictObject({
  dimension: text,
  digest: text,
  value: scalar.exactOptional(),
  answers: z.strictObject({ request: answer, field: answer, place: text.exactOptional(), unprompted: answer }),
})

const request = z.strictObject({
  substrate: z.enum(SUBSTRATES),
  action: text,
  visibility: z.enum(['seen', 'absent', 'malformed']),
  values: z.array(value),
  omitted: count.exactOptional(),
  measures: z.array(z.strictObject({ name: text, value: z.union([z.number(), z.string(), z.null()]) })),
})

const code = wordsOf<VerdictCode>(VERDICT_CODES)

const decision = z.strictObject({
  verdict: z.enum(['allow', 'review', 'deny']),
  code,
  permission: maybe,
  deviations: z.array(z.strictObject({ dimension: text, code, observed: scalar, allowed: text })),
})

const event = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('start'), detail: text }),
  z.strictObject({ kind: z.literal('stop'), detail: text }),
  z.strictObject({ kind: z.literal('reload'), workload: text, from: maybe, to: maybe, detail: text }),
  z.strictObject({
    kind: z.literal('decision'),
    request,
    decision,
    mode: z.enum(MODES),
    effect: z.enum(['run', 'hold', 'refuse']),
    because: wordsOf<EffectReason>(EFFECT_REASONS),
    exception: maybe,
    call: text,
  }),
  z.strictObject({
    kind: z.literal('approval'),
    call: text,
    answer: z.enum(['approved', 'refused', 'timed-out', 'cancelled']),
    by: maybe,
    channel: z.enum(['cli', 'http', 'elicitation', 'none']),
    reason: maybe,
  }),
  z.strictObject({
    kind: z.literal('exception'),
    exception: text,
    change: z.enum(['in-force', 'ended', 'refused']),
    owner: text,
    detail: text,
  }),
  z.strictObject({ kind: z.literal('trigger'), detail: text, permissions: z.array(text) }),
  z.strictObject({ kind: z.literal('alert'), alert: text, detail: text }),
  z.strictObject({
    kind: z.literal('recovered'),
    cause: z.enum(['torn', 'refused']),
    detail: text,
    count,
    file: maybe,
    digest: maybe,
  }),
])

export const receiptSchema = z.strictObject({
  format: z.literal(RECEIPT_FORMAT),
  log: text,
  sequence: count,
  time: text,
  previous: maybe,
  workload: maybe,
  session: maybe,
  identity: z.strictObject({ subject: maybe, client: maybe }),
  policy: maybe,
  evidence: z.array(text),
  event,
})

export const statementSchema = z.strictObject({
  format: z.literal(SEAL_FORMAT),
  log: text,
  first: count,
  last: count,
  head: text,
  previous: maybe,
  digestKey: text,
})

export const envelopeSchema = z.strictObject({
  payload: z.base64(),
  payloadType: text,
  signatures: z.tuple([z.strictObject({ keyid: text, sig: z.base64() })]),
})

// biome-ignore lint/correctness/noUnusedVariables: does not compile where schema and model differ
type ReceiptFormatsAgree = MustBeTrue<
  Same<[z.output<typeof receiptSchema>, z.output<typeof statementSchema>], [Loose<Receipt>, Loose<Statement>]>
>
