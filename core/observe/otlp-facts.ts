/** What a record says the agent was made of. Each fact: the span's own, else its nearest ancestor's, else its trace's only one. */
import { digest, digestText } from '../model/digest.ts'
import type { RevisionFacts } from '../model/observation.ts'
import type { ToolDeclaration } from '../model/tool-declaration.ts'
import { list, text } from './json.ts'
import { ancestors, attribute, attributeText, type Span, type SpanRecord } from './otlp-span.ts'
import type { AttributeMap } from './otlp-value.ts'
import { toolDeclarations } from './tool-catalog.ts'

const definitionsOf = (span: Span): readonly unknown[] => {
  const value = attribute(span.levels, 'definitions')
  if (typeof value !== 'string') return list(value)
  try {
    return list(JSON.parse(value))
  } catch {
    return []
  }
}

/** The tools that a span says the agent was offered; empty where it does not say. */
export const catalogOf = (span: Span): readonly ToolDeclaration[] => {
  const definitions = definitionsOf(span).map(tool => (typeof tool === 'string' ? safeParse(tool) : tool))
  return definitions.length === 0 ? [] : toolDeclarations(definitions, attributeText(span.levels, 'server'))
}

const safeParse = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}

const promptOf = (levels: readonly AttributeMap[]): string | null => {
  const named = attributeText(levels, 'promptDigest')
  if (named !== null) return named
  const template = attributeText(levels, 'promptTemplate')
  return template === null ? null : digestText(template)
}

const imageOf = (levels: readonly AttributeMap[]): string | null => {
  const digests = attribute(levels, 'imageDigests')
  const digested =
    attributeText(levels, 'manifestDigest') ??
    text(list(digests)[0]) ??
    text(digests) ??
    attributeText(levels, 'imageId')
  if (digested !== null) return digested
  const tags = attribute(levels, 'imageTags')
  const [name, tag] = [attributeText(levels, 'imageName'), text(list(tags)[0]) ?? text(tags)]
  if (name !== null) return tag === null ? name : `${name}:${tag}`
  const [service, version] = [attributeText(levels, 'serviceName'), attributeText(levels, 'serviceVersion')]
  return service === null || version === null ? null : `${service}@${version}`
}

type Read = (span: Span) => string | null

const READERS = {
  conversation: (span: Span) => attributeText(span.levels, 'conversation'),
  model: (span: Span) => attributeText(span.levels, 'model'),
  prompt: (span: Span) => promptOf(span.levels),
  catalog: (span: Span) => {
    const tools = catalogOf(span)
    return tools.length === 0 ? null : digest(tools)
  },
} as const satisfies Readonly<Record<string, Read>>

/** Facts of the spans of one record; each span's own are read once. */
export interface FactReader {
  conversation(span: Span): string | null
  facts(span: Span): RevisionFacts
}

export const factReader = (record: SpanRecord): FactReader => {
  const own = new Map<Read, Map<Span, string | null>>()
  const only = new Map<Read, Map<string, string | null>>()
  const images = new Map<AttributeMap, string | null>()

  const ownFact = (span: Span, read: Read): string | null => {
    const known = own.get(read) ?? new Map<Span, string | null>()
    own.set(read, known)
    const cached = known.get(span)
    if (cached !== undefined) return cached
    const value = read(span)
    known.set(span, value)
    return value
  }

  /** By trace: the value that all spans agree on which have one. */
  const onlyFacts = (read: Read): Map<string, string | null> => {
    const cached = only.get(read)
    if (cached !== undefined) return cached
    const found = new Map<string, string | null>()
    for (const span of record.spans) {
      const value = ownFact(span, read)
      if (span.trace === null || value === null) continue
      const known = found.get(span.trace)
      found.set(span.trace, known === undefined || known === value ? value : null)
    }
    only.set(read, found)
    return found
  }

  const fact = (span: Span, read: Read): string | null => {
    const value = ownFact(span, read)
    if (value !== null) return value
    for (const ancestor of ancestors(span, record)) {
      const inherited = ownFact(ancestor, read)
      if (inherited !== null) return inherited
    }
    return span.trace === null ? null : (onlyFacts(read).get(span.trace) ?? null)
  }

  const image = (span: Span): string | null => {
    const cached = images.get(span.resource)
    if (cached !== undefined) return cached
    const value = imageOf([span.resource])
    images.set(span.resource, value)
    return value
  }

  return {
    conversation: span => fact(span, READERS.conversation),
    facts: span => ({
      model: fact(span, READERS.model),
      prompt: fact(span, READERS.prompt),
      catalog: fact(span, READERS.catalog),
      image: imageOf(span.levels.slice(0, 2)) ?? image(span),
      identity: null,
    }),
  }
}
