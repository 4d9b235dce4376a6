/**
 * What a closure rule makes of the values of a dimension, once: which have the same element (themselves, their directory, their
 * domain …), and which elements contain which value. INVARIANT: a rule closes values together as the union of what it makes of each;
 * that is what `gate: each` promises, and a test holds every rule to it.
 */
import { canonicalJson } from '../model/canonical.ts'
import type { ClosureRule } from '../model/closure-rule.ts'
import type { Constraint } from '../model/constraint.ts'
import { containing } from '../policy/containing.ts'
import type { Column } from './column.ts'

export interface Candidate {
  readonly rule: ClosureRule
  readonly parameter: number | null
}

export interface Elements {
  readonly candidate: Candidate
  /** Element → the values that have it, most witnessed first. */
  readonly members: readonly (readonly number[])[]
  /** From this element on each is one value that the rule has none for. */
  readonly alone: number
  /** Value → the elements that contain it. */
  readonly containing: readonly (readonly number[])[]
  /** For a rule that orders: the values that are numbers, ascending. */
  readonly ordered: readonly number[]
}

export const ruleName = ({ rule, parameter }: Candidate): string =>
  parameter === null ? rule.id : `${rule.id}(${parameter})`

const NONE: Omit<Elements, 'candidate'> = { members: [], alone: 0, containing: [], ordered: [] }

const elementsFor = ({ values }: Column, candidate: Candidate): Elements => {
  const { rule, parameter } = candidate
  if (rule.gate === 'none') return { ...NONE, candidate }
  const found = new Map<string, { readonly constraint: Constraint; readonly members: number[] }>()
  const alone: number[] = []
  for (const [number, { value }] of values.entries()) {
    const constraint = rule.close([value], parameter)
    if (constraint === null) {
      alone.push(number)
      continue
    }
    if (rule.gate === 'order') continue
    const key = canonicalJson(constraint)
    const known = found.get(key)
    if (known === undefined) found.set(key, { constraint, members: [number] })
    else known.members.push(number)
  }
  const elements = [...found.values()]
  const containersOf = containing(elements.map(({ constraint }) => constraint))
  const container = values.map(({ value }) => containersOf(value))
  for (const [index, number] of alone.entries())
    container[number] = [...(container[number] ?? []), elements.length + index]
  const numberAt = (number: number): number => Number(values[number]?.value)
  return {
    candidate,
    members: [...elements.map(({ members }) => members), ...alone.map(number => [number])],
    alone: elements.length,
    containing: container,
    ordered:
      rule.gate === 'order'
        ? [...values.keys()]
            .filter(number => typeof values[number]?.value === 'number')
            .sort((a, b) => numberAt(a) - numberAt(b))
        : [],
  }
}

const built = new WeakMap<Column, Map<string, Elements>>()

export const elementsOf = (column: Column, candidate: Candidate): Elements => {
  const own = built.get(column) ?? new Map<string, Elements>()
  built.set(column, own)
  const name = ruleName(candidate)
  const known = own.get(name) ?? elementsFor(column, candidate)
  own.set(name, known)
  return known
}
