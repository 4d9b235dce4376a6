/**
 * One constraint → what Cedar can say about it, per slot of the value. Cedar has no regular expressions, only `like` with
 * `*`, and no functions on strings: where that is not enough the encoder uses a measure, says something narrower, or,
 * for values that neither name a recipient nor an amount, something wider, and notes which.
 */
import type { Constraint, Shape } from '../model/constraint.ts'
import type { Role } from '../model/decisions.ts'
import type { LossCode } from '../model/encoder.ts'
import type { Scalar } from '../model/scalar.ts'
import { parseBlock } from '../policy/addresses.ts'
import { normalizePath } from '../policy/paths.ts'
import { cedarPattern, cedarString, type PatternPart, quoted } from './cedar-text.ts'
import { addressText, type CedarValue, NATURAL_SLOTS, type NaturalSlot, placeValue, type Slot } from './cedar-value.ts'

/** A condition on the attribute of one slot. */
export interface Test {
  readonly slot: Slot
  readonly text: (attribute: string) => string
}
export interface Note {
  readonly code: LossCode
  readonly widens: boolean
  readonly narrows: boolean
  readonly detail: string
}
/** `always`: every value of that slot. No entry: no value of it. */
export interface Said {
  readonly on: Readonly<Partial<Record<NaturalSlot, 'always' | readonly Test[]>>>
  readonly notes: readonly Note[]
}

const NOTHING: Said = { on: {}, notes: [] }
const EVERYTHING: Said = {
  on: { String: 'always', Long: 'always', Decimal: 'always', Bool: 'always', Other: 'always' },
  notes: [],
}

const narrowed = (detail: string): Note => ({ code: 'constraint-narrowed', widens: false, narrows: true, detail })
const widened = (detail: string): Note => ({ code: 'constraint-widened', widens: true, narrows: false, detail })

const onStrings = (tests: readonly Test[], notes: readonly Note[] = []): Said => ({ on: { String: tests }, notes })
const string = (text: (attribute: string) => string): Test => ({ slot: 'String', text })
const like = (parts: readonly PatternPart[]): Test => string(attribute => `${attribute} like ${cedarPattern(parts)}`)

const literalOf = (value: CedarValue): string => {
  if (typeof value === 'string') return quoted(value)
  return typeof value === 'object' ? `${value.__extn.fn}("${value.__extn.arg}")` : String(value)
}

/** Members by slot, as Cedar literals. */
export const membersOf = (values: readonly Scalar[]): Readonly<Partial<Record<NaturalSlot, readonly string[]>>> => {
  const members: Partial<Record<NaturalSlot, string[]>> = {}
  for (const value of values) {
    const { slot, value: placed } = placeValue(value)
    const list = members[slot] ?? []
    list.push(literalOf(placed))
    members[slot] = list
  }
  return members
}

const isOneOf = (slot: Slot, literals: readonly string[]): Test => ({
  slot,
  text: attribute =>
    literals.length === 1 ? `${attribute} == ${literals[0]}` : `[${literals.join(', ')}].contains(${attribute})`,
})

const sayList = (values: readonly Scalar[]): Said => {
  const members = membersOf(values)
  const on = NATURAL_SLOTS.flatMap(slot => {
    const literals = members[slot]
    return literals === undefined ? [] : [[slot, [isOneOf(slot, literals)]] as const]
  })
  return { on: Object.fromEntries(on), notes: [] }
}

const sayPath = (under: readonly string[]): Said => {
  const bases = under.map(normalizePath).filter(base => base !== null)
  if (bases.length === 0) return NOTHING
  const noClimb = (attribute: string): readonly string[] =>
    [
      ['../', null],
      [null, '/../', null],
      [null, '/..'],
      [null, '\0', null],
    ].map(parts => `!(${attribute} like ${cedarPattern(parts)})`)
  const within =
    (base: string) =>
    (attribute: string): string => {
      if (base === '') return `${attribute} != ".." && !(${attribute} like "/*")`
      if (base === '/') return `${attribute} like "/*"`
      return `(${attribute} == ${cedarString(base)} || ${attribute} like ${cedarPattern([`${base}/`, null])})`
    }
  return onStrings(
    bases.map(base => string(attribute => `(${[within(base)(attribute), ...noClimb(attribute)].join(' && ')})`)),
    [narrowed('a path that has to be resolved first (`..`, or `.` at its start) is refused')],
  )
}

