/**
 * One constraint → the patterns that an IAM policy can hold: `*` for any characters, `?` for one. What they cannot say is
 * left out, or for the runs of a shape widened, and noted.
 */
import type { Constraint, Shape } from '../model/constraint.ts'
import type { LossCode } from '../model/encoder.ts'
import { contextOf } from '../policy/contains.ts'
import { describeConstraint } from '../policy/describe-constraint.ts'

export interface PatternNote {
  readonly code: LossCode
  readonly widens: boolean
  readonly narrows: boolean
  readonly detail: string
}
export interface Patterns {
  readonly any: boolean
  /** Sorted, distinct. */
  readonly patterns: readonly string[]
  readonly notes: readonly PatternNote[]
}

/** IAM reads `*`, `?` and `${…}` in any value; each of them stands for itself in `${…}`. */
export const iamLiteral = (text: string): string => text.replace(/[$*?]/g, character => `\${${character}}`)

/** Characters that an IAM policy document may hold, and that a reader can see. */
const isDocumentText = (text: string): boolean => /^[\x20-\x7e\xa1-\xac\xae-\xff]*$/.test(text)

const narrowed = (constraint: Constraint): PatternNote => ({
  code: contextOf(constraint).length > 0 ? 'context-missing' : 'constraint-narrowed',
  widens: false,
  narrows: true,
  detail: `denied there: ${describeConstraint(constraint).replace(/[^\x20-\x7e]/g, '?')}`,
})

const widened = (pattern: string): PatternNote => ({
  code: 'constraint-widened',
  widens: true,
  narrows: false,
  detail: `any characters may stand where the shape has a run: \`${pattern}\``,
})

/** Literal parts around gaps; null is a run (at least one character), undefined the rest (also none). */
type Part = string | null | undefined

const patternOf = (parts: readonly Part[]): string =>
  parts
    .map(part => (part === null ? '?*' : part === undefined ? '*' : iamLiteral(part)))
    .join('')
    .replace(/\*{2,}$/, '*')

const partsOf = (shape: Shape): readonly Part[] => {
  const end = shape.findIndex(token => typeof token !== 'string' && 'rest' in token)
  const tokens = end < 0 ? shape : shape.slice(0, end + 1)
  return tokens.map(token => (typeof token === 'string' ? token : 'run' in token ? null : undefined))
}

/** What may stand before the first gap of a pattern. */
export type Usable = (head: string, whole: boolean) => boolean

const say = (alternative: Constraint, usable: Usable): Patterns => {
  const only = (patterns: readonly string[], notes: readonly PatternNote[]): Patterns => ({
    any: false,
    patterns,
    notes,
  })
  const fits = (parts: readonly Part[]): boolean =>
    usable(
      parts.find(part => part !== undefined) ?? '',
      parts.every(part => typeof part === 'string'),
    ) && parts.every(part => typeof part !== 'string' || isDocumentText(part))
  switch (alternative.kind) {
    case 'any':
      return { any: true, patterns: [], notes: [] }
    case 'none':
      return only([], [])
    case 'set': {
      const kept = alternative.values.filter((value): value is string => typeof value === 'string' && fits([value]))
      const lost = alternative.values.filter(value => typeof value !== 'string' || !fits([value]))
      return only(kept.map(iamLiteral), lost.length > 0 ? [narrowed({ kind: 'set', values: lost })] : [])
    }
    case 'prefix': {
      const kept = alternative.prefixes.filter(prefix => fits([prefix, undefined]))
      const lost = alternative.prefixes.filter(prefix => !fits([prefix, undefined]))
      return only(
        kept.map(prefix => patternOf([prefix, undefined])),
        lost.length > 0 ? [narrowed({ kind: 'prefix', prefixes: lost })] : [],
      )
    }
    case 'shape': {
      const kept = alternative.shapes.map(partsOf).filter(fits)
      const lost = alternative.shapes.filter(shape => !fits(partsOf(shape)))
      return only(kept.map(patternOf), [
        ...kept.filter(parts => parts.includes(null)).map(parts => widened(patternOf(parts))),
        ...(lost.length > 0 ? [narrowed({ kind: 'shape', shapes: lost })] : []),
      ])
    }
    default:
      return only([], [narrowed(alternative)])
  }
}

const flatten = (constraint: Constraint): readonly Constraint[] =>
  constraint.kind === 'anyOf' ? constraint.of.flatMap(flatten) : [constraint]

/** @param usable whether a pattern may begin like this; `whole`: it is a literal. */
export const patternsOf = (constraint: Constraint, usable: Usable): Patterns => {
  const said = flatten(constraint).map(one => say(one, usable))
  if (said.some(({ any }) => any)) return { any: true, patterns: [], notes: [] }
  return {
    any: false,
    patterns: [...new Set(said.flatMap(({ patterns }) => patterns))].sort(),
    notes: said.flatMap(({ notes }) => notes),
  }
}
