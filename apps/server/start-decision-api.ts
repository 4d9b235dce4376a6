/** The decision API, put together: policies that reload, exceptions, receipts and tokens around the enforcer, and its server. */
import { accessWithoutPolicy, compile } from '../../core/pipeline.ts'
import { createApprovals } from '../../io/enforce/approvals.ts'
import { createEnforcer, type Enforcer } from '../../io/enforce/enforcer.ts'
import type { Log } from '../../io/enforce/log.ts'
import { openAlerts } from '../../io/enforce/open-alerts.ts'
import { openExceptions } from '../../io/enforce/open-exceptions.ts'
import { openReceipts } from '../../io/enforce/open-receipts.ts'
import { openPolicies } from '../../io/enforce/policies.ts'
import { modesOf } from '../../io/enforce/settings.ts'
import { watchFiles } from '../../io/enforce/watch-files.ts'
import { readTls } from '../../io/http/tls.ts'
import { done, failed, type Outcome, type Problem } from '../../io/problem.ts'
import { readTokens } from '../../io/tokens/authenticate.ts'
import type { DecisionApiConfig } from './config-schema.ts'
import { createDecisionServer, SERVER_LIMITS } from './server.ts'

export interface DecisionApiWorld {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Unguessable: whoever knows the id of a held call may not, by that alone, see it, but need not know it either. */
  readonly newId: () => string
  readonly log: Log
}

export interface DecisionApi {
  readonly url: string
  readonly enforcer: Enforcer
  reload(by: string): Promise<unknown>
  close(reason: string): Promise<void>
}

const cannot = (what: string, error: unknown, where: string | null): Problem => ({
  code: 'file-unreadable',
  // An error's own text may quote a key; its code never does.
  what: `${what}: ${error instanceof Error && 'code' in error ? String(error.code) : 'it is not what it should be'}`,
  where,
  help: null,
})

/** Errors: files that cannot be read, receipts that cannot be written, an address that cannot be listened on. */
export const startDecisionApi = async (
  config: DecisionApiConfig,
  { now, newId, log }: DecisionApiWorld,
): Promise<Outcome<DecisionApi>> => {
  const { listen, approvals, limits } = config
  const authenticate = await readTokens(config.tokens)
  if (!authenticate.ok) return authenticate
  const certified = await readTls(listen)
  if (!certified.ok) return certified
  const tls = certified.value
  const opened = config.receipts === undefined ? null : await openReceipts(config.receipts, now)
  if (opened !== null && !opened.ok) return opened
  if (opened === null) log('warn', 'no-receipts', { help: 'name `receipts`: nothing is written down' })
  const policies = await openPolicies(config.policies, compile)
  const exceptions =
    config.exceptions === undefined ? null : await openExceptions(config.exceptions, policies, accessWithoutPolicy, now)
  const timeout = approvals.withinSeconds * 1_000
  const alerts = openAlerts(config.alerts, { now, log, enforcer: () => enforcer })
  const enforcer: Enforcer = createEnforcer({
    policies,
    modes: modesOf(config.modes),
    exceptions: exceptions?.covering ?? null,
    receipts: opened?.value.recording ?? null,
    approvals: createApprovals({ timeout, held: approvals.atOnce, perSession: approvals.perSession }),
    holdFor: timeout,
    now,
    newId,
    sessions: {
      sessions: limits.sessions,
      characters: limits.contextCharacters,
      idle: limits.sessionIdleSeconds * 1_000,
      remembered: 10 * limits.sessions,
    },
    gaveUp: (workload, session, reason) => log('warn', 'context-lost', { workload, session, reason }),
    ...(alerts === null ? {} : { watcher: alerts.watcher }),
  })
  const watch = watchFiles({
    enforcer,
    exceptions,
    every: config.reloadSeconds * 1_000,
    now,
    log,
    changed: () => undefined,
  })
  const server = createDecisionServer({
    enforcer,
    authenticate: authenticate.value,
    reload: watch.reload,
    now,
    tls,
    publicUrl: listen.publicUrl ?? null,
    limits: {
      ...SERVER_LIMITS,
      body: limits.bodyBytes,
      request: limits.requestSeconds * 1_000,
      connections: limits.connections,
      rate: { burst: limits.burst, perSecond: limits.requestsPerSecond },
    },
    failed: error => log('error', 'internal-error', { reason: error instanceof Error ? error.message : String(error) }),
    ...(config.accessLog ? { log: access => log('info', 'request', { ...access }) } : {}),
  })
  const end = async (reason: string): Promise<void> => {
    await watch.stop()
    await enforcer
      .record({}, { kind: 'stop', detail: reason })
      .catch(() => log('error', 'receipt-not-written', { about: 'stop' }))
    if (opened !== null) await opened.value.log.close()
    await alerts?.close()
    log('info', 'decision-api-stopped', { reason })
  }
  try {
    await enforcer.record({}, { kind: 'start', detail: 'decision-api' })
    const url = await server.listen(listen.host, listen.port)
    log('info', 'listening', { url, tls: tls !== null })
    return done({
      url,
      enforcer,
      reload: watch.reload,
      close: async reason => {
        await server.close()
        await end(reason)
      },
    })
  } catch (error) {
    await end('it could not start')
    return failed(cannot('the decision API cannot start', error, `${listen.host}:${listen.port}`))
  }
}
