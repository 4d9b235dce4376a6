/** What the gateway has to say: one JSON object a line on standard error, escaped, so that no server or client writes there. */
import { jsonText } from '../../io/json-text.ts'

export type LogLevel = 'info' | 'warn' | 'error'
export type Log = (level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>) => void

export const createLog =
  (write: (line: string) => void, now: () => number): Log =>
  (level, event, fields = {}) =>
    write(`${jsonText({ time: new Date(now()).toISOString(), level, event, ...fields })}\n`)
