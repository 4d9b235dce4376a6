import { identitiesOf } from '../../core/model/decisions.ts'
import type { Ledger } from '../../core/model/ledger.ts'
import { CLOSURE_RULE_IDS } from '../../core/pipeline.ts'
import { loadDecisions } from '../../io/decisions/load-decisions.ts'
import type { Log } from '../../io/enforce/log.ts'
import { rateLimiter } from '../../io/http/rate-limit.ts'
import { readTls } from '../../io/http/tls.ts'
import { done, failed, type Outcome, type Problem } from '../../io/problem.ts'
import type { EvidenceStore } from '../../io/store/evidence-store.ts'
import type { OpenStore } from '../../io/store/open-store.ts'
import { startRetention } from '../../io/store/retention.ts'
import { readTokens } from '../../io/tokens/authenticate.ts'
import { createAppender } from './appender.ts'
import { createCapacity } from './capacity.ts'
import type { ServeConfig } from './config-schema.ts'
import { startFollowing } from './following.ts'
import type { IntakeParts } from './intake.ts'
import { createMetrics } from './metrics.ts'
import { createReadBody } from './read-body.ts'
import { createReceiver } from './receiver.ts'
import { createRefusals } from './refusals.ts'

export interface ReceiverWorld {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Names this process among all that ever wrote to the store. */
  readonly instance: string
  readonly log: Log
  /** What the configuration calls a store → the store. */
  readonly open: (store: string) => Promise<Outcome<OpenStore>>
}

export interface Receiver {
  readonly url: string
  close(reason: string): Promise<void>
}

/** Milliseconds: open requests at the end; an idle connection, longer than exporters wait; between attempts to write losses. */
const GRACE = 10_000
const KEEP_ALIVE = 75_000
const FLUSH_EVERY = 5_000
/** Milliseconds that a ledger is new enough for a metric: whoever may scrape cannot make the store work. */
const LEDGER_FOR = 30_000

const MAX_LOGGED = 20

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'it is not what it should be'

const cannot = (what: string, error: unknown, where: string | null): Outcome<never> => {
  const problem: Problem = { code: 'file-unreadable', what: `${what}: ${codeOf(error)}`, where, help: null }
  return failed(problem)
}

/** The same answer to all who ask within a time, and one question at a time. */
const cachedLedger = (store: EvidenceStore): (() => Promise<Ledger | null>) => {
  let asked = Number.NEGATIVE_INFINITY
  let answer: Promise<Ledger | null> = Promise.resolve(null)
  return () => {
    if (performance.now() - asked > LEDGER_FOR) {
      asked = performance.now()
      answer = store
        .read()
        .then(({ ledger }) => ledger)
        .catch(() => null)
    }
    return answer
  }
}

/** Errors: files that cannot be read, a store that cannot be opened, an address that cannot be listened on. */
export const startReceiver = async (
  config: ServeConfig,
  { now, instance, log, open }: ReceiverWorld,
): Promise<Outcome<Receiver>> => {
  const { listen, limits, keep, follow } = config
  const [authenticate, decisions, tls] = await Promise.all([
    readTokens(config.tokens),
    loadDecisions(config.decisions ?? null, CLOSURE_RULE_IDS),
    readTls(listen),
  ])
  if (!authenticate.ok) return authenticate
  if (!decisions.ok) return decisions
  if (!tls.ok) return tls
  const opened = await open(config.store)
  if (!opened.ok) return opened
  const { store, keeps } = opened.value
  if (!keeps) log('warn', 'store-forgets', { help: 'what is received is gone when this process ends: name a `store`' })

  let isClosing = false
  const capacity = createCapacity({ requests: limits.requestsInFlight, bytes: limits.bytesInFlight })
  const metrics = createMetrics(capacity, cachedLedger(store))
  const refusals = createRefusals(instance)
  const appender = createAppender(
    store,
    refusals,
    { timeout: limits.appendSeconds * 1_000, every: FLUSH_EVERY },
    (seconds, isWritten, error) => {
      metrics.appended(seconds, isWritten)
      if (!isWritten) log('error', 'not-stored', { reason: reasonOf(error) })
    },
    ({ records }) => {
      const losses = records.flatMap(({ items }) => items.flatMap(item => (item.kind === 'loss' ? item.detail : [])))
      log('warn', 'requests-refused', { losses: losses.slice(0, MAX_LOGGED) })
    },
  )
  const intake: IntakeParts = {
    take: rateLimiter({ burst: limits.burst, perSecond: limits.requestsPerSecond }),
    capacity,
    readBody: createReadBody(limits.bodyBytes),
    appender,
    metrics,
    options: { identities: identitiesOf([decisions.value]) },
    limits: { messages: limits.messages, items: limits.items },
    isClosing: () => isClosing,
  }
  const server = createReceiver({
    answer: {
      store,
      intake,
      refusals,
      authenticate: authenticate.value,
      decisions: decisions.value,
      now,
      failed: error => log('error', 'internal-error', { reason: reasonOf(error) }),
    },
    tls: tls.value,
    bounds: {
      request: limits.requestSeconds * 1_000,
      grace: GRACE,
      connections: limits.connections,
      keepAlive: KEEP_ALIVE,
    },
    drained: limits.bodyBytes,
    ...(config.accessLog ? { log: access => log('info', 'request', { ...access }) } : {}),
  })

  const retention =
    keep === undefined
      ? null
      : startRetention(store, Number.parseInt(keep, 10), now, (before, error) => {
          if (error === null) log('info', 'pruned', { before })
          else log('error', 'not-pruned', { before, reason: reasonOf(error) })
        })
  const { options } = intake
  const startFiles = () =>
    follow.length === 0
      ? null
      : startFollowing(
          follow,
          store,
          appender,
          options,
          ({ records }) => metrics.received(records),
          error => log('error', 'not-followed', { reason: reasonOf(error) }),
        )

  /** What came in is stored or was never acknowledged; what the store forgets, or never took, is said. */
  const end = async (reason: string): Promise<void> => {
    if (!(await appender.end()))
      log('error', 'refusals-forgotten', { help: 'evidence was refused, and no ledger says so' })
    if (!keeps) log('warn', 'evidence-forgotten', { workloads: (await store.read()).workloads.length })
    await retention?.end()
    await store.close()
    log('info', 'receiver-stopped', { reason })
  }
  try {
    const url = await server.listen(listen.host, listen.port)
    const files = startFiles()
    log('info', 'listening', { url, tls: tls.value !== null, store: keeps ? 'keeps' : 'forgets' })
    return done({
      url,
      close: async reason => {
        isClosing = true
        await server.close()
        await files?.end()
        await end(reason)
      },
    })
  } catch (error) {
    await end('it could not start')
    return cannot('the receiver cannot start', error, `${listen.host}:${listen.port}`)
  }
}
