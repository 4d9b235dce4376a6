/**
 * One ExportTraceServiceRequest → its spans with their attributes, what each of them is, and its ancestors as far as
 * this record holds them. A span may come before its parent.
 */
import { field, isObject, type JsonObject, list, text } from './json.ts'
import { ATTRIBUTES, type AttributeName, MODEL_OPERATIONS } from './otlp-names.ts'
import { type AttributeMap, attributeMap, plainValue } from './otlp-value.ts'

export type SpanRole = 'tool' | 'agent' | 'model' | 'other'

export interface Span {
  readonly raw: JsonObject
  /** Attributes of span, scope and resource, in the order in which they count. */
  readonly levels: readonly AttributeMap[]
  readonly resource: AttributeMap
  /** Verbatim; null where it is missing or all zero. */
  readonly trace: string | null
  /** `trace:span` in lower-case hex where both are known: the span's identity. */
  readonly key: string | null
  readonly parentKey: string | null
  readonly role: SpanRole
  /** An MCP `tools/call` span. */
  readonly mcp: boolean
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

const hexOfBase64 = (id: string): string => {
  let bits = 0
  let pending = 0
  let hex = ''
  for (const character of id.replace(/=+$/, '')) {
    bits = (bits << 6) | BASE64.indexOf(character)
    pending += 6
    if (pending < 8) continue
    pending -= 8
    hex += ((bits >> pending) & 255).toString(16).padStart(2, '0')
    bits &= (1 << pending) - 1
  }
  return hex
}

/** Lower-case hex of an id that is written in hex or (by protobuf's own JSON mapping) in base64; null where it is none. */
const normalizeId = (id: unknown): string | null => {
  if (typeof id !== 'string' || id === '') return null
  const isBase64 = id.endsWith('=') && /^(?:[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{11}=)$/.test(id)
  const hex = isBase64 ? hexOfBase64(id) : id.toLowerCase()
  return /^0+$/.test(hex) ? null : hex
}

/** The first of these attributes that is there, on the span, else its scope, else its resource. */
export const attribute = (levels: readonly AttributeMap[], name: AttributeName): unknown => {
  for (const key of ATTRIBUTES[name]) {
    for (const level of levels) {
      if (level.has(key)) {
        const value = plainValue(level.get(key))
        if (value !== null) return value
      }
    }
  }
  return undefined
}

export const attributeText = (levels: readonly AttributeMap[], name: AttributeName): string | null =>
  text(attribute(levels, name))

const KINDS: ReadonlyMap<string, SpanRole> = new Map([
  ['tool', 'tool'],
  ['agent', 'agent'],
  ['llm', 'model'],
])

const roleOf = (levels: readonly AttributeMap[]): SpanRole => {
  const operation = attributeText(levels, 'operation')
  if (operation === 'execute_tool') return 'tool'
  if (operation === 'invoke_agent') return 'agent'
  if (operation !== null && MODEL_OPERATIONS.has(operation)) return 'model'
  const method = attributeText(levels, 'mcpMethod')
  if (method !== null) return method === 'tools/call' ? 'tool' : 'other'
  const vercel = attributeText(levels, 'vercelOperation')
  if (vercel !== null) return vercel === 'ai.toolCall' ? 'tool' : vercel.includes('.do') ? 'model' : 'other'
  const kind = attributeText(levels, 'kind')
  return (kind === null ? undefined : KINDS.get(kind.toLowerCase())) ?? 'other'
}

const spanOf = (raw: JsonObject, scope: AttributeMap, resource: AttributeMap): Span => {
  const levels = [attributeMap(field(raw, 'attributes')), scope, resource]
  const traceId = field(raw, 'traceId', 'trace_id')
  const trace = normalizeId(traceId)
  const span = normalizeId(field(raw, 'spanId', 'span_id'))
  const parent = normalizeId(field(raw, 'parentSpanId', 'parent_span_id'))
  return {
    raw,
    levels,
    resource,
    trace: trace === null ? null : text(traceId),
    key: trace === null || span === null ? null : `${trace}:${span}`,
    parentKey: trace === null || parent === null ? null : `${trace}:${parent}`,
    role: roleOf(levels),
    mcp: attributeText(levels, 'mcpMethod') === 'tools/call',
  }
}

/** Spans in the order of the record; `malformed` counts the entries that are no spans. */
export interface SpanRecord {
  readonly spans: readonly Span[]
  readonly malformed: number
  readonly byKey: ReadonlyMap<string, Span>
}

export const readSpans = (record: unknown): SpanRecord => {
  const spans: Span[] = []
  const byKey = new Map<string, Span>()
  let malformed = 0
  const resourceSpans = field(record, 'resourceSpans', 'resource_spans')
  if (!Array.isArray(resourceSpans)) return { spans, malformed: 1, byKey }
  for (const resourceSpan of resourceSpans) {
    const resource = attributeMap(field(field(resourceSpan, 'resource'), 'attributes'))
    const groups = field(resourceSpan, 'scopeSpans', 'scope_spans', 'instrumentationLibrarySpans')
    if (!isObject(resourceSpan) || !(groups === undefined || Array.isArray(groups))) malformed += 1
    for (const group of list(groups)) {
      const scope = attributeMap(field(field(group, 'scope', 'instrumentationLibrary'), 'attributes'))
      const members = field(group, 'spans')
      if (!isObject(group) || !(members === undefined || Array.isArray(members))) malformed += 1
      for (const raw of list(members)) {
        if (!isObject(raw)) {
          malformed += 1
          continue
        }
        const span = spanOf(raw, scope, resource)
        spans.push(span)
        if (span.key !== null && !byKey.has(span.key)) byKey.set(span.key, span)
      }
    }
  }
  return { spans, malformed, byKey }
}

/** Spans above one that a record can hold; deeper than any real trace, and a bound on parents that form a ring. */
export const ANCESTORS = 256

/** Nearest first. Stops where a parent is not in the record. */
export function* ancestors(span: Span, record: SpanRecord): Generator<Span> {
  let current: Span | undefined = span
  for (let step = 0; step < ANCESTORS; step += 1) {
    current = current.parentKey === null ? undefined : record.byKey.get(current.parentKey)
    if (current === undefined || current === span) return
    yield current
  }
}
