/**
 * The messages of `opentelemetry.proto.collector.trace.v1`, as far as a trace request reaches: field numbers → the names that
 * OTLP/JSON has for them. Numbers are never reused in a stable OTLP, so this table does not age; unknown fields are skipped.
 */

/** How a field is written on the wire, and what OTLP/JSON makes of it. */
export type Scalar = 'text' | 'hex' | 'base64' | 'uint32' | 'int64' | 'fixed32' | 'fixed64' | 'double' | 'bool'

export type Field =
  | { readonly name: string; readonly scalar: Scalar }
  | { readonly name: string; readonly message: Message; readonly repeated: boolean }

export interface Message {
  /** By number. */
  readonly fields: ReadonlyMap<number, Field>
  /** Of several fields only the last one that is written counts. */
  readonly oneOf: boolean
  /** What it is before anything of it is read. */
  readonly empty: () => Record<string, unknown>
}

const scalar = (name: string, kind: Scalar): Field => ({ name, scalar: kind })
const one = (name: string, message: Message): Field => ({ name, message, repeated: false })
const many = (name: string, message: Message): Field => ({ name, message, repeated: true })

const message = (fields: Readonly<Record<number, Field>>): Message => ({
  fields: new Map(Object.entries(fields).map(([number, field]) => [Number(number), field])),
  oneOf: false,
  empty: () => ({}),
})

// A value holds lists and maps of values: the ring is closed below.
const valueFields = new Map<number, Field>()
const anyValue: Message = { fields: valueFields, oneOf: true, empty: () => ({}) }
const keyValue: Message = {
  ...message({ 1: scalar('key', 'text'), 2: one('value', anyValue) }),
  empty: () => ({ key: '' }),
}
for (const [number, field] of [
  scalar('stringValue', 'text'),
  scalar('boolValue', 'bool'),
  scalar('intValue', 'int64'),
  scalar('doubleValue', 'double'),
  one('arrayValue', message({ 1: many('values', anyValue) })),
  one('kvlistValue', message({ 1: many('values', keyValue) })),
  scalar('bytesValue', 'base64'),
].entries())
  valueFields.set(number + 1, field)

const attributes = many('attributes', keyValue)
const dropped = scalar('droppedAttributesCount', 'uint32')

const span = message({
  1: scalar('traceId', 'hex'),
  2: scalar('spanId', 'hex'),
  3: scalar('traceState', 'text'),
  4: scalar('parentSpanId', 'hex'),
  5: scalar('name', 'text'),
  6: scalar('kind', 'uint32'),
  7: scalar('startTimeUnixNano', 'fixed64'),
  8: scalar('endTimeUnixNano', 'fixed64'),
  9: attributes,
  10: dropped,
  11: many(
    'events',
    message({ 1: scalar('timeUnixNano', 'fixed64'), 2: scalar('name', 'text'), 3: attributes, 4: dropped }),
  ),
  12: scalar('droppedEventsCount', 'uint32'),
  13: many(
    'links',
    message({
      1: scalar('traceId', 'hex'),
      2: scalar('spanId', 'hex'),
      3: scalar('traceState', 'text'),
      4: attributes,
      5: dropped,
      6: scalar('flags', 'fixed32'),
    }),
  ),
  14: scalar('droppedLinksCount', 'uint32'),
  15: one('status', message({ 2: scalar('message', 'text'), 3: scalar('code', 'uint32') })),
  16: scalar('flags', 'fixed32'),
})

const scope = message({ 1: scalar('name', 'text'), 2: scalar('version', 'text'), 3: attributes, 4: dropped })

export const TRACE_REQUEST: Message = message({
  1: many(
    'resourceSpans',
    message({
      1: one('resource', message({ 1: attributes, 2: dropped })),
      2: many(
        'scopeSpans',
        message({ 1: one('scope', scope), 2: many('spans', span), 3: scalar('schemaUrl', 'text') }),
      ),
      3: scalar('schemaUrl', 'text'),
    }),
  ),
})
