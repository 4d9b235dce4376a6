/** The tokens file as a schema: who may call, with which scopes. It holds digests of tokens, never a token. */
import { z } from 'zod'

const NAME = '[\\p{L}\\p{N}][\\p{L}\\p{N}._ -]*'

const workloads = z
  .array(
    z
      .string()
      .regex(new RegExp(`^(?:\\*|${NAME}/(?:\\*|${NAME}))$`, 'u'), 'is not `namespace/name`, `namespace/*` or `*`'),
  )
  .default([])

const entry = z.strictObject({
  subject: z.string().min(1).max(256).describe('Who it is, as receipts name it'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'is not the SHA-256 of a token: 64 hexadecimal digits, lower case')
    .describe('SHA-256 of the token’s bytes; `ambit token` makes both'),
  workload: z
    .string()
    .regex(new RegExp(`^${NAME}/${NAME}$`, 'u'), 'is not `namespace/name`')
    .optional()
    .describe('Whatever it asks about is this workload’s; without it, it says which'),
  decide: workloads.describe('Workloads it may ask decisions for'),
  assertContext: workloads.describe(
    'Workloads whose sessions it may speak for: what the user asked, what tools answered',
  ),
  record: workloads.describe('Workloads whose evidence it may write'),
  approve: workloads.describe('Workloads whose held calls it may answer'),
  admin: z
    .boolean()
    .default(false)
    .describe('Whether it may have the policies read again, and read what evidence there is'),
  notAfter: z.iso.datetime({ offset: true }).optional().describe('The token is refused after this time, RFC 3339'),
})

const issuer = z.strictObject({
  issuer: z.string().min(1).describe('What the claim `iss` must be'),
  audience: z.string().min(1).describe('What the claim `aud` must be or hold'),
  keys: z.string().min(1).describe('The issuer’s JSON Web Key Set: an https URL, or a file beside this one'),
})

export const tokensSchema = z.strictObject({
  tokens: z.array(entry).default([]).describe('Bearer tokens by their digest'),
  issuers: z
    .array(issuer)
    .default([])
    .describe('Who else may issue bearer tokens (JWT, RFC 9068), verified with their public keys'),
})

export type TokenEntry = z.output<typeof entry>
export type IssuerEntry = z.output<typeof issuer>

export const tokensJsonSchema = (): unknown => ({
  ...z.toJSONSchema(tokensSchema, { io: 'input' }),
  title: 'tokens.yaml',
})
