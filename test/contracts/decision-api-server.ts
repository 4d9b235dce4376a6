/** A decision API on a free port of this machine, with policies that the test holds, and receipts in memory. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Access, createDecisionServer, SERVER_LIMITS, type ServerLimits } from '../../apps/server/server.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { ReceiptBody } from '../../core/model/receipt.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { createApprovals } from '../../io/enforce/approvals.ts'
import { createEnforcer, type Enforcer, type EnforcerOptions } from '../../io/enforce/enforcer.ts'
import { fixedPolicies } from '../../io/enforce/fixed-policies.ts'
import { ENFORCE } from '../../io/enforce/modes.ts'
import { readTokens } from '../../io/tokens/authenticate.ts'
import { policyOf } from './policy-of.ts'

/** Inside the validity of `policyOf`. */
export const NOW = Date.UTC(2026, 0, 20)

export interface Asking {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails where it is not there
  readonly body: any
}

export interface TestServer {
  readonly url: string
  readonly enforcer: Enforcer
  readonly receipts: readonly ReceiptBody[]
  readonly log: readonly Access[]
  post(path: string, body: unknown, token?: string | null, headers?: Record<string, string>): Promise<Asking>
  get(path: string, token?: string | null): Promise<Asking>
  close(): Promise<void>
}

export interface Starting {
  readonly policies: readonly DerivedPolicy[]
  /** Entries of the tokens file by their token; the default may ask about everything. */
  readonly tokens?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly issuers?: readonly Readonly<Record<string, unknown>>[]
  readonly limits?: Partial<ServerLimits>
  readonly enforcer?: Partial<EnforcerOptions>
}

export const TOKEN = 'test-token'
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export const startServer = async ({
  policies,
  tokens = { [TOKEN]: { decide: ['*'] } },
  issuers = [],
  limits = {},
  ...rest
}: Starting): Promise<TestServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'ambit-api-'))
  const file = join(folder, 'tokens.yaml')
  const entries = Object.entries(tokens).map(([token, entry]) => ({ subject: token, sha256: sha256(token), ...entry }))
  await writeFile(file, JSON.stringify({ tokens: entries, issuers }))
  const authenticate = await readTokens(file)
  await rm(folder, { recursive: true })
  if (!authenticate.ok) throw new Error(JSON.stringify(authenticate.problems))
  const receipts: ReceiptBody[] = []
  const log: Access[] = []
  let calls = 0
  const enforcer = createEnforcer({
    policies: fixedPolicies(policies, policy => (request, context) => evaluate(policy, request, context)),
    modes: ENFORCE,
    exceptions: null,
    receipts: {
      sink: {
        append: async body => {
          receipts.push(body)
        },
      },
      describe: ({ substrate, action, visibility }, decision) => ({
        request: { substrate, action, visibility, values: [], measures: [] },
        decision,
      }),
      allows: true,
    },
    approvals: createApprovals({ timeout: 60_000, held: 100, perSession: 16 }),
    holdFor: 60_000,
    now: () => NOW,
    newId: () => `call-${++calls}`,
    ...rest.enforcer,
  })
  const server = createDecisionServer({
    enforcer,
    authenticate: authenticate.value,
    reload: enforcer.policies.reload,
    now: () => NOW,
    tls: null,
    publicUrl: null,
    limits: { ...SERVER_LIMITS, ...limits },
    log: access => log.push(access),
  })
  const url = await server.listen('127.0.0.1', 0)
  const ask = async (path: string, init: RequestInit, token: string | null): Promise<Asking> => {
    const headers = { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...init.headers }
    const response = await fetch(url + path, { ...init, headers })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  return {
    url,
    enforcer,
    receipts,
    log,
    post: (path, body, token = TOKEN, headers = {}) =>
      ask(
        path,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: typeof body === 'string' ? body : JSON.stringify(body),
        },
        token,
      ),
    get: (path, token = TOKEN) => ask(path, {}, token),
    close: () => server.close(),
  }
}

export const EVALUATION = '/access/v1/evaluation'
export const WORKLOAD = 'research/research-agent'
export const AGENT = { type: 'workload', id: WORKLOAD }

/** A policy that says something of each kind of call that these tests make. */
export const AGENT_POLICY = policyOf([
  { substrate: 'tool', action: 'send', allow: { 'tool.args.to': { kind: 'request' } } },
  { substrate: 'tool', action: 'reply', allow: { 'tool.args.to': { kind: 'field' } } },
  {
    substrate: 'tool',
    action: 'fetch',
    allow: { 'tool.args.url': { kind: 'any' }, 'tool.server': { kind: 'set', values: ['web'] } },
  },
  {
    substrate: 'tool',
    action: 'pay',
    allow: { 'tool.args.amount': { kind: 'range', min: 0, max: 10 } },
    review: { 'tool.args.amount': { kind: 'range', min: 0, max: 100 } },
  },
  {
    substrate: 'iam',
    action: 's3:GetObject',
    allow: { 'iam.resource': { kind: 'prefix', prefixes: ['arn:aws:s3:::corpus/'] } },
  },
  {
    substrate: 'network',
    action: 'tcp/443',
    allow: { 'network.destination': { kind: 'domain', names: ['api.example.com'], parents: [] } },
  },
  {
    substrate: 'process',
    action: 'exec',
    allow: { 'process.executable': { kind: 'path', under: ['/usr/bin'] }, 'process.arguments': { kind: 'any' } },
  },
])

export const toolCall = (action: string, given: unknown, subject: object = AGENT, context: object = {}) => ({
  subject,
  action: { name: `tool/${action}` },
  resource: { type: 'tool', id: action },
  context: { arguments: given, ...context },
})
export const inSession = (session: string) => ({ ...AGENT, properties: { session } })
