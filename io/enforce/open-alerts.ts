/** What a configuration says of alerts → who watches the enforcer, and the file that collectors follow. */
import { openAlertFile } from '../export/alert-file.ts'
import { VERSION } from '../version.ts'
import { createAlerting } from './alerting.ts'
import type { Enforcer } from './enforcer.ts'
import type { Log } from './log.ts'
import type { AlertsText } from './settings.ts'
import type { Watcher } from './watcher.ts'

export interface OpenedAlerts {
  readonly watcher: Watcher
  close(): Promise<void>
}

export interface AlertsWorld {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log: Log
  /** Whom the watcher hears, asked for only once it is there. */
  readonly enforcer: () => Pick<Enforcer, 'record'>
}

/** Paths of a configuration made whole. */
export const wholeAlerts = ({ file, format }: AlertsText, whole: (path: string) => string): AlertsText =>
  file === undefined ? { format } : { format, file: whole(file) }

/** Null: alerts are not asked for. */
export const openAlerts = (
  config: AlertsText | undefined,
  { now, log, enforcer }: AlertsWorld,
): OpenedAlerts | null => {
  if (config === undefined) return null
  const { file, format } = config
  const failed = (reason: string): void => log('error', 'alert-file-not-written', { file, reason })
  const opened = file === undefined ? null : openAlertFile({ file, format, version: VERSION, now, failed })
  const watcher = createAlerting({
    now,
    log,
    told: alert => opened?.append(alert),
    record: (workload, session, event) => enforcer().record({ workload, session }, event),
  })
  return { watcher, close: async () => opened?.close() }
}
