/** What an enforcement point has to say: one JSON object a line, escaped, so that nobody who calls it writes there. */
import { jsonText } from '../json-text.ts'

export type LogLevel = 'info' | 'warn' | 'error'
export type Log = (level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>) => void

export const createLog =
  (write: (line: string) => void, now: () => number): Log =>
  (level, event, fields = {}) =>
    write(`${jsonText({ time: new Date(now()).toISOString(), level, event, ...fields })}\n`)
