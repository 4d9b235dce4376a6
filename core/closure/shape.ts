/**
 * Values that differ only where they count or version: `research-corpus-v2` → `research-corpus-v<digits>`. One value is
 * enough to see it: a version suffix is a shape, not a statistic.
 */

import { canonicalJson } from '../model/canonical.ts'
import type { ClosureRule } from '../model/closure-rule.ts'
import type { Shape, ShapeToken } from '../model/constraint.ts'
import { allStrings } from './strings.ts'

const isId = (word: string): boolean => word.length >= 8 && /^[0-9a-fA-F]+$/.test(word) && /\d/.test(word)

/** Tokens of one stretch of letters and digits. Only the last stretch, or a `v` before it, makes trailing digits a number. */
const wordTokens = (word: string, last: boolean): readonly ShapeToken[] => {
  if (/^\d+$/.test(word)) return [{ run: 'digits' }]
  if (isId(word)) return [{ run: 'hex' }]
  const numbered = /^([A-Za-z]+)\d+$/.exec(word)
  const stem = numbered?.[1]
  return stem !== undefined && (last || /^[vV]$/.test(stem)) ? [stem, { run: 'digits' }] : [word]
}

/** Adjacent literals become one, so that equal shapes are written equally. */
const joined = (tokens: readonly ShapeToken[]): Shape => {
  const shape: ShapeToken[] = []
  for (const token of tokens) {
    const before = shape[shape.length - 1]
    if (typeof token === 'string' && typeof before === 'string') shape[shape.length - 1] = before + token
    else shape.push(token)
  }
  return shape
}

export const shapeOf = (text: string): Shape => {
  const parts = text.split(/([A-Za-z0-9]+)/)
  const last = parts.length - 2
  return joined(
    parts.flatMap((part, index): readonly ShapeToken[] => {
      if (part === '') return []
      return index % 2 === 1 ? wordTokens(part, index === last || /^[./]/.test(parts[index + 1] ?? '')) : [part]
    }),
  )
}

export const distinctShapes = (shapes: readonly Shape[]): readonly Shape[] =>
  [...new Map(shapes.map(shape => [canonicalJson(shape), shape])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, shape]) => shape)

export const shape: ClosureRule = {
  id: 'shape',
  summary: 'the observed values with numbers, versions and hexadecimal ids free to vary',
  types: ['identifier', 'path', 'host', 'url', 'text', 'email'],
  parameters: [null],
  gate: 'each',
  width: 10,
  close: values => {
    const strings = allStrings(values)
    return strings === null ? null : { kind: 'shape', shapes: distinctShapes(strings.map(shapeOf)) }
  },
  latitude: () => ({
    statement: 'any number, version or hexadecimal id in the same place of the same text',
    beyond: null,
  }),
}
