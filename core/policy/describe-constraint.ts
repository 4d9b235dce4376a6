/**
 * Constraint → one bounded line of plain text, for `Deviation.allowed` and for reports. Values in it are untrusted: they are
 * quoted and cut here, and still pass through the escaping of whoever renders the line.
 */
import type { Constraint, ShapeToken } from '../model/constraint.ts'
import type { Scalar } from '../model/scalar.ts'

/** Longest line, in UTF-16 units. */
const LINE = 160
const VALUE = 48

/** Never cuts a surrogate pair in half. */
const cut = (text: string, max: number): string => {
  if (text.length <= max) return text
  const head = text.slice(0, max - 1)
  return `${/[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head}…`
}

const quote = (value: Scalar): string => (typeof value === 'string' ? JSON.stringify(cut(value, VALUE)) : String(value))

/** As many as fit in `room`, at least one, and how many more there are. */
const list = (items: readonly string[], room: number): string => {
  const shown: string[] = []
  let used = 0
  for (const item of items) {
    if (shown.length > 0 && used + item.length > room) break
    shown.push(item)
    used += item.length + 2
  }
  const hidden = items.length - shown.length
  return shown.join(', ') + (hidden > 0 ? ` and ${hidden} more` : '')
}

const token = (part: ShapeToken): string =>
  typeof part === 'string' ? JSON.stringify(part).slice(1, -1) : 'run' in part ? `<${part.run}>` : '<anything>'

const blocks = (items: readonly string[], room: number): string =>
  list(
    items.map(item => cut(item, VALUE)),
    room,
  )

const describe = (constraint: Constraint, room: number): string => {
  const values = room - 30
  switch (constraint.kind) {
    case 'any':
      return 'any value'
    case 'none':
      return 'no value'
    case 'set':
      if (constraint.values.length === 0) return 'no value'
      return constraint.values.length === 1
        ? `exactly ${list(constraint.values.map(quote), values)}`
        : `one of ${list(constraint.values.map(quote), values)}`
    case 'prefix':
      return `starts with ${list(constraint.prefixes.map(quote), values)}`
    case 'path':
      return `a path at or under ${list(constraint.under.map(quote), values)}`
    case 'domain': {
      const names = [
        ...constraint.names.map(name => cut(name, VALUE)),
        ...constraint.parents.map(parent => `*.${cut(parent, VALUE)}`),
      ]
      return names.length === 0 ? 'no host' : `the host ${list(names, values)}`
    }
    case 'cidr':
      return constraint.blocks.length === 0 ? 'no address' : `an address in ${blocks(constraint.blocks, values)}`
    case 'range':
      return `a number from ${constraint.min} to ${constraint.max}`
    case 'length':
      return `at most ${constraint.max} characters`
    case 'shape':
      return `shaped like ${list(
        constraint.shapes.map(shape => cut(shape.slice(0, 64).map(token).join(''), 2 * VALUE)),
        values,
      )}`
    case 'type':
      return `any ${constraint.types.join(' or ')} value`
    case 'request':
      return 'a value that the user wrote in this session’s request'
    case 'field':
      return 'a value that an earlier result in this session returned'
    case 'anyOf': {
      const alternatives = constraint.of.slice(0, 8).map(one => describe(one, Math.floor(values / 2)))
      const hidden = constraint.of.length - alternatives.length
      if (constraint.of.length === 0) return 'no value'
      return alternatives.join('; or ') + (hidden > 0 ? `; or ${hidden} more` : '')
    }
  }
}

/** One line, at most 160 UTF-16 units, e.g. `one of "a", "b" and 3 more`. */
export const describeConstraint = (constraint: Constraint): string => cut(describe(constraint, LINE), LINE)
