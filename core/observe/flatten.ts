/**
 * A tool call's arguments → one `tool.args.<path>` value per leaf. Nulls and empty containers are absent arguments.
 * Bounded: what is nested deeper than {@link DEPTH} becomes one leaf with its JSON text; a call with more than
 * {@link LEAVES} leaves keeps none of them and counts as malformed, since a part of a call must not look like the call.
 */
import { canonicalJson } from '../model/canonical.ts'
import type { DimensionValue, Visibility } from '../model/observation.ts'
import { isObject } from './json.ts'
import { below } from './path-segment.ts'
import { shorten } from './shorten.ts'

const DEPTH = 32
export const LEAVES = 10_000

export interface FlatArguments {
  readonly values: readonly DimensionValue[]
  readonly visibility: Visibility
}

const ABSENT: FlatArguments = { values: [], visibility: 'absent' }
const MALFORMED: FlatArguments = { values: [], visibility: 'malformed' }

/** JSON text of a subtree, or null where it is nested deeper than the engine's stack: hostile, and no argument. */
const textOf = (value: unknown): string | null => {
  try {
    return canonicalJson(value)
  } catch {
    return null
  }
}

/** False once the bound is passed. */
const collect = (value: unknown, path: string, depth: number, into: DimensionValue[]): boolean => {
  if (value === null || value === undefined) return true
  if (into.length >= LEAVES) return false
  const dimension = `tool.args.${path}`
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    into.push({ dimension, value: shorten(value) })
    return true
  }
  if (depth >= DEPTH) {
    const text = textOf(value)
    if (text === null) return false
    into.push({ dimension, value: shorten(text) })
    return true
  }
  if (Array.isArray(value)) return value.every(element => collect(element, `${path}[]`, depth + 1, into))
  if (!isObject(value)) return true
  for (const key of Object.keys(value)) {
    if (!collect(value[key], below(path, key), depth + 1, into)) return false
  }
  return true
}

/** `undefined`: not recorded. An object (or array) gives its leaves; anything else is malformed. */
const flattenArguments = (value: unknown): FlatArguments => {
  if (value === undefined) return ABSENT
  if (value === null) return { values: [], visibility: 'seen' }
  if (typeof value !== 'object') return MALFORMED
  const values: DimensionValue[] = []
  return collect(value, '', 0, values) ? { values, visibility: 'seen' } : MALFORMED
}

/** Arguments as telemetry carries them: structured, or JSON text (also text of text: some instrumentations encode twice). */
export const flattenRecorded = (value: unknown): FlatArguments => {
  let current = value
  for (let round = 0; typeof current === 'string' && round < 2; round += 1) {
    if (current.trim() === '') return ABSENT
    try {
      current = JSON.parse(current)
    } catch {
      return MALFORMED
    }
  }
  return flattenArguments(current)
}
