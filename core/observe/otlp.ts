/**
 * OpenTelemetry traces (OTLP/JSON ExportTraceServiceRequest with GenAI and MCP spans) → observations: each tool call
 * once, each user's request, each tool catalog. Everything opt-in may be missing: a call without recorded arguments is a
 * call whose arguments are `absent`.
 */
import { digest } from '../model/digest.ts'
import type { EvidenceItem } from '../model/evidence.ts'
import type { Observation, Outcome, TraceLink } from '../model/observation.ts'
import type { EvidenceSource } from '../model/source.ts'
import { admit, admitObservation, reject } from './admit.ts'
import { field, isObject } from './json.ts'
import { callArguments, callResult, outerSpan, toolName } from './otlp-call.ts'
import { catalogOf, type FactReader, factReader } from './otlp-facts.ts'
import { outcomeOf } from './otlp-outcome.ts'
import { newestRequest } from './otlp-request.ts'
import { ANCESTORS, ancestors, attribute, attributeText, readSpans, type Span, type SpanRecord } from './otlp-span.ts'
import { instanceOf, podOf, workloadOf } from './otlp-workload.ts'
import { resultLeaves } from './result-leaves.ts'
import { dayOf, microsOfNanos } from './time.ts'

const ID = 'otlp'

/** One record while it is decoded. */
interface Decoding {
  readonly record: SpanRecord
  readonly facts: FactReader
  /** Spans that tell of a call which another span above them stands for. */
  readonly inner: ReadonlyMap<Span, readonly Span[]>
  readonly repeated: ReadonlySet<Span>
}

const idOf = (span: Span): string => {
  if (span.key !== null) return span.key
  try {
    return digest(span.raw)
  } catch {
    return 'unidentified'
  }
}

const startOf = (span: Span) => microsOfNanos(field(span.raw, 'startTimeUnixNano', 'start_time_unix_nano'))

/** An end before its start is a clock's mistake: then it was not recorded. */
const endOf = (span: Span, start: number): number | null => {
  const end = microsOfNanos(field(span.raw, 'endTimeUnixNano', 'end_time_unix_nano'))
  return end === null || end < start ? null : end
}

const sessionOf = (span: Span, facts: FactReader): string | null =>
  facts.conversation(span) ??
  attributeText(span.levels, 'session') ??
  span.trace ??
  attributeText(span.levels, 'mcpSession')

const firstSeen = <T>(spans: readonly Span[], read: (span: Span) => T, isSeen: (value: T) => boolean): T | null => {
  for (const span of spans) {
    const value = read(span)
    if (isSeen(value)) return value
  }
  return null
}

const worse = (a: Outcome, b: Outcome): Outcome => {
  const order: readonly Outcome[] = ['unknown', 'ok', 'error', 'denied']
  return order.indexOf(a) >= order.indexOf(b) ? a : b
}

/** What the call's spans say of it together: the outermost first, the inner ones where it is silent. */
const callOf = (
  span: Span,
  inner: readonly Span[],
  start: number,
): Pick<Observation, 'values' | 'visibility' | 'result' | 'outcome' | 'end'> => {
  const spans = [span, ...inner]
  const flat = firstSeen(spans, callArguments, ({ visibility }) => visibility !== 'absent') ?? callArguments(span)
  const hasServer = flat.values.some(({ dimension }) => dimension === 'tool.server')
  const server = hasServer
    ? null
    : firstSeen(
        spans,
        each => attributeText(each.levels, 'server'),
        value => value !== null,
      )
  const end = endOf(span, start)
  return {
    values: server === null ? flat.values : [...flat.values, { dimension: 'tool.server', value: server }],
    visibility: flat.visibility,
    result: resultLeaves(firstSeen(spans, callResult, value => value !== undefined) ?? undefined),
    outcome: spans.map(each => outcomeOf(each, end !== null)).reduce(worse),
    end,
  }
}

const linkOf = (span: Span, session: string | null): { readonly link?: TraceLink } =>
  span.trace === null || span.key === null
    ? {}
    : { link: { trace: span.trace, span: span.key, parent: span.parentKey, sessionIsTrace: session === span.trace } }

