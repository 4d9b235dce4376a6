/** What a tool span says of the call: name, arguments, result; and which spans tell of one and the same call. */
import type { DimensionValue } from '../model/observation.ts'
import { type FlatArguments, flattenRecorded } from './flatten.ts'
import { field, isObject, text } from './json.ts'
import { ancestors, attribute, attributeText, type Span, type SpanRecord } from './otlp-span.ts'

const NAMED = /^(?:execute_tool|tools\/call) (.+)$/s

export const toolName = (span: Span): string | null => {
  const name = attributeText(span.levels, 'toolName')
  if (name !== null) return name
  const spanName = text(field(span.raw, 'name'))
  const conventional = NAMED.exec(spanName ?? '')?.[1]
  if (conventional !== undefined) return conventional
  // OpenInference and OpenLLMetry name the span after the tool.
  return attributeText(span.levels, 'kind') === null ? null : (spanName?.replace(/\.tool$/, '') ?? null)
}

/** OpenLLMetry wraps arguments in what its decorators saw. */
const unwrapped = (value: unknown): unknown => {
  let wrapper = value
  if (typeof value === 'string') {
    try {
      wrapper = JSON.parse(value)
    } catch {
      return value
    }
  }
  if (!isObject(wrapper)) return value
  if ('input_str' in wrapper && isObject(wrapper.inputs)) return wrapper.inputs
  const positional = wrapper.args
  return isObject(wrapper.kwargs) && Array.isArray(positional) && positional.length === 0 ? wrapper.kwargs : value
}

const serverOf = (span: Span): readonly DimensionValue[] => {
  const server = attributeText(span.levels, 'server')
  return server === null ? [] : [{ dimension: 'tool.server', value: server }]
}

export const callArguments = (span: Span): FlatArguments => {
  const recorded = attribute(span.levels, 'arguments')
  const isWrapped = recorded !== undefined && attributeText(span.levels, 'kind') !== null
  const flat = flattenRecorded(isWrapped ? unwrapped(recorded) : recorded)
  return { ...flat, values: [...flat.values, ...serverOf(span)] }
}

export const callResult = (span: Span): unknown => attribute(span.levels, 'result')

/** `read_file`, and `mcp__fs__read_file` as agents name an MCP server's tool. */
const isNamedAfter = (outer: string, inner: string): boolean =>
  outer === inner || (outer.endsWith(inner) && /[_./:-]/.test(outer.charAt(outer.length - inner.length - 1)))

/**
 * The tool span above this one that tells of the same call, or null. INVARIANT: one call is one observation. An agent's
 * `execute_tool` span, the MCP client's `tools/call` below it and the MCP server's below that are one call; so are two
 * spans with the same call id. An agent span between them makes two calls of them.
 */
export const outerSpan = (span: Span, record: SpanRecord): Span | null => {
  const name = toolName(span)
  if (name === null) return null
  for (const ancestor of ancestors(span, record)) {
    if (ancestor.role === 'agent') return null
    if (ancestor.role !== 'tool') continue
    const call = attributeText(span.levels, 'toolCall')
    const sameCall = call !== null && call === attributeText(ancestor.levels, 'toolCall')
    const outer = toolName(ancestor)
    return outer !== null && (sameCall || (span.mcp && isNamedAfter(outer, name))) ? ancestor : null
  }
  return null
}
