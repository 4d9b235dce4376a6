/**
 * `gateway.yaml`: what stands behind the gateway, who may come in front of it, and what a verdict does. This schema is the only
 * statement of the format. Paths are relative to the file. A value `$NAME` is that variable of the gateway's environment, so that no
 * secret needs to stand in the file.
 */
import { z } from 'zod'
import { alertsText, modesText, receiptsText, workloadText } from '../../io/enforce/settings.ts'
import { SHOWN } from './tools.ts'

const path = z.string().min(1).max(4_096)
const text = z.string().max(65_536)
const seconds = (least: number, most: number) => z.number().min(least).max(most)
const count = (most: number) => z.int().min(1).max(most)

const named = {
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{0,64}$/, 'letters, digits, `_`, `-` and `.`')
    .optional()
    .describe('Before the names of its tools and prompts; with one server none, with several its name and `__`'),
  server: text
    .optional()
    .describe('The name that the evidence has for it, empty where it names none; else what it calls itself'),
}

const server = z.union(
  [
    z.strictObject({
      command: text.min(1).describe('The program that is the server, spoken to over its standard streams'),
      args: z.array(text).max(1_000).optional(),
      cwd: path.optional(),
      env: z.record(z.string(), text).optional().describe('In addition to what a program needs to start'),
      ...named,
    }),
    z.strictObject({
      url: z.url({ protocol: /^https?$/ }).describe('A server over streamable HTTP'),
      headers: z.record(z.string(), text).optional(),
      ...named,
    }),
  ],
  { error: 'it is a `command` with `args`, or a `url`' },
)

const http = z.strictObject({
  host: z.string().min(1).max(255).default('127.0.0.1'),
  port: z.int().min(0).max(65_535),
  path: z
    .string()
    .regex(/^\/[A-Za-z0-9_./-]{0,200}$/, 'it begins with `/`')
    .default('/mcp'),
  hosts: z.array(text).default([]).describe('Names by which clients call it, beside its own address'),
  origins: z.array(text).default([]).describe('Origins of web pages that may; none by default'),
  cert: path.optional().describe('With `key`: TLS'),
  key: path.optional(),
})

export const gatewaySchema = z
  .strictObject({
    policies: path.describe('A `policy.yaml`, or a folder with one for each workload'),
    workload: workloadText.optional().describe('Whose calls these are, where no token says it'),
    servers: z
      .record(z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'letters, digits, `_`, `-` and `.`'), server)
      .refine(servers => Object.keys(servers).length > 0, { error: 'at least one server stands behind the gateway' })
      .describe('The servers behind the gateway, by a name of your choice'),
    listen: z
      .union([z.literal('stdio'), http], { error: 'it is `stdio`, or a map with a `port`' })
      .default('stdio')
      .describe('Where clients come in'),
    tokens: path
      .optional()
      .describe('Who may come in over HTTP, and with which scopes; without it only this machine may'),
    request: z
      .enum(['none', 'header', 'meta'])
      .default('none')
      .describe(
        'Where a party with the scope says what the user asked: the header `Ambit-Request` (percent-encoded) or `_meta["ambit/request"]`',
      ),
    session: z
      .enum(['none', 'header', 'meta'])
      .default('none')
      .describe(
        'Where a party with the scope says which task a request without a session belongs to: the header `Ambit-Session` (percent-encoded) or `_meta["ambit/session"]`',
      ),
    modes: modesText,
    tools: z.enum(SHOWN).default('allowed').describe('Which tools clients are shown'),
    catalog: z.enum(['hold', 'report']).default('hold').describe('What a tool catalog that changed in meaning does'),
    approvals: z
      .strictObject({
        withinSeconds: seconds(1, 86_400).default(300),
        elicitation: z
          .boolean()
          .default(false)
          .describe('Whether the person behind the client may answer: only where the agent cannot answer for them'),
        atOnce: count(100_000).default(1_000),
        perSession: count(1_000).default(16),
      })
      .prefault({}),
    admin: z
      .union(
        [
          z.strictObject({ socket: path }),
          z.strictObject({
            host: z.string().default('127.0.0.1'),
            port: z.int().min(0).max(65_535),
            cert: path.optional(),
            key: path.optional(),
          }),
        ],
        { error: 'it is a `socket`, or a `port` (and then `tokens` are needed)' },
      )
      .optional()
      .describe('Where people list and answer held calls: a socket that only this user can open, or HTTP with tokens'),
    exceptions: path.optional(),
    receipts: receiptsText.optional(),
    alerts: alertsText.optional(),
    limits: z
      .strictObject({
        messageBytes: z.int().min(1_024).max(1_073_741_824).default(16_777_216),
        sessions: count(100_000).default(1_000),
        sessionIdleSeconds: seconds(1, 604_800).default(1_800),
        contextCharacters: count(4_294_967_296).default(134_217_728).describe('Of all sessions together'),
        eventCharacters: z
          .int()
          .min(0)
          .max(1_073_741_824)
          .default(1_048_576)
          .describe('Of one session, for clients that come back'),
      })
      .prefault({}),
    reloadSeconds: seconds(0.1, 3_600).default(2).describe('How often changed files are looked for'),
  })
  .refine(({ listen, workload: own, tokens }) => own !== undefined || (listen !== 'stdio' && tokens !== undefined), {
    path: ['workload'],
    error: 'say whose calls these are: only tokens could',
  })
  .refine(({ admin, tokens }) => admin === undefined || 'socket' in admin || tokens !== undefined, {
    path: ['tokens'],
    error: 'who answers over HTTP has to say who they are: name a tokens file',
  })

export type GatewayText = z.output<typeof gatewaySchema>
export type ServerText = GatewayText['servers'][string]

export const gatewayJsonSchema = (): unknown => ({
  ...z.toJSONSchema(gatewaySchema, { io: 'input' }),
  title: 'gateway.yaml',
})
