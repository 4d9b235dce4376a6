/** `decision-api.yaml`: where callers ask, who may, and what a verdict does. This schema is the only statement of the format. */
import { z } from 'zod'
import { alertsText, modesText, receiptsText } from '../../io/enforce/settings.ts'
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

const listen = z
  .strictObject({
    ...listenFields(7411),
    publicUrl: z
      .url({ protocol: /^https?$/ })
      .refine(url => !/[?#]|\/$/.test(url), { error: 'it has no query, no fragment and no final `/`' })
      .optional()
      .describe('How callers reach it, as AuthZEN’s metadata says it; else the address it listens on'),
  })
  .prefault({})

export const decisionApiSchema = z
  .strictObject({
    policies: path.describe('A `policy.yaml`, or a folder with one for each workload'),
    tokens: path.describe('Who may ask, and with which scopes; see `ambit schema tokens`'),
    listen,
    modes: modesText,
    approvals: z
      .strictObject({
        withinSeconds: seconds(1, 86_400).default(300),
        atOnce: count(100_000).default(1_000),
        perSession: count(1_000).default(16),
      })
      .prefault({}),
    exceptions: path.optional(),
    receipts: receiptsText.optional(),
    alerts: alertsText.optional(),
    limits: z
      .strictObject({
        bodyBytes: z.int().min(1_024).max(67_108_864).default(1_048_576),
        requestSeconds: seconds(0.1, 600).default(10).describe('Until a request must have arrived whole'),
        connections: count(65_536).default(1_024),
        requestsPerSecond: z.number().min(0.01).max(1_000_000).default(1_000).describe('Of one caller'),
        burst: count(1_000_000).default(2_000).describe('Requests of one caller that may come at once'),
        sessions: count(1_000_000).default(10_000),
        sessionIdleSeconds: seconds(1, 604_800).default(3_600),
        contextCharacters: count(4_294_967_296).default(134_217_728).describe('Of all sessions together'),
      })
      .prefault({}),
    reloadSeconds: seconds(0.1, 3_600).default(2).describe('How often changed files are looked for'),
    accessLog: z.boolean().default(false).describe('One line for each request, without tokens and bodies'),
  })
  .refine(({ listen }) => hasCertAndKey(listen), CERT_AND_KEY)
  .refine(({ listen }) => hasTlsForClientCa(listen), TLS_FOR_CLIENT_CA)

export type DecisionApiConfig = z.output<typeof decisionApiSchema>

export const decisionApiJsonSchema = (): unknown => ({
  ...z.toJSONSchema(decisionApiSchema, { io: 'input' }),
  title: 'decision-api.yaml',
})
