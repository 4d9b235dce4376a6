/**
 * One value of a request → typed Cedar attributes. Cedar attributes have one type each and its numbers are 64-bit
 * integers and four-digit decimals, so a value goes to the slot of its type, and every value has exactly one natural slot.
 * Measures beside it say what Cedar cannot find out about a string itself; they parse and count, and never decide.
 */
import type { Scalar } from '../model/scalar.ts'
import { parseAddress } from '../policy/addresses.ts'
import { inferType } from '../policy/infer-type.ts'
import { scalarText } from './cedar-text.ts'

/** `Other`: null and numbers that are neither, as their JSON text. */
export const NATURAL_SLOTS = ['String', 'Long', 'Decimal', 'Bool', 'Other'] as const
export type NaturalSlot = (typeof NATURAL_SLOTS)[number]
/**
 * `Address`: a string that is an IP address. `NumberLong`, `NumberDecimal`: a string that is wholly a decimal number.
 * `Length`: its UTF-16 units. `Type`: what it looks like, as `policy/infer-type` says.
 */
export const MEASURES = ['Address', 'NumberLong', 'NumberDecimal', 'Length', 'Type'] as const
export type Measure = (typeof MEASURES)[number]
export type Slot = NaturalSlot | Measure

export const CEDAR_TYPES: Readonly<Record<Slot, string>> = {
  String: 'String',
  Long: 'Long',
  Decimal: 'decimal',
  Bool: 'Bool',
  Other: 'String',
  Address: 'ipaddr',
  NumberLong: 'Long',
  NumberDecimal: 'decimal',
  Length: 'Long',
  Type: 'String',
}

/** Cedar's JSON form of a value. */
export type CedarValue =
  | string
  | number
  | boolean
  | { readonly __extn: { readonly fn: 'ip' | 'decimal'; readonly arg: string } }

export interface Placed {
  readonly slot: Slot
  readonly value: CedarValue
}

/** A number as a Cedar decimal literal, or null where four digits after the point do not hold it exactly. */
const decimalText = (value: number): string | null => {
  const text = String(value)
  return /^-?\d{1,15}\.\d{1,4}$/.test(text) && Math.abs(value) < 922_337_203_685_477 ? text : null
}

const placeNumber = (value: number): { readonly slot: 'Long' | 'Decimal' | 'Other'; readonly value: CedarValue } => {
  if (Number.isSafeInteger(value)) return { slot: 'Long', value: value === 0 ? 0 : value }
  const arg = decimalText(value)
  return arg === null
    ? { slot: 'Other', value: String(value) }
    : { slot: 'Decimal', value: { __extn: { fn: 'decimal', arg } } }
}

/** The natural slot and value: equal values, and only they, are placed alike. */
export const placeValue = (value: Scalar): { readonly slot: NaturalSlot; readonly value: CedarValue } => {
  if (value === null) return { slot: 'Other', value: 'null' }
  if (typeof value === 'boolean') return { slot: 'Bool', value }
  return typeof value === 'number' ? placeNumber(value) : { slot: 'String', value: scalarText(value) }
}

/** An address as Cedar reads it: no IPv4 in IPv6 notation, no shorthand. */
export const addressText = (bits: bigint, width: 32 | 128): string => {
  const size = width === 32 ? 8 : 16
  const groups = Array.from(
    { length: width / size },
    (_, index) => (bits >> BigInt(width - size * (index + 1))) & ((1n << BigInt(size)) - 1n),
  )
  return width === 32 ? groups.join('.') : groups.map(group => group.toString(16)).join(':')
}

const measureNumber = (text: string): readonly Placed[] => {
  if (!/^-?\d{1,15}(?:\.\d{1,15})?$/.test(text)) return []
  const placed = placeNumber(Number(text))
  if (placed.slot === 'Other') return []
  return [{ slot: placed.slot === 'Long' ? 'NumberLong' : 'NumberDecimal', value: placed.value }]
}

/** What Cedar cannot find out about a string itself. Nothing for other values: their slot says it. */
export const measuresOf = (value: Scalar): readonly Placed[] => {
  if (typeof value !== 'string') return []
  const address = parseAddress(value)
  return [
    ...(address === null
      ? []
      : [
          {
            slot: 'Address' as const,
            value: { __extn: { fn: 'ip' as const, arg: addressText(address.bits, address.width) } },
          },
        ]),
    ...measureNumber(value),
    { slot: 'Length', value: value.length },
    { slot: 'Type', value: inferType(value) },
  ]
}
