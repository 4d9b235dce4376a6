/** Status and error attributes of a span → how the call ended. `denied` is what an authorization refused. */
import type { Outcome } from '../model/observation.ts'
import { at, field } from './json.ts'
import { attribute, type Span } from './otlp-span.ts'

const REFUSED =
  /^(?:.*[._])?(?:permission_?denied|permission_?error|access_?denied|forbidden|unauthori[sz]ed|unauthenticated|not_?authori[sz]ed|authorization_?(?:error|failed)|authentication_?(?:error|failed)|40[13])(?:_?(?:exception|error))?$/i
const REFUSAL = /\b(?:permission denied|access (?:is )?denied|forbidden|unauthori[sz]ed|not authori[sz]ed)\b/i

const code = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null

/** A tool that fails answers MCP's `isError`, in a call that succeeds. */
const isErrorResult = (span: Span): boolean => {
  const result = attribute(span.levels, 'result')
  if (typeof result !== 'string') return field(result, 'isError') === true
  return /^\s*\{/.test(result) && /"isError"\s*:\s*true\s*[,}]/.test(result) && /"content"\s*:\s*\[/.test(result)
}

export const outcomeOf = (span: Span, ended: boolean): Outcome => {
  const status = at(span.raw, 'status', 'code')
  const type = code(attribute(span.levels, 'errorType'))
  const failed = status === 2 || status === '2' || status === 'STATUS_CODE_ERROR' || type !== null
  if (!failed) return isErrorResult(span) ? 'error' : ended ? 'ok' : 'unknown'
  const errorCode = code(attribute(span.levels, 'errorCode'))
  const message = at(span.raw, 'status', 'message')
  const refused =
    [type, errorCode].some(text => text !== null && text.length <= 200 && REFUSED.test(text)) ||
    (typeof message === 'string' && REFUSAL.test(message.slice(0, 1_000)))
  return refused ? 'denied' : 'error'
}
