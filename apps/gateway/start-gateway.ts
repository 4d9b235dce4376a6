/**
 * The gateway, put together: clients in front, servers behind, the enforcer between them. Everything that a test or another program
 * may want to be its own (clock, ids, log, streams, receipts) is handed in.
 */
import { readFile } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { compile } from '../../core/decide/compile.ts'
import { createApprovals } from '../../io/enforce/approvals.ts'
import { createEnforcer, type Enforcer } from '../../io/enforce/enforcer.ts'
import type { Log } from '../../io/enforce/log.ts'
import { openAlerts } from '../../io/enforce/open-alerts.ts'
import { openExceptions } from '../../io/enforce/open-exceptions.ts'
import { openReceipts } from '../../io/enforce/open-receipts.ts'
import { openPolicies, type Policies, type PolicyChange } from '../../io/enforce/policies.ts'
import type { Recording } from '../../io/enforce/recording.ts'
import { modesOf } from '../../io/enforce/settings.ts'
import { watchFiles } from '../../io/enforce/watch-files.ts'
import type { Watcher } from '../../io/enforce/watcher.ts'
import { hostsFor, isLoopback } from '../../io/mcp/http-guard.ts'
import type { HttpServer } from '../../io/mcp/http-server.ts'
import { done, failed, type Outcome } from '../../io/problem.ts'
import type { Authenticate } from '../../io/tokens/authenticate.ts'
import { type Admin, listenAdmin } from './admin.ts'
import { createCatalogs } from './catalog.ts'
import { grantOf, openTokens } from './clients.ts'
import { type Conversations, createConversations } from './conversations.ts'
import { overHttp } from './over-http.ts'
import { overStreams, type Streams } from './over-streams.ts'
import { serverSpecs } from './parts.ts'
import { awayOf, type GatewayConfig } from './read-config.ts'
import type { Site } from './site.ts'

export interface GatewayWorld {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Unguessable: session ids are made of it. */
  readonly newId: () => string
  readonly log: Log
  readonly stdin: Readable
  readonly stdout: Writable
  /** Who runs the gateway, as the approvals that come over its socket name them. */
  readonly user: string
  /** Where receipts go instead of the folder that the configuration names. */
  readonly receipts?: Recording
  /** What whoever starts a gateway on standard streams asserts that the user asked for. */
  readonly request?: string | null
  /** Milliseconds between signs of life for held calls. */
  readonly progressEvery?: number
}

export interface Gateway {
  /** Where HTTP clients come in; null: standard streams. */
  readonly url: string | null
  readonly adminPort: number | null
  readonly enforcer: Enforcer
  reload(by: string): Promise<readonly PolicyChange[]>
  sessions(): number
  /** Resolves when the client on the standard streams is gone; never for HTTP. */
  readonly ended: Promise<void>
  close(reason: string): Promise<void>
}

const PROGRESS_EVERY = 10_000
const REMEMBERED = 100_000
const CATALOG_WITHIN = 10_000

const tlsOf = async (at: { readonly cert?: string | undefined; readonly key?: string | undefined }) =>
  at.cert === undefined || at.key === undefined
    ? null
    : { cert: await readFile(at.cert, 'utf8'), key: await readFile(at.key, 'utf8') }

const enforcerOf = (
  config: GatewayConfig,
  policies: Policies,
  receipts: Recording | null,
  exceptions: Awaited<ReturnType<typeof openExceptions>> | null,
  watcher: Watcher | null,
  world: GatewayWorld,
): Enforcer => {
  const { approvals: limits, limits: bounds } = config
  const timeout = limits.withinSeconds * 1_000
  return createEnforcer({
    policies,
    modes: modesOf(config.modes),
    exceptions: exceptions?.covering ?? null,
    receipts,
    approvals: createApprovals({ timeout, held: limits.atOnce, perSession: limits.perSession }),
    holdFor: timeout,
    now: world.now,
    newId: world.newId,
    // Sessions end with their connections; the gateway's own limits end those. Names that callers gave are not new again.
    sessions: {
      sessions: 2 * bounds.sessions + 16,
      characters: bounds.contextCharacters,
      idle: Number.MAX_SAFE_INTEGER,
      remembered: REMEMBERED,
    },
    gaveUp: (workload, session, reason) => world.log('warn', 'context-lost', { workload, session, reason }),
    ...(watcher === null ? {} : { watcher }),
  })
}

/** What a name tells of an action needs the service tables: loaded only where somebody writes exceptions. */
const exceptionsOf = async (file: string, policies: Policies, now: () => number) => {
  const { accessWithoutPolicy } = await import('../../core/pipeline.ts')
  return openExceptions(file, policies, accessWithoutPolicy, now)
}

