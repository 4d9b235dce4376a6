/**
 * Constraint → one bounded line of plain text, for `Deviation.allowed` and for reports. Values in it are untrusted: they are
 * quoted and cut here, and still pass through the escaping of whoever renders the line.
 */
import type { Constraint, Shape, ShapeToken } from '../model/constraint.ts'
import type { Scalar } from '../model/scalar.ts'

/** Longest line, in UTF-16 units. */
const LINE = 160
const VALUE = 48
/** An alternative that gets less room than this is only counted. */
const ROOM = 16

/** Never cuts a surrogate pair in half. */
const cut = (text: string, max: number): string => {
  if (text.length <= max) return text
  const head = text.slice(0, max - 1)
  return `${/[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head}…`
}

/** Without quotes, and still on one line. */
const plain = (text: string): string => JSON.stringify(cut(text, VALUE)).slice(1, -1)

const quote = (value: Scalar): string => (typeof value === 'string' ? JSON.stringify(cut(value, VALUE)) : String(value))

/** As many as fit in `room`, at least one, and how many more there are. Looks at no more than it shows. */
const list = <T>(items: readonly T[], room: number, write: (item: T) => string): string => {
  const shown: string[] = []
  let used = 0
  for (const item of items) {
    const text = write(item)
    if (shown.length > 0 && used + text.length > room) break
    shown.push(text)
    used += text.length + 2
  }
  const hidden = items.length - shown.length
  return shown.join(', ') + (hidden > 0 ? ` and ${hidden} more` : '')
}

const token = (part: ShapeToken): string =>
  typeof part === 'string' ? plain(part) : 'run' in part ? `<${part.run}>` : '<rest>'

const shapeText = (shape: Shape): string => cut(shape.slice(0, VALUE).map(token).join(''), 2 * VALUE)

const describe = (constraint: Constraint, room: number): string => {
  const values = room - 30
  switch (constraint.kind) {
    case 'any':
      return 'any value'
    case 'none':
      return 'no value'
    case 'set':
      if (constraint.values.length === 0) return 'no value'
      return `${constraint.values.length === 1 ? 'exactly' : 'one of'} ${list(constraint.values, values, quote)}`
    case 'prefix':
      return `starts with ${list(constraint.prefixes, values, quote)}`
    case 'path':
      return `a path at or under ${list(constraint.under, values, quote)}`
    case 'domain': {
      const names = [...constraint.names, ...constraint.parents.map(parent => `*.${parent}`)]
      return names.length === 0 ? 'no host' : `the host ${list(names, values, plain)}`
    }
    case 'cidr':
      return constraint.blocks.length === 0 ? 'no address' : `an address in ${list(constraint.blocks, values, plain)}`
    case 'range':
      return `a number from ${constraint.min} to ${constraint.max}`
    case 'length':
      return `at most ${constraint.max} characters`
    case 'shape':
      return `shaped like ${list(constraint.shapes, values, shapeText)}`
    case 'type':
      return `any ${constraint.types.join(' or ')}`
    case 'request':
      return 'a value that the user wrote in this session’s request'
    case 'field':
      return constraint.from === undefined
        ? 'a value that an earlier result in this session returned'
        : `a value that an earlier result in this session returned as ${list(constraint.from, values, quote)}`
    case 'unprompted':
      return 'a value that nothing read in this session mentions'
    case 'anyOf':
      return describeUnion(constraint.of, room)
  }
}

/** What a session can give is said last, in few words, and never pushed out by long lists of values. */
const SESSION: Readonly<Partial<Record<Constraint['kind'], string>>> = {
  request: 'in the request',
  field: 'a whole result field',
  unprompted: 'unprompted',
}

const describeUnion = (members: readonly Constraint[], room: number): string => {
  const session = members.flatMap(member =>
    member.kind === 'field' && member.from !== undefined ? 'a usual result field' : (SESSION[member.kind] ?? []),
  )
  const fixed = members.filter(({ kind }) => SESSION[kind] === undefined)
  const given = session.length > 0 ? [session.join(', ')] : []
  const alternatives: string[] = []
  let left = room - (given[0]?.length ?? 0)
  for (const one of fixed) {
    if (left < ROOM) break
    const text = describe(one, Math.max(ROOM, left - 4))
    alternatives.push(text)
    left -= text.length + 5
  }
  const hidden = fixed.length - alternatives.length
  const all = [...alternatives, ...(hidden > 0 ? [`${hidden} more`] : []), ...given]
  return all.length === 0 ? 'no value' : all.join('; or ')
}

/** One line, at most 160 UTF-16 units, e.g. `one of "a", "b" and 3 more`. */
export const describeConstraint = (constraint: Constraint): string => cut(describe(constraint, LINE), LINE)
