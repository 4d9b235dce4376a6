/** Alerts as they come → lines of a file that a collector follows. */
import { createWriteStream } from 'node:fs'
import type { Alert } from '../../core/model/alert.ts'
import type { Micros } from '../../core/model/observation.ts'
import { jsonText } from '../json-text.ts'
import { ocsfFinding } from './ocsf.ts'
import { otelLogs } from './otel-logs.ts'

export const ALERT_FORMATS = ['jsonl', 'ocsf', 'otel'] as const
export type AlertFormat = (typeof ALERT_FORMATS)[number]

const shaped = (alert: Alert, format: AlertFormat, now: Micros, version: string): unknown => {
  switch (format) {
    case 'jsonl':
      return alert
    case 'ocsf':
      return ocsfFinding(alert, version)
    case 'otel':
      return otelLogs([alert], now, version)
  }
}

export interface AlertFileOptions {
  readonly file: string
  readonly format: AlertFormat
  readonly version: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Once when the file cannot be written, or is written too slowly; what comes then is not in it. */
  readonly failed: (reason: string) => void
}

export interface AlertFile {
  append(alert: Alert): void
  /** Resolves when what was appended is written, or cannot be. */
  close(): Promise<void>
}

/** Bytes that may wait for a disk or a pipe that is slow; what comes beyond is not in the file. */
const WAITING = 16 * 2 ** 20

export const openAlertFile = ({ file, format, version, now, failed }: AlertFileOptions): AlertFile => {
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 })
  let isBroken = false
  const broke = (reason: string): void => {
    if (!isBroken) failed(reason)
    isBroken = true
  }
  stream.on('error', error => broke('code' in error ? String(error.code) : error.message))
  return {
    append: alert => {
      if (stream.destroyed) return
      if (stream.writableLength > WAITING) {
        broke('too much waits to be written')
        return
      }
      isBroken = false
      stream.write(`${jsonText(shaped(alert, format, now() * 1_000, version))}\n`)
    },
    close: () =>
      new Promise(resolve => {
        if (stream.destroyed) return resolve()
        stream.once('close', () => resolve())
        stream.end()
      }),
  }
}