const sayDomain = (names: readonly string[], parents: readonly string[]): Said => {
  // The final dot of a value is not looked at, so a name that has one contains nothing.
  const usable = (list: readonly string[]): readonly string[] =>
    list.filter(name => !name.endsWith('.')).map(name => name.toLowerCase())
  const literals = usable(names).map(cedarString)
  return onStrings(
    [
      ...(literals.length > 0 ? [isOneOf('String', literals)] : []),
      ...usable(parents).map(parent => like([null, `.${parent}`])),
    ],
    [narrowed('a host in capitals or with a final dot is refused')],
  )
}

const sayBlocks = (blocks: readonly string[]): Said => {
  const texts = blocks.flatMap(block => {
    const parsed = parseBlock(block)
    if (parsed === null) return []
    const { address, length } = parsed
    const shift = BigInt(address.width - length)
    return [`${addressText((address.bits >> shift) << shift, address.width)}/${length}`]
  })
  return onStrings(texts.map(text => ({ slot: 'Address', text: at => `${at}.isInRange(ip("${text}"))` })))
}

/** Decimal bounds in ten-thousandths, outside of which no Cedar decimal lies. */
const DECIMAL_LIMIT = 9_223_372_036_854_770_000n

/** `value` in ten-thousandths, rounded towards the inside of the range. */
const tenThousandths = (value: number, round: 'up' | 'down'): bigint => {
  if (Math.abs(value) >= 9e14) return value < 0 ? -DECIMAL_LIMIT : DECIMAL_LIMIT
  const whole = Math.floor(value)
  // Both factors are exact enough: the fraction is what the double holds, and comparisons below repair the last digit.
  let scaled = BigInt(whole) * 10_000n + BigInt(Math.floor((value - whole) * 10_000))
  const asNumber = (units: bigint): number => Number(decimalOf(units))
  while (asNumber(scaled) < value) scaled += 1n
  while (asNumber(scaled) > value) scaled -= 1n
  return round === 'up' && asNumber(scaled) < value ? scaled + 1n : scaled
}

const decimalOf = (units: bigint): string => {
  const size = units < 0n ? -units : units
  return `${units < 0n ? '-' : ''}${size / 10_000n}.${String(size % 10_000n).padStart(4, '0')}`
}

const sayRange = (min: number, max: number): Said => {
  const low = Math.max(Math.ceil(min), Number.MIN_SAFE_INTEGER)
  const high = Math.min(Math.floor(max), Number.MAX_SAFE_INTEGER)
  const long = (slot: Slot): readonly Test[] =>
    low <= high ? [{ slot, text: at => `(${at} >= ${low} && ${at} <= ${high})` }] : []
  const from = decimalOf(tenThousandths(min, 'up'))
  const to = decimalOf(tenThousandths(max, 'down'))
  const decimal = (slot: Slot): readonly Test[] =>
    min <= max
      ? [
          {
            slot,
            text: at => `(${at}.greaterThanOrEqual(decimal("${from}")) && ${at}.lessThanOrEqual(decimal("${to}")))`,
          },
        ]
      : []
  return {
    on: {
      Long: long('Long'),
      Decimal: decimal('Decimal'),
      String: [...long('NumberLong'), ...decimal('NumberDecimal')],
    },
    notes: [narrowed('a number with more than four decimal places, or beyond 2^53, is refused')],
  }
}

/** Characters that no run has, and that most often turn one name into another. */
const SEPARATORS = ['/', '@', ':', '.', ' ', '%']

/** A shape without runs is a literal or a prefix, which Cedar says exactly. */
const sayShape = (shape: Shape): Test => {
  const end = shape.findIndex(token => typeof token !== 'string' && 'rest' in token)
  const tokens = end < 0 ? shape : shape.slice(0, end + 1)
  const parts = tokens.map(token => (typeof token === 'string' ? token : null))
  if (end >= 0 || parts.every(part => part !== null)) return like(parts)
  const literal = parts.join('')
  return string(attribute =>
    [
      `${attribute} like ${cedarPattern(parts)}`,
      ...SEPARATORS.filter(one => !literal.includes(one)).map(
        one => `!(${attribute} like ${cedarPattern([null, one, null])})`,
      ),
    ].join(' && '),
  )
}

