/** Why a request, or one of its evaluations, is not answered: an HTTP status and a line for the caller's log. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 429 | 500 | 503
  readonly message: string
  /** Methods that would be answered, where this one is not. */
  readonly allow?: string
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal }

export const got = <T>(value: T): Result<T> => ({ ok: true, value })
export const refuse = (status: Refusal['status'], message: string): Result<never> => ({
  ok: false,
  refusal: { status, message },
})
