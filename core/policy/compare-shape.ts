/**
 * Whether every string of one shape belongs to at least one of several others, decided exactly. A shape matches without
 * backtracking, so it is a deterministic automaton; inclusion is a walk over the product of the narrow one with all wide
 * ones, on one representative of every character that they tell apart. A prefix is the shape `[prefix, rest]`.
 */
import type { RunClass, Shape, ShapeToken } from '../model/constraint.ts'
import { matchesShape } from './shape.ts'

/** Where a match stands: in token `at`, `used` characters into a literal, or with a run already begun. */
interface Position {
  readonly at: number
  readonly used: number
  readonly begun: boolean
}

/** Steps before the question is given up as undecided. */
const STEP_LIMIT = 200_000

const isRun = (token: ShapeToken): token is { readonly run: RunClass } => typeof token !== 'string' && 'run' in token

/** Adjacent literals become one, empty ones go: every literal left has a character to be at. */
const normalized = (shape: Shape): Shape => {
  const tokens: ShapeToken[] = []
  for (const token of shape) {
    const last = tokens.at(-1)
    if (typeof token === 'string' && typeof last === 'string') tokens[tokens.length - 1] = last + token
    else if (token !== '') tokens.push(token)
  }
  return tokens
}

const step = (shape: Shape, { at, used, begun }: Position, char: string): Position | null => {
  const token = shape[at]
  if (token === undefined) return null
  if (typeof token === 'string') {
    if (token.charAt(used) !== char) return null
    return used + 1 < token.length ? { at, used: used + 1, begun: false } : { at: at + 1, used: 0, begun: false }
  }
  if (!isRun(token)) return { at, used: 0, begun: true }
  if (matchesShape(char, [token])) return { at, used: 0, begun: true }
  return begun ? step(shape, { at: at + 1, used: 0, begun: false }, char) : null
}

const accepts = (shape: Shape, { at, begun }: Position): boolean => {
  const token = shape[at]
  if (token === undefined) return true
  if (typeof token === 'string') return false
  if (!isRun(token)) return true
  return begun && accepts(shape, { at: at + 1, used: 0, begun: false })
}

const open = (shape: Shape, { at }: Position): boolean => {
  const token = shape[at]
  return token !== undefined && typeof token !== 'string' && !isRun(token)
}

/** The characters of all literals, and one more of each kind that runs tell apart. */
const alphabetOf = (shapes: readonly Shape[]): readonly string[] => {
  const literal = new Set(
    shapes.flatMap(shape =>
      shape
        .filter(token => typeof token === 'string')
        .join('')
        .split(''),
    ),
  )
  const kinds = ['0123456789', 'abcdefABCDEF', 'ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ']
  const extra = kinds.flatMap(kind => kind.split('').find(char => !literal.has(char)) ?? [])
  let other = 0x21
  while (/[0-9A-Za-z]/.test(String.fromCharCode(other)) || literal.has(String.fromCharCode(other))) other++
  return [...literal, ...extra, String.fromCharCode(other)]
}

const START: Position = { at: 0, used: 0, begun: false }
const key = (positions: readonly (Position | null)[]): string =>
  positions.map(position => (position === null ? '-' : `${position.at}.${position.used}.${position.begun}`)).join()

/** `outside` carries a string of the narrow shape that no wide one has; `unknown` when it would take too long. */
export type ShapeInclusion =
  | { readonly answer: 'within' | 'unknown' }
  | { readonly answer: 'outside'; readonly witness: string }

interface Walk {
  readonly inNarrow: Position
  readonly inWide: readonly (Position | null)[]
  readonly text: string
}

export const shapeWithin = (narrowShape: Shape, wideShapes: readonly Shape[]): ShapeInclusion => {
  const narrow = normalized(narrowShape)
  const wide = wideShapes.map(normalized)
  const alphabet = alphabetOf([narrow, ...wide])
  const seen = new Set<string>()
  const waiting: Walk[] = [{ inNarrow: START, inWide: wide.map(() => START), text: '' }]
  let steps = 0
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { inNarrow, inWide, text } = next
    const at = (index: number): Position | null => inWide[index] ?? null
    const held = (test: (shape: Shape, position: Position) => boolean): boolean =>
      wide.some((shape, index) => {
        const position = at(index)
        return position !== null && test(shape, position)
      })
    if (held(open)) continue
    if (accepts(narrow, inNarrow) && !held(accepts)) return { answer: 'outside', witness: text }
    const state = key([inNarrow, ...inWide])
    if (seen.has(state)) continue
    seen.add(state)
    for (const char of alphabet) {
      steps += 1 + wide.length
      const moved = step(narrow, inNarrow, char)
      if (moved === null) continue
      const inWideNow = inWide.map((position, index) => {
        const shape = wide[index]
        return position === null || shape === undefined ? null : step(shape, position, char)
      })
      waiting.push({ inNarrow: moved, inWide: inWideNow, text: text + char })
    }
    if (steps > STEP_LIMIT) return { answer: 'unknown' }
  }
  return { answer: 'within' }
}
