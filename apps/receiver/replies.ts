/** What came of a request → status, headers and bytes, in the words of whoever asked: OTLP's own messages, or plain JSON. */
import { jsonText } from '../../io/json-text.ts'
import { OTLP_CONTENT_TYPES, type OtlpFormat, statusResponse, traceResponse } from '../../io/otlp/answers.ts'
import type { Refused } from './refused.ts'
import { type Tally, unexpected } from './tally.ts'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
}

/** `protobuf` and `json` are OTLP's; null: plain JSON. */
export type Speech = OtlpFormat | null

export const textReply = (status: number, type: string, body: string): Reply => ({
  status,
  headers: { 'content-type': type },
  body,
})

export const jsonReply = (status: number, value: unknown): Reply =>
  textReply(status, 'application/json', jsonText(value))

export const errorReply = (
  speech: Speech,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply =>
  speech === null
    ? { ...jsonReply(status, { message }), headers: { 'content-type': 'application/json', ...headers } }
    : {
        status,
        headers: { 'content-type': OTLP_CONTENT_TYPES[speech], ...headers },
        body: statusResponse(speech, status, message),
      }

export const refusedReply = (speech: Speech, { status, message, retryAfter }: Refused): Reply =>
  errorReply(speech, status, message, {
    ...(retryAfter === null ? {} : { 'retry-after': String(retryAfter) }),
    // What would be taken instead, RFC 7694.
    ...(status === 415 ? { 'accept-encoding': 'gzip' } : {}),
  })

export const takenReply = (speech: Speech, tally: Tally): Reply => {
  if (speech === null) return jsonReply(200, { received: tally.received, rejected: Object.fromEntries(tally.rejected) })
  const { count, why } = unexpected(tally)
  return {
    status: 200,
    headers: { 'content-type': OTLP_CONTENT_TYPES[speech] },
    body: traceResponse(speech, count, why),
  }
}
