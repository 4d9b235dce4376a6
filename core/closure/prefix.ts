/** Names that start alike: `prefix(n)` keeps the first n parts of each, up to and with the separator that follows. */
import type { ClosureRule } from '../model/closure-rule.ts'
import { allStrings, sortedUnique } from './strings.ts'

const ORIGIN = /^[A-Za-z][A-Za-z0-9+.-]{0,20}:\/\/[^/?#\\@\s]+\//

/** A value with fewer parts stays whole: an envelope is never the empty prefix. */
const firstParts = (text: string, parts: number): string => {
  const origin = ORIGIN.exec(text)?.[0] ?? ''
  let end = origin.length
  for (let part = origin === '' ? 0 : 1; part < parts; part++) {
    const next = text.slice(end).search(/[-_./:]/)
    if (next < 0) return text
    end += next + 1
  }
  return end === 0 ? text : text.slice(0, end)
}

export const prefix: ClosureRule = {
  id: 'prefix',
  summary: 'values whose first n parts are those of an observed value (for a URL the first part is its origin)',
  types: ['url', 'identifier', 'arn'],
  parameters: [2, 1],
  gate: 'each',
  width: 20,
  close: (values, parameter) => {
    const strings = allStrings(values)
    return strings === null
      ? null
      : { kind: 'prefix', prefixes: sortedUnique(strings.map(text => firstParts(text, parameter ?? 1))) }
  },
  latitude: constraint => ({
    statement:
      constraint.kind === 'prefix' ? `anything that begins with one of these: ${constraint.prefixes.length}` : 'none',
    beyond: null,
  }),
}
