/** How the values of a dimension are closed: by one choice of a rule, or by one for names and one for addresses. */
import type { ClosureRule } from '../model/closure-rule.ts'
import type { Constraint } from '../model/constraint.ts'
import type { ConsideredRule } from '../model/policy.ts'
import { type Choice, choiceContains, chooseRule, closedOf, type Excused } from './choose-rule.ts'
import type { Candidate } from './elements.ts'
import type { Plan } from './plan.ts'
import type { Surroundings } from './surroundings.ts'
import { isFrom } from './usual-fields.ts'
import type { Weighed } from './weighed.ts'

/** As the document has it. */
export interface Chosen {
  readonly name: string
  readonly constraint: Constraint
  readonly latitude: { readonly statement: string; readonly beyond: number | null }
  readonly considered: readonly ConsideredRule[]
}

export interface Closing {
  /** No value passed. */
  readonly isNothing: boolean
  /** Every value does. */
  readonly isFree: boolean
  /** Estimated chance that the next witness shows a value outside; null where it cannot be estimated. */
  readonly miss: number | null
  /** Of a value by its number. */
  contains(value: number): boolean
  write(): Chosen
}

const nothing = (statement: string): Closing => ({
  isNothing: true,
  isFree: false,
  miss: null,
  contains: () => false,
  write: () => ({ name: 'none', constraint: { kind: 'none' }, latitude: { statement, beyond: 0 }, considered: [] }),
})

/**
 * A dimension that did not pass the gate itself is judged like one that nobody has shown: rules that need no gate would
 * open it for whoever showed it once.
 */
export const UNESTABLISHED = nothing('none: the dimension did not pass the confidence threshold')

export const NEVER = nothing('none: secrets are never stored, so no observed one is allowed')

const NOTHING = nothing('none: no value passed the confidence threshold')

const written = (choice: Choice): Chosen => {
  const { tried, chosen } = choice
  if (chosen === null) return NOTHING.write()
  const { name, constraint, values } = closedOf(choice, chosen)
  return {
    name,
    constraint,
    latitude: chosen.elements.candidate.rule.latitude(constraint, values),
    considered: tried.map(each => ({ rule: closedOf(choice, each).name, miss: each.miss })),
  }
}

const closingBy = (choice: Choice): Closing => {
  const { chosen } = choice
  if (chosen === null) return NOTHING
  return {
    isNothing: false,
    isFree: chosen.whole?.constraint.kind === 'any',
    miss: chosen.miss,
    contains: value => choiceContains(choice, value),
    write: () => written(choice),
  }
}

const both = (names: Closing, addresses: Closing): Closing => {
  if (names.isNothing) return addresses
  if (addresses.isNothing) return names
  return {
    isNothing: false,
    isFree: false,
    miss: names.miss === null || addresses.miss === null ? null : Math.max(names.miss, addresses.miss),
    contains: value => names.contains(value) || addresses.contains(value),
    write: () => {
      const [named, numbered] = [names.write(), addresses.write()]
      return {
        name: `${named.name} | ${numbered.name}`,
        constraint: { kind: 'anyOf', of: [named.constraint, numbered.constraint] },
        latitude: {
          statement: `names: ${named.latitude.statement}; addresses: ${numbered.latitude.statement}`,
          beyond: null,
        },
        considered: [...named.considered, ...numbered.considered],
      }
    },
  }
}

const parseRule = (text: string): { readonly id: string; readonly parameter: number | null } => {
  const match = /^([a-z]+)(?:\((\d{1,4})\))?$/.exec(text)
  return { id: match?.[1] ?? text, parameter: match?.[2] === undefined ? null : Number(match[2]) }
}

const candidatesOf = (names: readonly string[], rules: readonly ClosureRule[]): readonly Candidate[] =>
  names.flatMap(name => {
    const { id, parameter } = parseRule(name)
    const rule = rules.find(entry => entry.id === id)
    if (rule === undefined) return []
    return parameter === null ? rule.parameters.map(each => ({ rule, parameter: each })) : [{ rule, parameter }]
  })

/** Addresses and names are closed apart from each other: no rule fits both. `context`: what of the session may give a value besides. */
export const closingOf = (
  weighed: Weighed,
  plan: Plan,
  context: readonly Constraint[],
  { rules, gate, decisions }: Surroundings,
): Closing => {
  const { column, entries } = weighed
  const budget = decisions.closure.missBudget.value
  const fields = context.find(({ kind }) => kind === 'field')
  const excused: Excused = sighting => {
    if (context.length === 0) return false
    const origin = column.origin(sighting)
    return origin === 'request' || origin === 'own' || (origin === 'field' && isFrom(fields, column.place(sighting)))
  }
  const choose = (asked: Uint8Array, names: readonly string[]): Closing =>
    closingBy(chooseRule({ ...weighed, entries: asked }, candidatesOf(names, rules), gate, budget, excused))
  if (!plan.rules.includes('domain')) return choose(entries, plan.rules)
  const addresses = entries.map((one, value) => (column.types[value] === 'ip' ? one : 0))
  const names = entries.map((one, value) => (column.types[value] === 'ip' ? 0 : one))
  if (!addresses.includes(1) || !names.includes(1)) return choose(entries, plan.rules)
  return both(choose(names, plan.rules), choose(addresses, ['exact', 'cidr']))
}
