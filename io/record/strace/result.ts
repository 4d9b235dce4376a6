/** The end of a syscall's line → how it ended: a value, an error name, or neither where the process ended in it. */
import type { Outcome } from '../../../core/model/observation.ts'

export interface SyscallResult {
  /** As printed: `3</etc/hosts>`, `0`, `-1`; `?` where there was none. */
  readonly value: string
  readonly error: string | null
}

export const parseResult = (rest: string): SyscallResult | null => {
  const match = /^\s*= (\?|-?[\w]+(?:<.*>)?)(?: (E[A-Z0-9]+))?/s.exec(rest)
  if (match === null) return null
  return { value: match[1] ?? '?', error: match[2] ?? null }
}

/** Errors by which a call tells that it goes on in the background. */
const UNDER_WAY = new Set(['EINPROGRESS', 'EALREADY', 'EINTR', 'EAGAIN'])

export const outcomeOf = (result: SyscallResult): Outcome => {
  if (result.error === null) return result.value === '?' ? 'unknown' : 'ok'
  if (result.error === 'EACCES' || result.error === 'EPERM') return 'denied'
  return UNDER_WAY.has(result.error) || result.error.startsWith('ERESTART') ? 'unknown' : 'error'
}
