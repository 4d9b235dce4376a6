/** Why a request with evidence is not taken: a code from this table, an HTTP status, and when to come back. */

export const REFUSED = {
  'media-type': 'its content type or encoding is not taken here',
  'too-large': 'it is larger than a request may be',
  malformed: 'it is not what its content type says',
  interrupted: 'it ended before it was whole',
  'rate-limited': 'its token sends more requests than it may',
  'over-capacity': 'more came at once than is taken at once',
  'not-stored': 'the store could not write it, or not in time',
  failed: 'the receiver failed on it',
  closing: 'the receiver was about to end',
} as const
export type RefusedCode = keyof typeof REFUSED

export interface Refused {
  readonly status: 400 | 413 | 415 | 429 | 500 | 503
  readonly code: RefusedCode
  readonly message: string
  /** Seconds; null: sent again it would be refused again. */
  readonly retryAfter: number | null
}

export type Taken<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refused: Refused }

export const taken = <T>(value: T): Taken<T> => ({ ok: true, value })

export const refused = (status: 400 | 413 | 415 | 500, code: RefusedCode, message: string): Taken<never> => ({
  ok: false,
  refused: { status, code, message, retryAfter: null },
})

/** What may be sent again, and counts once whenever it arrives. */
export const refusedForNow = (
  status: 429 | 503,
  code: RefusedCode,
  message: string,
  retryAfter: number,
): Taken<never> => ({ ok: false, refused: { status, code, message, retryAfter } })