const GUARDED: readonly Role[] = ['sink', 'amount', 'secret']
const hasRun = (shape: Shape): boolean => shape.some(token => typeof token !== 'string' && 'run' in token)

const sayShapes = (shapes: readonly Shape[], role: Role): Said => {
  const guarded = GUARDED.includes(role)
  const written = guarded ? shapes.filter(shape => !hasRun(shape)) : shapes
  const note = guarded
    ? narrowed(`Cedar has no character classes, and a ${role} is not widened: values of the shape are refused`)
    : widened('Cedar has no character classes: any characters but separators may stand where the shape has a run')
  return onStrings(
    written.map(shape => ({ slot: 'String', text: at => `(${sayShape(shape).text(at)})` })),
    shapes.some(hasRun) ? [note] : [],
  )
}

const sayTypes = (types: readonly string[]): Said => {
  const numbers = types.includes('number')
  const nulls = types.includes('null')
  const strings = types.filter(type => !['number', 'null', 'boolean'].includes(type))
  const other: Test = { slot: 'Other', text: at => (nulls ? `${at} == "null"` : `${at} != "null"`) }
  return {
    on: {
      ...(numbers ? { Long: 'always', Decimal: 'always' } : {}),
      ...(types.includes('boolean') ? { Bool: 'always' } : {}),
      ...(numbers && nulls ? { Other: 'always' } : numbers || nulls ? { Other: [other] } : {}),
      ...(strings.length > 0 ? { String: [isOneOf('Type', strings.map(cedarString))] } : {}),
    },
    notes: [],
  }
}

const CONTEXT: Said = {
  on: {},
  notes: [
    {
      code: 'context-missing',
      widens: true,
      narrows: true,
      detail: 'Cedar is not told what the session has shown: what only that could allow, or deny, is left to review',
    },
  ],
}

/** A constraint that is not an `anyOf`. */
export type Alternative = Exclude<Constraint, { kind: 'anyOf' }>
type Of<K extends Alternative['kind']> = Extract<Alternative, { kind: K }>
type Sayings = { readonly [K in Alternative['kind']]: (constraint: Of<K>, role: Role) => Said }

const SAYINGS: Sayings = {
  any: () => EVERYTHING,
  none: () => NOTHING,
  set: ({ values }) => sayList(values),
  prefix: ({ prefixes }) => onStrings(prefixes.map(prefix => like([prefix, null]))),
  path: ({ under }) => sayPath(under),
  domain: ({ names, parents }) => sayDomain(names, parents),
  cidr: ({ blocks }) => sayBlocks(blocks),
  range: ({ min, max }) => sayRange(min, max),
  length: ({ max }) => ({
    on: { ...EVERYTHING.on, String: [{ slot: 'Length', text: at => `${at} <= ${Math.floor(max)}` }] },
    notes: [],
  }),
  shape: ({ shapes }, role) => sayShapes(shapes, role),
  type: ({ types }) => sayTypes(types),
  request: () => CONTEXT,
  field: () => CONTEXT,
  unprompted: () => CONTEXT,
}

/** A constraint as a flat list of alternatives. */
export const alternativesOf = (constraint: Constraint): readonly Alternative[] =>
  constraint.kind === 'anyOf' ? constraint.of.flatMap(alternativesOf) : [constraint]

const sayOne = <K extends Alternative['kind']>(constraint: Of<K>, role: Role): Said => {
  const say: Sayings[K] = SAYINGS[constraint.kind as K]
  return say(constraint, role)
}

/** What Cedar can say of any of these alternatives. */
export const sayAlternatives = (alternatives: readonly Alternative[], role: Role): Said => {
  if (alternatives.some(({ kind }) => kind === 'any')) return EVERYTHING
  const sayings = alternatives.map(one => sayOne(one, role))
  const on = NATURAL_SLOTS.flatMap((slot): readonly (readonly [NaturalSlot, 'always' | readonly Test[]])[] => {
    const tests = sayings.map(said => said.on[slot] ?? [])
    if (tests.includes('always')) return [[slot, 'always']]
    const all = tests.flatMap(test => (test === 'always' ? [] : test))
    return all.length > 0 ? [[slot, all]] : []
  })
  return { on: Object.fromEntries(on), notes: sayings.flatMap(({ notes }) => notes) }
}
