/**
 * Picks a dimension's closure rule: the tightest whose estimated miss is within the budget, with the miss of the others
 * beside it. The estimate leaves out whole clusters of alike sessions, since a copy of a session predicts nothing.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Scalar } from '../model/scalar.ts'
import { contains } from '../policy/contains.ts'
import { NO_CONTEXT } from '../policy/step.ts'
import { type Admitted, admittedElements, admittedInOrder } from './admitted.ts'
import { type Candidate, type Elements, elementsOf, ruleName } from './elements.ts'
import { type Folds, foldsOf } from './folds.ts'
import type { Gate } from './gate.ts'
import type { Weighed } from './weighed.ts'

/** Whether the session's own context would have allowed the sighting's value, whatever the rule. */
export type Excused = (sighting: number) => boolean

interface Tried {
  readonly elements: Elements
  /** By element. */
  readonly admitted: Uint8Array
  /** Of a rule that orders, or that does not depend on the values: what it made of those that passed. */
  readonly whole: { readonly constraint: Constraint; readonly values: readonly Scalar[] } | null
  readonly miss: number | null
  readonly holds: boolean
}

export interface Choice {
  readonly weighed: Weighed
  /** Tightest first, as far as they were tried; without rules that nothing passed. */
  readonly tried: readonly Tried[]
  /** Null: nothing passed, whatever the rule. */
  readonly chosen: Tried | null
}

type Whole = Tried['whole']

const wholeOf = (
  elements: Elements,
  weighed: Weighed,
  gate: Gate,
  fold: Parameters<typeof admittedInOrder>[3],
): Whole => {
  const { rule, parameter } = elements.candidate
  if (rule.gate === 'each') return null
  const values = rule.gate === 'none' ? [] : admittedInOrder(elements, weighed, gate, fold)
  const constraint = rule.gate === 'order' && values.length === 0 ? null : rule.close(values, parameter)
  return constraint === null ? null : { constraint, values }
}

/** Whether the rule, over what passed, contains a value. */
const containsValue = (
  elements: Elements,
  admitted: Uint8Array,
  whole: Whole,
  value: number,
  shown: Scalar,
): boolean => {
  for (const element of elements.containing[value] ?? []) if (admitted[element] === 1) return true
  return whole !== null && contains(whole.constraint, shown, NO_CONTEXT)
}

interface Miss {
  /** Share of witnesses with a value outside what the others' evidence would have allowed; null with one cluster only. */
  readonly share: number | null
  readonly witnesses: number
}

/** A rule that does not depend on the values misses none. */
const NO_MISS: Miss = { share: 0, witnesses: 0 }

const estimateMiss = (
  elements: Elements,
  { without }: Admitted,
  weighed: Weighed,
  { of, gates, witnesses: all }: Folds,
  excused: Excused,
): Miss => {
  if (gates.length === 0) return { share: null, witnesses: 0 }
  const wholes = gates.map((gate, number) => wholeOf(elements, weighed, gate, { of, number }))
  const { column, part, entries } = weighed
  const outside = new Uint8Array(column.numbers.names.length)
  let misses = 0
  for (let at = 0; at < column.witness.length; at++) {
    const number = column.witness[at] ?? -1
    const value = column.value[at] ?? 0
    if (part.has[number] !== 1 || entries[value] !== 1 || outside[number] === 1) continue
    const fold = of[number] ?? 0
    const shown = column.values[value]?.value ?? null
    if (containsValue(elements, without[fold] ?? new Uint8Array(), wholes[fold] ?? null, value, shown)) continue
    if (excused(at)) continue
    outside[number] = 1
    misses++
  }
  return { share: Math.round((misses / all) * 10_000) / 10_000, witnesses: misses }
}

/** `candidates` tightest first; those wider than the chosen one are tried only where all are to be `compared`. */
export const chooseRule = (
  weighed: Weighed,
  candidates: readonly Candidate[],
  gate: Gate,
  budget: number,
  excused: Excused,
  compared: boolean,
): Choice => {
  let folds: Folds | null = null
  const tried: Tried[] = []
  for (const candidate of candidates) {
    const elements = elementsOf(weighed.column, candidate)
    const isFree = candidate.rule.gate === 'none'
    // Where a dimension is free, nothing is asked of its values.
    if (!isFree) folds ??= foldsOf(weighed, gate)
    const admitted = admittedElements(elements, weighed, gate, folds)
    const whole = wholeOf(elements, weighed, gate, null)
    if (whole === null && !admitted.all.includes(1)) continue
    const miss = folds === null || isFree ? NO_MISS : estimateMiss(elements, admitted, weighed, folds, excused)
    // As few as could not open a value do not open a wider rule either.
    const holds = miss.share === null || miss.share <= budget || miss.witnesses <= gate.witnesses
    tried.push({ elements, admitted: admitted.all, whole, miss: miss.share, holds })
    if (holds && !compared) break
  }
  return { weighed, tried, chosen: tried.find(({ holds }) => holds) ?? tried[tried.length - 1] ?? null }
}

/** Whether the chosen rule contains a value of the dimension, by its number. */
export const choiceContains = ({ weighed, chosen }: Choice, value: number): boolean =>
  chosen !== null &&
  containsValue(chosen.elements, chosen.admitted, chosen.whole, value, weighed.column.values[value]?.value ?? null)

interface Closed {
  readonly name: string
  readonly constraint: Constraint
  readonly values: readonly Scalar[]
}

/** The constraint around what passed, as the document has it. */
export const closedOf = ({ weighed }: Choice, { elements, admitted, whole }: Tried): Closed => {
  const { rule, parameter } = elements.candidate
  const name = ruleName(elements.candidate)
  const { column, entries } = weighed
  const valuesOf = (from: number, to: number): readonly Scalar[] =>
    elements.members
      .slice(from, to)
      .flatMap((members, index) => (admitted[from + index] === 1 ? members : []))
      .flatMap(value => (entries[value] === 1 ? (column.values[value]?.value ?? null) : []))
  const together = valuesOf(0, elements.alone)
  const closed = rule.gate === 'each' && together.length > 0 ? rule.close(together, parameter) : null
  const own: Omit<Closed, 'name'> | null = closed === null ? whole : { constraint: closed, values: together }
  // Each on its own: what passed the gate is not lost for want of a fitting rule.
  const alone = valuesOf(elements.alone, elements.members.length)
  if (alone.length === 0 && own !== null) return { name, ...own }
  const rest: Constraint = { kind: 'set', values: alone }
  if (own === null) return { name: 'exact', constraint: rest, values: alone }
  return {
    name: `${name} | exact`,
    constraint: { kind: 'anyOf', of: [own.constraint, rest] },
    values: [...own.values, ...alone],
  }
}
