/** A body and what it holds → what the sources make of it. Decoders are total; what is bounded here is what it costs to try. */

import type { SourceOptions } from '../../core/model/source.ts'
import { decodeRecord, UNRECOGNIZED } from '../../core/pipeline.ts'
import { createSplitter } from '../../io/evidence/split-records.ts'
import { decodeTraces } from '../../io/otlp/decode-traces.ts'
import type { Decoded } from '../../io/store/decoded.ts'
import { jsonSize } from './json-size.ts'
import type { Media } from './media.ts'
import { refused, type Taken, taken } from './refused.ts'

export interface RecordLimits {
  /** Values and messages in one body: each becomes an object. */
  readonly messages: number
  /** Spans, or records, of one body. */
  readonly items: number
}

/** Deeper than any sensor writes; what the decoders read of values is bounded by themselves. */
const MAX_DEPTH = 1_024
const OTLP = 'otlp'

const tooMany = (limit: number, what: string): Taken<never> =>
  refused(413, 'too-large', `the body holds more than ${limit} ${what}: make batches smaller`)
const malformed = (why: string): Taken<never> => refused(400, 'malformed', why)

const sizeProblem = (bytes: Buffer, limits: RecordLimits): Taken<never> | null => {
  const { values, depth } = jsonSize(bytes)
  if (values > limits.messages) return tooMany(limits.messages, 'values')
  return depth > MAX_DEPTH ? malformed(`the body nests deeper than ${MAX_DEPTH} levels`) : null
}

const parsed = (bytes: Buffer): { readonly value: unknown } | null => {
  try {
    return { value: JSON.parse(bytes.toString('utf8')) }
  } catch {
    return null
  }
}

const traceRecord = (bytes: Buffer, format: Media['format'], limits: RecordLimits): Taken<unknown> => {
  if (format === 'protobuf') {
    const traces = decodeTraces(bytes, limits.messages)
    if (traces.ok) return taken(traces.record)
    return traces.because === 'too-large'
      ? tooMany(limits.messages, 'messages')
      : malformed('the body is no ExportTraceServiceRequest')
  }
  const problem = sizeProblem(bytes, limits)
  if (problem !== null) return problem
  const json = parsed(bytes)
  if (json === null) return malformed('the body is not JSON')
  return taken(json.value)
}

const isEmpty = (record: unknown): boolean =>
  typeof record === 'object' && record !== null && !Array.isArray(record) && Object.keys(record).length === 0

const traceRecords = (
  bytes: Buffer,
  format: Media['format'],
  options: SourceOptions,
  limits: RecordLimits,
): Taken<readonly Decoded[]> => {
  const record = traceRecord(bytes, format, limits)
  if (!record.ok) return record
  if (isEmpty(record.value)) return taken([])
  // A request of another kind is nobody's evidence: this path takes one format.
  const { source, items } = decodeRecord(record.value, { ...options, source: null })
  if (source !== OTLP) return malformed('the body is no ExportTraceServiceRequest')
  return taken([{ source, items }])
}

const jsonRecords = (
  bytes: Buffer,
  forced: string | null,
  options: SourceOptions,
  limits: RecordLimits,
): Taken<readonly Decoded[]> => {
  const problem = sizeProblem(bytes, limits)
  if (problem !== null) return problem
  const splitter = createSplitter()
  const lines = bytes.toString('utf8').split('\n')
  const rest = lines.pop() ?? ''
  const splits = [...lines.flatMap(line => splitter.add(line)), ...splitter.end(rest, null)]
  if (splits.length > 0 && splits.every(split => 'problem' in split)) return malformed('nothing of the body is JSON')
  return taken(
    splits.map(split =>
      'problem' in split
        ? {
            source: forced ?? UNRECOGNIZED,
            items: [{ kind: 'rejected', reason: split.problem, detail: split.detail }],
          }
        : decodeRecord(split.record, { ...options, source: forced }),
    ),
  )
}

/** `forced`: the id of the source to read records by; null: each is recognized. */
export const recordsOf = (
  bytes: Buffer,
  format: Media['format'],
  forced: string | null,
  options: SourceOptions,
  limits: RecordLimits,
): Taken<readonly Decoded[]> => {
  const records =
    format === 'records' ? jsonRecords(bytes, forced, options, limits) : traceRecords(bytes, format, options, limits)
  if (!records.ok) return records
  const items = records.value.reduce((sum, record) => sum + record.items.length, 0)
  return items > limits.items ? tooMany(limits.items, 'spans or records') : records
}