const decodeCall = (span: Span, { facts, inner, repeated }: Decoding): EvidenceItem => {
  if (repeated.has(span)) return reject('not-behavior', 'the span above tells of the same call')
  const action = toolName(span)
  if (action === null) return reject('missing-field', 'a tool call has no `gen_ai.tool.name`')
  const start = startOf(span)
  if (start === null) return reject('invalid-time', '`startTimeUnixNano` is no time')
  const workload = workloadOf(span.levels)
  if (workload === null) return reject('unattributed', 'the record names neither an owner in Kubernetes nor a service')
  const session = sessionOf(span, facts)
  return admitObservation({
    id: idOf(span),
    source: ID,
    workload,
    session,
    witness: session ?? `${instanceOf(span.levels)}/${dayOf(start)}`,
    substrate: 'tool',
    action,
    start,
    ...callOf(span, inner.get(span) ?? [], start),
    facts: facts.facts(span),
    ...podOf(span.levels),
    ...linkOf(span, session),
  })
}

/**
 * INVARIANT: what an agent wrote is never a request. A run below another agent's span is a sub-agent's: an agent wrote
 * its messages.
 */
const isRootRun = (span: Span, record: SpanRecord): boolean => {
  let above = 0
  for (const ancestor of ancestors(span, record)) {
    above += 1
    if (ancestor.role !== 'other') return false
  }
  // As many ancestors as are followed: what is above them is not known.
  return above < ANCESTORS
}

const decodeRequest = (span: Span, { record, facts }: Decoding): EvidenceItem | null => {
  if (span.role !== 'agent' || !isRootRun(span, record)) return null
  const text = newestRequest(attribute(span.levels, 'messages'))
  const session = sessionOf(span, facts)
  if (text === null || session === null) return null
  const start = startOf(span)
  if (start === null) return reject('invalid-time', '`startTimeUnixNano` is no time')
  const workload = workloadOf(span.levels)
  if (workload === null) return reject('unattributed', 'the record names neither an owner in Kubernetes nor a service')
  return admit({
    kind: 'request',
    id: `${idOf(span)}/request`,
    source: ID,
    workload,
    session,
    start,
    text,
    facts: facts.facts(span),
    end: endOf(span, start),
    ...linkOf(span, session),
  })
}

const decodeCatalog = (span: Span): EvidenceItem | null => {
  const tools = catalogOf(span)
  const workload = tools.length === 0 ? null : workloadOf(span.levels)
  const start = startOf(span)
  if (workload === null || start === null) return null
  return admit({ kind: 'catalog', id: `${idOf(span)}/catalog`, source: ID, workload, start, tools })
}

const decodeSpan = (span: Span, decoding: Decoding): readonly EvidenceItem[] => {
  const items = [
    span.role === 'tool' ? decodeCall(span, decoding) : decodeRequest(span, decoding),
    decodeCatalog(span),
  ].filter(item => item !== null)
  return items.length > 0 ? items : [reject('not-behavior', 'the span is no tool call')]
}

const decodingOf = (record: SpanRecord): Decoding => {
  const inner = new Map<Span, Span[]>()
  const repeated = new Set<Span>()
  const outers = new Map<Span, Span>()
  for (const span of record.spans) {
    const outer = span.role === 'tool' ? outerSpan(span, record) : null
    if (outer !== null) outers.set(span, outer)
  }
  for (const span of outers.keys()) {
    let outermost = span
    for (let steps = 0; steps < ANCESTORS && outers.has(outermost); steps += 1) {
      outermost = outers.get(outermost) ?? outermost
    }
    // Spans that are each other's parents have no outermost one: each is taken for a call.
    if (outers.has(outermost)) continue
    repeated.add(span)
    const known = inner.get(outermost)
    if (known === undefined) inner.set(outermost, [span])
    else known.push(span)
  }
  return { record, facts: factReader(record), inner, repeated }
}

const decode = (raw: unknown): readonly EvidenceItem[] => {
  const record = readSpans(raw)
  const decoding = decodingOf(record)
  const items = record.spans.flatMap(span => decodeSpan(span, decoding))
  for (let count = 0; count < record.malformed; count += 1) {
    items.push(reject('wrong-type', 'a part of the trace is not of the OTLP form'))
  }
  return items.length > 0 ? items : [reject('not-behavior', 'the record holds no span')]
}

export const otlpSource: EvidenceSource = {
  id: ID,
  summary: 'OpenTelemetry traces in OTLP/JSON, with GenAI and MCP semantic conventions',
  sees: ['tool'],
  blindTo: [
    'calls that the instrumentation does not trace, or that sampling left out',
    'arguments, results and messages where the instrumentation was not told to record them',
    'that a call of the agent and a call of the MCP server are one, where they are not spans of one trace',
    'who began an agent run, where its trace holds neither the run nor the call around it',
    'what a tool does beyond its call: processes, files and connections',
    'records that were lost on their way: nothing numbers or counts them',
  ],
  recognizes: record =>
    isObject(record) && (Object.hasOwn(record, 'resourceSpans') || Object.hasOwn(record, 'resource_spans')),
  decode,
}
