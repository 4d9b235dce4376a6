/** What the configuration names → what the gateway is made of: receipts, exceptions, servers. */
import { coveringException, isInForce } from '../../core/decide/exception.ts'
import { receiptOf } from '../../core/decide/receipt.ts'
import type { Policies } from '../../io/enforce/policies.ts'
import type { Recording } from '../../io/enforce/recording.ts'
import { accessByPolicy } from '../../io/exceptions/access-by-policy.ts'
import { type ExceptionBook, openExceptionBook } from '../../io/exceptions/exception-book.ts'
import { DEFAULT_MAX_DAYS } from '../../io/exceptions/exception-problems.ts'
import { childLink } from '../../io/mcp/child-link.ts'
import { httpLink } from '../../io/mcp/http-link.ts'
import { done, type Outcome } from '../../io/problem.ts'
import { readDigestKey, readSigningKey } from '../../io/receipts/keys.ts'
import { openReceiptLog } from '../../io/receipts/receipt-log.ts'
import type { ReceiptLog } from '../../io/receipts/receipt-sink.ts'
import type { Log } from './log.ts'
import type { GatewayConfig } from './read-config.ts'
import type { ServerSpec } from './upstream.ts'

export interface OpenedReceipts {
  readonly recording: Recording
  readonly log: ReceiptLog
}

type ReceiptsText = NonNullable<GatewayConfig['receipts']>

/** Errors: those of the keys and of the log. */
export const openReceipts = async (config: ReceiptsText, now: () => number): Promise<Outcome<OpenedReceipts>> => {
  const signingKey = await readSigningKey(config.signingKey)
  if (!signingKey.ok) return signingKey
  const digestKey = await readDigestKey(config.digestKey)
  if (!digestKey.ok) return digestKey
  const opened = await openReceiptLog({
    folder: config.folder,
    signingKey: signingKey.value,
    digestKey: digestKey.value,
    now,
  })
  if (!opened.ok) return opened
  const log = opened.value
  const redaction = { digest: log.digest, keep: new Set(config.keep), hide: new Set(config.hide) }
  const recording: Recording = {
    sink: log,
    describe: (request, decision, context, policy) => receiptOf(request, decision, context, policy, redaction),
    allows: config.allows,
  }
  return done({ recording, log })
}

export const openExceptions = async (file: string, policies: Policies, now: () => number): Promise<ExceptionBook> => {
  // What a name tells of an action needs the service tables: loaded only where somebody writes exceptions.
  const { accessWithoutPolicy } = await import('../../core/pipeline.ts')
  const policyOf = (workload: string) => {
    const state = policies.of(workload, now())
    return state.kind === 'policy' || state.kind === 'expired' ? state.policy : null
  }
  return openExceptionBook(
    file,
    { maxDays: DEFAULT_MAX_DAYS, accessOf: accessByPolicy(policyOf, accessWithoutPolicy) },
    { isInForce, coveringException },
  )
}

/** With one server the names stay as they are; with several each tool says whose it is. */
export const serverSpecs = (config: GatewayConfig, log: Log): readonly ServerSpec[] => {
  const entries = Object.entries(config.servers)
  return entries.map(([name, server]) => ({
    name,
    prefix: server.prefix ?? (entries.length === 1 ? '' : `${name}__`),
    server: server.server ?? null,
    connect: events => {
      const limit = config.limits.messageBytes
      if ('url' in server) {
        const { url, headers = {} } = server
        return httpLink({ url, headers }, limit, events, reason =>
          log('warn', 'upstream-transport', { server: name, reason }),
        )
      }
      const { command, args = [], cwd = null, env = {} } = server
      return childLink({ command, args, cwd, env }, limit, events, line =>
        log('info', 'upstream-said', { server: name, line }),
      )
    },
  }))
}
