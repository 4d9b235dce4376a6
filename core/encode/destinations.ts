/**
 * A constraint on `network.destination` → the address blocks and names that a network policy can list. An allow-list:
 * what is not known to be expressed exactly ends up in `lost`, never in a wider rule.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Scalar } from '../model/scalar.ts'
import { contextOf } from '../policy/contains.ts'
import { addressBlock, canonicalBlock, isLoopbackBlock } from './address-blocks.ts'
import { isHostName, isLoopbackName } from './host-names.ts'

export interface Destinations {
  /** Every destination, whatever the lists say. */
  readonly any: boolean
  /** Canonical blocks; single addresses as `/32` or `/128`. */
  readonly blocks: readonly string[]
  readonly names: readonly string[]
  /** Domains whose proper subdomains, at any depth, are meant. */
  readonly parents: readonly string[]
  /** Whether loopback was among them: it never leaves the pod, so no network policy sees it. */
  readonly loopback: boolean
  /** Parts of the constraint that no list can say. */
  readonly lost: readonly Constraint[]
}

const NOTHING: Destinations = { any: false, blocks: [], names: [], parents: [], loopback: false, lost: [] }

const LOOPBACK: Destinations = { ...NOTHING, loopback: true }

const placeMember = (value: Scalar): Destinations => {
  const text = typeof value === 'string' ? value : ''
  const block = addressBlock(text)
  if (isLoopbackName(text) || isLoopbackBlock(text)) return LOOPBACK
  if (block !== null) return { ...NOTHING, blocks: [block] }
  if (isHostName(text)) return { ...NOTHING, names: [text] }
  return { ...NOTHING, lost: [{ kind: 'set', values: [value] }] }
}

const placeParent = (parent: string): Destinations => {
  if (isLoopbackName(parent)) return LOOPBACK
  if (isHostName(parent)) return { ...NOTHING, parents: [parent] }
  return { ...NOTHING, lost: [{ kind: 'domain', names: [], parents: [parent] }] }
}

const placeBlock = (text: string): Destinations => {
  const block = canonicalBlock(text)
  if (block !== null && isLoopbackBlock(block)) return LOOPBACK
  return block === null ? { ...NOTHING, lost: [{ kind: 'cidr', blocks: [text] }] } : { ...NOTHING, blocks: [block] }
}

const place = (constraint: Constraint): readonly Destinations[] => {
  switch (constraint.kind) {
    case 'any':
      return [{ ...NOTHING, any: true }]
    case 'none':
      return []
    case 'set':
      return constraint.values.map(placeMember)
    case 'domain':
      return [
        ...constraint.names.map(name => placeMember(name.toLowerCase())),
        ...constraint.parents.map(parent => placeParent(parent.toLowerCase())),
      ]
    case 'cidr':
      return constraint.blocks.map(placeBlock)
    case 'anyOf':
      return constraint.of.flatMap(place)
    default:
      return [{ ...NOTHING, lost: [constraint] }]
  }
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort()

export const destinationsOf = (constraint: Constraint): Destinations => {
  const parts = place(constraint)
  const any = parts.some(part => part.any)
  if (any) return { ...NOTHING, any }
  return {
    any,
    blocks: distinct(parts.flatMap(part => part.blocks)),
    names: distinct(parts.flatMap(part => part.names)),
    parents: distinct(parts.flatMap(part => part.parents)),
    loopback: parts.some(part => part.loopback),
    lost: parts.flatMap(part => part.lost),
  }
}

/** Whether a part was lost because it reads what a session has shown, which no packet carries. */
export const needsContext = (constraint: Constraint): boolean => contextOf(constraint).length > 0
