/** Path and headers of a request → what its body holds, or why that is not taken here. */
import type { IncomingHttpHeaders } from 'node:http'
import type { OtlpFormat } from '../../io/otlp/answers.ts'
import { refused, type Taken, taken } from './refused.ts'

export interface Media {
  readonly format: OtlpFormat | 'records'
  readonly gzip: boolean
}

const OTLP: ReadonlyMap<string, OtlpFormat> = new Map([
  ['application/x-protobuf', 'protobuf'],
  ['application/json', 'json'],
])

/** Sensors and their forwarders name JSON in many ways, or not at all; what the body is shows when it is read. */
const RECORDS: ReadonlySet<string> = new Set([
  '',
  'application/json',
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
  'application/stream+json',
  'application/cloudevents+json',
  'application/octet-stream',
  'text/plain',
])

const contentTypeOf = (headers: IncomingHttpHeaders): string =>
  (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** What an OTLP client is answered in, also where its request is refused. */
export const otlpFormatOf = (headers: IncomingHttpHeaders): OtlpFormat => OTLP.get(contentTypeOf(headers)) ?? 'json'

export const mediaOf = (headers: IncomingHttpHeaders, isOtlp: boolean): Taken<Media> => {
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (!['identity', 'gzip', 'x-gzip', ''].includes(encoding))
    return refused(415, 'media-type', 'the body is compressed in another way than gzip')
  const gzip = encoding === 'gzip' || encoding === 'x-gzip'
  const type = contentTypeOf(headers)
  if (!isOtlp)
    return RECORDS.has(type)
      ? taken({ format: 'records', gzip })
      : refused(415, 'media-type', 'the content type is not application/json or application/x-ndjson')
  const format = OTLP.get(type)
  return format === undefined
    ? refused(415, 'media-type', 'the content type is not application/x-protobuf or application/json')
    : taken({ format, gzip })
}
