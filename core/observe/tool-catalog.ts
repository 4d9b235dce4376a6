/**
 * Tool definitions as protocols write them (MCP `tools/list`, OpenAI functions, GenAI `gen_ai.tool.definitions`) →
 * {@link ToolDeclaration}: what changes meaning, in the same dimension names as the calls. Descriptions are left out:
 * a reworded description is not a changed parameter.
 */
import type { ParameterDeclaration, ToolDeclaration } from '../model/tool-declaration.ts'
import { at, field, isObject, list, text } from './json.ts'
import { below } from './path-segment.ts'

const DEPTH = 8
const PARAMETERS = 1_000
/** Of one catalog; what comes after them is not read. */
export const CATALOG_TOOLS = 2_000

const flag = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null)

/** The type that is not `null`: `["string","null"]` and `anyOf` with null are how schemas say optional. */
const schemaOf = (schema: unknown): unknown => {
  const options = list(field(schema, 'anyOf', 'oneOf')).filter(option => field(option, 'type') !== 'null')
  return options.length === 1 ? options[0] : schema
}

const typeOf = (schema: unknown): string | null => {
  const type = field(schema, 'type')
  if (typeof type === 'string') return type
  const named = list(type).filter(option => typeof option === 'string' && option !== 'null')
  return named.length === 1 ? text(named[0]) : null
}

const collect = (raw: unknown, path: string, required: boolean, depth: number, into: ParameterDeclaration[]): void => {
  if (depth > DEPTH || into.length >= PARAMETERS) return
  const schema = schemaOf(raw)
  const properties = field(schema, 'properties')
  if (isObject(properties)) {
    const names = new Set(list(field(schema, 'required')))
    for (const key of Object.keys(properties)) {
      collect(properties[key], below(path, key), required && names.has(key), depth + 1, into)
    }
    return
  }
  const items = field(schema, 'items')
  if (items !== undefined) {
    // An array may be empty, so nothing below it is required.
    collect(items, `${path}[]`, false, depth + 1, into)
    return
  }
  if (path === '') return
  const choices = field(schema, 'enum')
  into.push({
    dimension: `tool.args.${path}`,
    type: typeOf(schema),
    format: text(field(schema, 'format')),
    values: Array.isArray(choices) ? choices.filter(isScalar).map(String) : null,
    required,
  })
}

const isScalar = (value: unknown): boolean => typeof value !== 'object' && value !== undefined

const byDimension = (a: ParameterDeclaration, b: ParameterDeclaration): number =>
  a.dimension < b.dimension ? -1 : a.dimension > b.dimension ? 1 : 0

/** One definition, or null where it has no name. */
const declaration = (raw: unknown, server: string | null): ToolDeclaration | null => {
  const inner = field(raw, 'function') ?? raw
  const name = text(field(inner, 'name'))
  if (name === null) return null
  const parameters: ParameterDeclaration[] = []
  collect(field(inner, 'inputSchema', 'input_schema', 'parameters'), '', true, 0, parameters)
  return {
    name,
    server,
    readOnly: flag(at(inner, 'annotations', 'readOnlyHint')),
    destructive: flag(at(inner, 'annotations', 'destructiveHint')),
    openWorld: flag(at(inner, 'annotations', 'openWorldHint')),
    parameters: parameters.sort(byDimension),
  }
}

/** Sorted by name; definitions without a name are left out. */
export const toolDeclarations = (raw: readonly unknown[], server: string | null): readonly ToolDeclaration[] =>
  raw
    .slice(0, CATALOG_TOOLS)
    .map(tool => declaration(tool, server))
    .filter(tool => tool !== null)
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
