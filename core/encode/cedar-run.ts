/** A parsed policy set × one question → whether a permit holds. An error in a policy makes that policy not hold. */
import { parseBlock } from '../policy/addresses.ts'
import type { CedarQuestion } from './cedar-mapping.ts'
import type { CedarPolicy, Expression } from './cedar-parse.ts'

type Value =
  | string
  | number
  | boolean
  | { readonly decimal: bigint }
  | { readonly bits: bigint; readonly width: number; readonly length: number }
  | readonly Value[]
  | { readonly record: ReadonlyMap<string, Value> }
/** Null: an evaluation error. */
type Result = Value | null

const isRecord = (value: Result): value is { readonly record: ReadonlyMap<string, Value> } =>
  typeof value === 'object' && value !== null && 'record' in value
const isSet = (value: Result): value is readonly Value[] => Array.isArray(value)

const decimal = (text: string): Result => {
  const parts = /^(-?)(\d+)\.(\d{1,4})$/.exec(text)
  if (parts === null) return null
  const size = BigInt(`${parts[2]}${(parts[3] ?? '').padEnd(4, '0')}`)
  return { decimal: parts[1] === '-' ? -size : size }
}

const ip = (text: string): Result => {
  const parsed = parseBlock(text)
  return parsed === null || (text.includes(':') && text.includes('.'))
    ? null
    : { bits: parsed.address.bits, width: parsed.address.width, length: parsed.length }
}

const extension = (name: 'ip' | 'decimal', text: string): Result => (name === 'ip' ? ip(text) : decimal(text))

/** Cedar's JSON form → a value; null where an extension does not parse. */
const fromJson = (json: unknown): Result => {
  if (typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean') return json
  if (Array.isArray(json)) {
    const items = json.map(fromJson)
    return items.every(item => item !== null) ? items : null
  }
  if (typeof json !== 'object' || json === null) return null
  const entries = Object.entries(json)
  const extended: unknown = Object.hasOwn(json, '__extn') ? entries[0]?.[1] : undefined
  if (typeof extended === 'object' && extended !== null && 'fn' in extended && 'arg' in extended) {
    const { fn, arg } = extended
    return (fn === 'ip' || fn === 'decimal') && typeof arg === 'string' ? extension(fn, arg) : null
  }
  const record = new Map<string, Value>()
  for (const [key, entry] of entries) {
    const value = fromJson(entry)
    if (value === null) return null
    record.set(key, value)
  }
  return { record }
}

const equal = (a: Value, b: Value): boolean => {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b
  if ('decimal' in a && 'decimal' in b) return a.decimal === b.decimal
  if ('bits' in a && 'bits' in b) return a.bits === b.bits && a.width === b.width && a.length === b.length
  return false
}

/** Greedy from the left: the last literal is anchored at the end, the others take their first place. */
const like = (text: string, parts: readonly (string | null)[]): boolean => {
  let at = 0
  for (const [index, part] of parts.entries()) {
    if (part === null) continue
    const free = index > 0 && parts[index - 1] === null
    const last = index === parts.length - 1
    if (free && last) return text.length - part.length >= at && text.endsWith(part)
    const found = free ? text.indexOf(part, at) : text.startsWith(part, at) ? at : -1
    if (found < 0) return false
    at = found + part.length
  }
  return parts.at(-1) === null || at === text.length
}

const inRange = (address: Value, block: Value): Result => {
  if (typeof address !== 'object' || typeof block !== 'object' || !('bits' in address) || !('bits' in block))
    return null
  if (address.width !== block.width || address.length < block.length) return false
  const shift = BigInt(block.width - block.length)
  return address.bits >> shift === block.bits >> shift
}

const compareDecimals = (a: Value, b: Value): number | null =>
  typeof a === 'object' && typeof b === 'object' && 'decimal' in a && 'decimal' in b
    ? Number(a.decimal > b.decimal) - Number(a.decimal < b.decimal)
    : null

const METHODS: ReadonlyMap<string, (of: Value, argument: Value) => Result> = new Map([
  ['contains', (of, argument) => (isSet(of) ? of.some(one => equal(one, argument)) : null)],
  [
    'containsAll',
    (of, argument) =>
      isSet(of) && isSet(argument) ? argument.every(wanted => of.some(one => equal(one, wanted))) : null,
  ],
  ['isInRange', inRange],
  [
    'greaterThanOrEqual',
    (a, b) => {
      const order = compareDecimals(a, b)
      return order === null ? null : order >= 0
    },
  ],
  [
    'lessThanOrEqual',
    (a, b) => {
      const order = compareDecimals(a, b)
      return order === null ? null : order <= 0
    },
  ],
] satisfies [string, (of: Value, argument: Value) => Result][])

const run = (expression: Expression, context: Value): Result => {
  switch (expression.is) {
    case 'literal':
      return expression.value
    case 'context':
      return context
    case 'extension':
      return extension(expression.name, expression.text)
    case 'get': {
      const of = run(expression.of, context)
      return isRecord(of) ? (of.record.get(expression.name) ?? null) : null
    }
    case 'has': {
      const of = run(expression.of, context)
      return isRecord(of) ? of.record.has(expression.name) : null
    }
    case 'like': {
      const of = run(expression.of, context)
      return typeof of === 'string' ? like(of, expression.parts) : null
    }
    case 'not': {
      const of = run(expression.of, context)
      return typeof of === 'boolean' ? !of : null
    }
    case 'if': {
      const test = run(expression.test, context)
      return typeof test === 'boolean' ? run(test ? expression.yes : expression.no, context) : null
    }
    case 'set': {
      const items = expression.items.map(item => run(item, context))
      return items.every(item => item !== null) ? items : null
    }
    case 'call': {
      const of = run(expression.of, context)
      const argument = run(expression.argument, context)
      return of === null || argument === null ? null : (METHODS.get(expression.name)?.(of, argument) ?? null)
    }
    case 'binary':
      return runBinary(expression, context)
  }
}

const runBinary = (expression: Extract<Expression, { is: 'binary' }>, context: Value): Result => {
  const left = run(expression.left, context)
  if (left === null) return null
  const { operator } = expression
  if (operator === '||' || operator === '&&') {
    if (typeof left !== 'boolean') return null
    if (left === (operator === '||')) return left
    const right = run(expression.right, context)
    return typeof right === 'boolean' ? right : null
  }
  const right = run(expression.right, context)
  if (right === null) return null
  if (operator === '==') return equal(left, right)
  if (operator === '!=') return !equal(left, right)
  if (typeof left !== 'number' || typeof right !== 'number') return null
  return operator === '<=' ? left <= right : left >= right
}

export const permits = (policies: readonly CedarPolicy[], question: CedarQuestion): boolean => {
  const context = fromJson(question.context)
  if (context === null) return false
  return policies.some(
    ({ principal, action, clauses }) =>
      principal === question.principal.id &&
      action === question.action.id &&
      clauses.every(({ keyword, condition }) => run(condition, context) === (keyword === 'when')),
  )
}