/** Errors: files that cannot be read, receipts that cannot be written, an address that cannot be listened on. */
export const startGateway = async (config: GatewayConfig, world: GatewayWorld): Promise<Outcome<Gateway>> => {
  const { now, newId, log } = world
  const tokens = await openTokens(config.tokens)
  if (!tokens.ok) return tokens
  const opened =
    config.receipts === undefined || world.receipts !== undefined ? null : await openReceipts(config.receipts, now)
  if (opened !== null && !opened.ok) return opened
  const receipts = world.receipts ?? opened?.value.recording ?? null
  if (receipts === null)
    log('warn', 'no-receipts', { help: 'name `receipts` in the configuration: nothing is written down' })
  const policies = await openPolicies(config.policies, compile)
  const exceptions = config.exceptions === undefined ? null : await exceptionsOf(config.exceptions, policies, now)
  const alerts = openAlerts(config.alerts, { now, log, enforcer: () => enforcer })
  const enforcer: Enforcer = enforcerOf(config, policies, receipts, exceptions, alerts?.watcher ?? null, world)
  const fallback = config.workload ?? null
  if (fallback !== null && policies.of(fallback, now()).kind !== 'policy')
    log('error', 'nothing-allowed', { workload: fallback, state: policies.of(fallback, now()).kind })

  const site: Site = {
    enforcer,
    servers: serverSpecs(config, log),
    catalogs: createCatalogs(),
    onCatalogChange: config.catalog,
    shown: config.tools,
    elicitation: config.approvals.elicitation,
    progressEvery: world.progressEvery ?? PROGRESS_EVERY,
    catalogWithin: CATALOG_WITHIN,
    now,
    newId,
    log,
  }
  const conversations = createConversations(site)
  const watch = watchFiles({
    enforcer,
    exceptions,
    every: config.reloadSeconds * 1_000,
    now,
    log,
    changed: conversations.policiesChanged,
  })
  let http: HttpServer | null = null
  let streams: Streams | null = null
  let admin: Admin | null = null
  let isClosed = false
  const close = async (reason: string): Promise<void> => {
    if (isClosed) return
    isClosed = true
    await watch.stop()
    enforcer.approvals.close()
    await http?.close()
    streams?.end()
    await conversations.close()
    await admin?.close()
    await enforcer
      .record({}, { kind: 'stop', detail: reason })
      .catch(() => log('error', 'receipt-not-written', { about: 'stop' }))
    if (opened?.ok === true) await opened.value.log.close()
    await alerts?.close()
    log('info', 'gateway-stopped', { reason })
  }
  const listen = async (authenticate: Authenticate | null): Promise<void> => {
    await enforcer.record({}, { kind: 'start', detail: 'gateway' })
    if (config.admin !== undefined) admin = await listenAt(config.admin, authenticate)
    if (config.listen === 'stdio') return
    const at = config.listen
    const tls = await tlsOf(at)
    if (tls === null && !isLoopback(at.host))
      log('warn', 'no-tls', { host: at.host, help: 'tokens travel in the clear' })
    http = await overHttp({ config, at, tls, authenticate, conversations, now, newId })
    log('info', 'listening', { ...http.address, path: at.path, tls: tls !== null })
  }
  const listenAt = async (
    at: NonNullable<GatewayConfig['admin']>,
    authenticate: Authenticate | null,
  ): Promise<Admin> => {
    const everything = { workload: null, decide: [], assertContext: [], record: [], approve: ['*'], admin: true }
    const local = { subject: `local:${world.user}`, ...everything }
    const isSocket = 'socket' in at
    return listenAdmin({
      at,
      rules: isSocket ? null : { hosts: hostsFor(at.host, []), origins: [] },
      tls: isSocket ? null : await tlsOf(at),
      // Whoever can open the socket is the user who runs the gateway.
      authenticate: async request => {
        if (isSocket) return local
        return authenticate === null ? null : grantOf(authenticate, request, now)
      },
      enforcer,
      reload: watch.reload,
      status: () => ({
        sessions: conversations.count(),
        held: enforcer.approvals.list().length,
        policies: policies.workloads().map(workload => ({ workload, state: policies.of(workload, now()).kind })),
        problems: policies.problems().length,
        receipts: opened?.ok === true ? opened.value.log.state().kind : receipts === null ? 'none' : 'open',
      }),
    })
  }
  try {
    await listen(tokens.value)
  } catch (error) {
    await close('it could not start')
    const what = `the gateway cannot start: ${error instanceof Error ? error.message : String(error)}`
    return failed({ code: 'field-invalid', what, where: null, help: null })
  }
  if (config.listen === 'stdio') streams = overStreamsOf(config, world, conversations)
  const at = config.listen
  const bound = http === null || at === 'stdio' ? null : boundUrl(http, at.path, at.cert !== undefined)
  return done({
    url: bound,
    adminPort: portOf(admin),
    enforcer,
    reload: watch.reload,
    sessions: conversations.count,
    ended: streams?.ended ?? new Promise(() => undefined),
    close,
  })
}

const portOf = (admin: Admin | null): number | null => admin?.port ?? null

const boundUrl = ({ address }: HttpServer, path: string, isTls: boolean): string => {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return `${isTls ? 'https' : 'http'}://${host}:${address.port}${path}`
}

/** Whoever started the process is who calls, and may say what the user asked for. */
const overStreamsOf = (
  config: GatewayConfig,
  { stdin, stdout, newId, request = null }: GatewayWorld,
  conversations: Conversations,
): Streams =>
  overStreams({
    stdin,
    stdout,
    limit: config.limits.messageBytes,
    away: awayOf(config),
    newId,
    begin: (link, era) => {
      const id = newId()
      const client = { subject: 'stdio', workload: config.workload ?? '', assertsContext: false }
      const session = { name: id, begins: true }
      const events = conversations.begin(id, link, { client, era, session, assertsRequest: false })
      if (request !== null) conversations.find(id)?.asserted(request)
      return events
    },
  })
