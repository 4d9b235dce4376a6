/**
 * Judged calls of an enforcement point, as they come → alerts: a line of the log, a receipt, and a line of a file that a collector
 * follows. Detection decides nothing: whatever goes wrong here is said, and no call waits for it or is refused because of it.
 */
import { createDetector, type Detector } from '../../core/detect/detector.ts'
import { outsideOf } from '../../core/detect/outside.ts'
import { type Task, taskOf } from '../../core/detect/task.ts'
import type { Alert } from '../../core/model/alert.ts'
import type { ReceiptEvent } from '../../core/model/receipt.ts'
import type { Log } from './log.ts'
import type { Judged, Watcher } from './watcher.ts'

export interface AlertingOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log: Log
  /** New alerts and known ones that have grown, for whoever collects them. */
  readonly told: (alert: Alert) => void
  /** A new alert, into the audit log. */
  readonly record: (workload: string, session: string | null, event: ReceiptEvent) => Promise<void>
}

/** Sessions whose kind of task is remembered; of one that is forgotten it is unknown. */
const SESSIONS = 10_000
/** Workloads with a detector each; the one longest without news is forgotten, and its alerts are new when they come again. */
const WORKLOADS = 1_000

const keyOf = (workload: string, session: string): string => JSON.stringify([workload, session])

/** The newest last, as many as may be kept. */
const put = <V>(kept: Map<string, V>, key: string, value: V, most: number): V => {
  kept.delete(key)
  kept.set(key, value)
  const [oldest] = kept.keys()
  if (kept.size > most && oldest !== undefined) kept.delete(oldest)
  return value
}

interface Watched {
  /** Of the policy that the detector compares with: another one has other rules to leave. */
  readonly policy: string
  readonly detector: Detector
}

export const createAlerting = ({ now, log, told, record }: AlertingOptions): Watcher => {
  const watched = new Map<string, Watched>()
  const tasks = new Map<string, Task>()

  const detectorOf = (workload: string, policy: NonNullable<Judged['policy']>): Detector => {
    const known = watched.get(workload)
    const isSame = known !== undefined && known.policy === policy.digest
    return put(
      watched,
      workload,
      isSame ? known : { policy: policy.digest, detector: createDetector(policy) },
      WORKLOADS,
    ).detector
  }
  const tell = (alert: Alert, { workload, session, at }: Judged): void => {
    const { id, revision, kind, severity, action, dimension, rule, code, evidence, continuity } = alert
    log('warn', 'alert', {
      alert: id,
      revision,
      kind,
      severity,
      workload,
      session,
      action,
      dimension,
      rule,
      code,
      count: evidence.count,
      pattern: continuity.pattern,
      afterMs: now() - at / 1_000,
    })
    told(alert)
    if (revision > 0) return
    record(workload, session, { kind: 'alert', alert: id, detail: kind }).catch(() =>
      log('error', 'receipt-not-written', { about: 'alert' }),
    )
  }
  const note = (judged: Judged): void => {
    const { workload, session, call, at, request, ruling, context, policy } = judged
    const { decision, exception } = ruling
    // Without a policy there is nothing to compare with; that there is none is in the log.
    if (decision.verdict === 'allow' || policy === null) return
    const alerts = detectorOf(workload, policy).note({
      ...decision,
      id: call,
      witness: session ?? 'no session',
      at,
      substrate: request.substrate,
      action: request.action,
      outside: outsideOf(request, decision, context),
      task: session === null ? null : (tasks.get(keyOf(workload, session)) ?? null),
      exception,
    })
    for (const alert of alerts) tell(alert, judged)
  }
  return {
    judged: judged => {
      try {
        note(judged)
      } catch (error) {
        log('error', 'alerting-failed', { reason: error instanceof Error ? error.message : String(error) })
      }
    },
    asked: (workload, session, text) => {
      const key = keyOf(workload, session)
      // The first request says what the task is; what follows refines it.
      if (!tasks.has(key)) put(tasks, key, taskOf(text), SESSIONS)
    },
  }
}
