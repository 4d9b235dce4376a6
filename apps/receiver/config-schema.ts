/** `serve.yaml`: where evidence is taken, from whom, and where it goes. This schema is the only statement of the format. */
import { z } from 'zod'
import {
  CERT_AND_KEY,
  hasCertAndKey,
  hasTlsForClientCa,
  listenFields,
  TLS_FOR_CLIENT_CA,
} from '../../io/http/listen-settings.ts'

const path = z.string().min(1).max(4_096)
const seconds = (least: number, most: number) => z.number().min(least).max(most)
const count = (most: number) => z.int().min(1).max(most)

export const serveSchema = z
  .strictObject({
    tokens: path.describe('Who may write evidence, and of which workloads; see `ambit schema tokens`'),
    store: z
      .string()
      .min(1)
      .max(4_096)
      .default('memory')
      .describe('Where evidence is kept; `memory` forgets at the end'),
    keep: z
      .string()
      .regex(/^[1-9]\d{0,3}d$/, 'days are written like `30d`')
      .optional()
      .describe('How long evidence is kept, from when it was received, e.g. `30d`; left away: until somebody prunes'),
    follow: z
      .array(path)
      .max(1_000)
      .default([])
      .describe('Files of this machine that sensors go on writing, rotated or not'),
    decisions: path.optional().describe('The four decisions (ambit.yaml): whose cloud identities are which workload'),
    listen: z.strictObject(listenFields(4318)).prefault({}),
    limits: z
      .strictObject({
        bodyBytes: z.int().min(1_024).max(268_435_456).default(20_971_520).describe('Of one request, also inflated'),
        messages: count(50_000_000).default(2_000_000).describe('Values and messages within one request'),
        items: count(10_000_000).default(100_000).describe('Spans, or records, of one request'),
        requestSeconds: seconds(0.1, 600).default(30).describe('Until a request must have arrived whole'),
        appendSeconds: seconds(0.1, 600).default(30).describe('Until the store must have written it'),
        connections: count(65_536).default(1_024),
        requestsInFlight: count(65_536).default(256),
        bytesInFlight: z.int().min(1_024).max(1_099_511_627_776).default(268_435_456),
        requestsPerSecond: z.number().min(0.01).max(1_000_000).default(200).describe('Of one token'),
        burst: count(1_000_000).default(400).describe('Requests of one token that may come at once'),
      })
      .prefault({}),
    accessLog: z.boolean().default(false).describe('One line for each request, without tokens and bodies'),
  })
  .refine(({ listen }) => hasCertAndKey(listen), CERT_AND_KEY)
  .refine(({ listen }) => hasTlsForClientCa(listen), TLS_FOR_CLIENT_CA)
  .refine(({ store, keep }) => store !== 'memory' || keep === undefined, {
    path: ['keep'],
    error: '`memory` forgets at the end, and lets go of nothing before',
  })
  .refine(({ limits }) => limits.bytesInFlight >= 2 * limits.bodyBytes, {
    path: ['limits', 'bytesInFlight'],
    error: 'less than twice `bodyBytes`: a request of that size could never come in compressed',
  })

export type ServeConfig = z.output<typeof serveSchema>

export const serveJsonSchema = (): unknown => ({ ...z.toJSONSchema(serveSchema, { io: 'input' }), title: 'serve.yaml' })
