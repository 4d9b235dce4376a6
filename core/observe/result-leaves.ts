/**
 * A tool's result, as text or structure → the leaves that later calls are compared with. JSON, Python literals, MCP
 * content and printed YAML are read; anything else is ONE leaf with the whole text, since lines of free text that
 * somebody else wrote must not look like fields. No text is ever dropped unseen: what is cut off or beyond the bounds is
 * kept as a leaf that ends in `…` and so is no value's whole, because what was said must stay visible as prose.
 */
import type { ResultLeaf } from '../model/observation.ts'
import { isObject, list } from './json.ts'
import { isDataKey, isNumber, numberText } from './leaf.ts'
import { literalLeaves } from './literal-leaves.ts'
import { below } from './path-segment.ts'
import { beginning } from './shorten.ts'
import { yamlLeaves } from './yaml-leaves.ts'

/** Leaves of one result. */
export const RESULT_LEAVES = 2_000
/** UTF-16 units of one result; a longer one becomes a single leaf of just more than that, which says that it overflowed. */
export const RESULT_CHARACTERS = 262_144
const DEPTH = 32

/** The text, or its beginning where it is longer than a result may be. */
const whole = (text: string): ResultLeaf => ({
  path: '',
  text: text.length > RESULT_CHARACTERS ? `${beginning(text, RESULT_CHARACTERS)}…` : text,
})

const leavesOfText = (text: string): readonly ResultLeaf[] => {
  if (text === '') return []
  if (text.length > RESULT_CHARACTERS) return [whole(text)]
  const read = literalLeaves(text, RESULT_LEAVES) ?? yamlLeaves(text, RESULT_LEAVES)
  if (read === null) return [{ path: '', text: isNumber(text) ? numberText(text) : text }]
  const rest = read.rest === null ? '' : text.slice(read.rest).trim()
  return rest === '' ? read.leaves : [...read.leaves, { path: '', text: `${rest}…` }]
}

/** False once there are too many. */
const collect = (value: unknown, path: string, depth: number, into: ResultLeaf[]): boolean => {
  if (value === null || value === undefined || value === '') return true
  if (into.length >= RESULT_LEAVES || depth > DEPTH) return false
  if (Array.isArray(value)) return value.every(element => collect(element, `${path}[]`, depth + 1, into))
  if (!isObject(value)) {
    into.push({ path, text: String(value) })
    return true
  }
  for (const key of Object.keys(value)) {
    if (into.length >= RESULT_LEAVES) return false
    if (isDataKey(key)) into.push({ path, text: key })
    if (!collect(value[key], below(path, key), depth + 1, into)) return false
  }
  return true
}

const jsonText = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    // Nested deeper than the engine's stack: it cannot be written, and its size says that it overflowed.
    return '…'.repeat(RESULT_CHARACTERS + 1)
  }
}

const leavesOfStructure = (value: unknown): readonly ResultLeaf[] => {
  const leaves: ResultLeaf[] = []
  if (collect(value, '', 0, leaves) && leaves.reduce((sum, leaf) => sum + leaf.text.length, 0) <= RESULT_CHARACTERS) {
    return leaves
  }
  return [whole(jsonText(value))]
}

/** One part of an MCP result: text is read as text, everything else (links, resources) as structure. */
const leavesOfPart = (part: unknown): readonly ResultLeaf[] =>
  isObject(part) && part.type === 'text' && typeof part.text === 'string'
    ? leavesOfText(part.text)
    : leavesOfStructure(part)

const isContent = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every(part => isObject(part) && (part.type === 'text' ? typeof part.text === 'string' : 'type' in part)) &&
  value.some(part => part.type === 'text')

/** The bound holds over all parts; beyond it, what is left becomes one leaf. What a reader of texts adds at most is in it. */
export const bounded = (leaves: readonly ResultLeaf[]): readonly ResultLeaf[] =>
  leaves.length <= RESULT_LEAVES + 1 && leaves.reduce((sum, leaf) => sum + leaf.text.length, 0) <= RESULT_CHARACTERS
    ? leaves
    : [whole(`${leaves.map(leaf => leaf.text).join('\n')}…`)]

/** Leaves of a structured result: MCP's content (and structured content), else every leaf. */
const leavesOfValue = (value: unknown): readonly ResultLeaf[] => {
  if (isContent(value)) return bounded(value.flatMap(leavesOfPart))
  if (isObject(value) && isContent(value.content)) {
    return bounded([...leavesOfStructure(value.structuredContent), ...list(value.content).flatMap(leavesOfPart)])
  }
  return leavesOfStructure(value)
}

/** JSON text of MCP content is unwrapped, whatever carried it. */
const unwrapped = (text: string): unknown => {
  if (!/^\s*[{[]/.test(text) || !/"type"\s*:\s*"text"/.test(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isContent(value) || (isObject(value) && isContent(value.content)) ? value : undefined
  } catch {
    return undefined
  }
}

/** Null where no result was recorded; empty where it was, and said nothing. */
export const resultLeaves = (result: unknown): readonly ResultLeaf[] | null => {
  if (result === undefined || result === null) return null
  if (typeof result !== 'string') return leavesOfValue(result)
  const content = unwrapped(result)
  return content === undefined ? leavesOfText(result) : leavesOfValue(content)
}
