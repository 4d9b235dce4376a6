/**
 * One dimension of a permission → where its values stand in a Cedar request, the condition under which Cedar allows
 * them, and the wider one under which it leaves them to review.
 */
import type { Loss } from '../model/encoder.ts'
import type { Permission, PermissionDimension } from '../model/policy.ts'
import type { Scalar } from '../model/scalar.ts'
import { contextOf } from '../policy/contains.ts'
import {
  type Alternative,
  alternativesOf,
  membersOf,
  type Note,
  type Said,
  sayAlternatives,
  type Test,
} from './cedar-constraint.ts'
import { type CedarArgument, placeOf, slotName } from './cedar-mapping.ts'
import { attributeOf, hasAttribute, joined } from './cedar-text.ts'
import { MEASURES, NATURAL_SLOTS, type NaturalSlot, type Slot } from './cedar-value.ts'

export interface PlannedDimension {
  readonly argument: CedarArgument
  /** Null: nothing to check. */
  readonly allow: string | null
  readonly review: string | null
  readonly losses: readonly Loss[]
}

const has = (argument: CedarArgument, slot: Slot): string =>
  hasAttribute(`context.${argument.record}`, slotName(argument, slot))
const at = (argument: CedarArgument, slot: Slot): string =>
  attributeOf(`context.${argument.record}`, slotName(argument, slot))

const naturalSlots = (argument: CedarArgument): readonly NaturalSlot[] =>
  [...NATURAL_SLOTS]
    .filter(slot => argument.slots.includes(slot))
    .sort((a, b) => Number(b === argument.usual) - Number(a === argument.usual))

/** Every slot says "any value": only whether there is one matters. */
const presence = (argument: CedarArgument, slots: readonly NaturalSlot[], absentOk: boolean): string | null =>
  absentOk
    ? null
    : joined(
        '||',
        slots.map(slot => `(${has(argument, slot)})`),
      )

/** `if … then … else` over the slots: one value has one of them. Slots with the same answer share a branch. */
const conditionOfEach = (argument: CedarArgument, said: Said, absentOk: boolean): string | null => {
  const slots = naturalSlots(argument)
  if (slots.length === 0) return absentOk ? null : 'false'
  if (slots.every(slot => said.on[slot] === 'always')) return presence(argument, slots, absentOk)
  const textsOf = (tests: readonly Test[], slot: NaturalSlot): string => {
    const texts = tests.map(test => {
      const text = test.text(at(argument, test.slot))
      return test.slot === slot ? text : `(${has(argument, test.slot)} && ${text})`
    })
    return joined('||', [...new Set(texts)])
  }
  const tested = slots.flatMap(slot => {
    const tests = said.on[slot]
    return tests === undefined || tests === 'always' ? [] : [{ slot, text: textsOf(tests, slot) }]
  })
  const always = slots.filter(slot => said.on[slot] === 'always')
  const never = slots.filter(slot => said.on[slot] === undefined)
  const [only] = tested
  if (only !== undefined && slots.every(slot => slot === only.slot || said.on[slot] === undefined) && !absentOk)
    return `${has(argument, only.slot)} && (${only.text})`
  const shared = (answer: boolean, same: readonly NaturalSlot[]): readonly string[] =>
    same.length === 0 || answer === absentOk
      ? []
      : [
          `if ${joined(
            '||',
            same.map(slot => `(${has(argument, slot)})`),
          )} then ${answer}`,
        ]
  const branches = [
    ...tested.map(({ slot, text }) => `if ${has(argument, slot)} then ${text}`),
    ...shared(true, always),
    ...shared(false, never),
  ]
  return [...branches, String(absentOk)].join('\n  else ')
}

/** Elements of every declared type together: each set lies within the list of its type. */
const conditionOfSet = (
  argument: CedarArgument,
  alternatives: readonly Alternative[],
  absentOk: boolean,
): string | null => {
  const slots = naturalSlots(argument)
  if (slots.length === 0) return absentOk ? null : 'false'
  if (alternatives.some(({ kind }) => kind === 'any')) return presence(argument, slots, absentOk)
  const members = membersOf(alternatives.flatMap(one => (one.kind === 'set' ? one.values : [])))
  const within = slots.map(slot => {
    const literals = members[slot]
    if (literals === undefined) return `!(${has(argument, slot)})`
    return `(if ${has(argument, slot)} then [${literals.join(', ')}].containsAll(${at(argument, slot)}) else true)`
  })
  const present = presence(argument, slots, absentOk)
  return joined('&&', present === null ? within : [`(${present})`, ...within])
}

const usualSlot = ({ type }: PermissionDimension): NaturalSlot =>
  type === 'number' ? 'Long' : type === 'boolean' ? 'Bool' : 'String'

const isListed = ({ kind }: Alternative): boolean => kind === 'set' || kind === 'any' || kind === 'none'

/** Slots of the values that something is said of, and of the measures that it is said with. */
const slotsOf = (said: Said): readonly Slot[] =>
  NATURAL_SLOTS.flatMap(slot => {
    const tests = said.on[slot]
    if (tests === undefined) return []
    return [slot, ...(tests === 'always' ? [] : tests.map(test => test.slot))]
  })

const planArgument = (
  dimension: PermissionDimension,
  widest: readonly Alternative[],
  sayings: readonly Said[],
): CedarArgument => {
  const used = new Set(sayings.flatMap(slotsOf))
  const usual = usualSlot(dimension)
  return {
    dimension: dimension.dimension,
    ...placeOf(dimension.dimension),
    usual,
    ask: dimension.dimension.includes('[]') && widest.every(isListed) ? 'set' : 'each',
    slots: [...new Set<Slot>([usual, ...NATURAL_SLOTS, ...MEASURES])].filter(slot => used.has(slot)),
  }
}

const lossesOf = (permission: Permission, dimension: PermissionDimension, notes: readonly Note[]): readonly Loss[] => {
  const losses = new Map<string, Loss>()
  for (const note of notes)
    losses.set(note.code + note.detail, { ...note, permission: permission.id, dimension: dimension.dimension })
  return [...losses.values()]
}

/** @param withheld values that were seen under the threshold: for review, whatever the constraint says. */
export const planDimension = (
  permission: Permission,
  dimension: PermissionDimension,
  withheld: readonly Scalar[],
): PlannedDimension => {
  const role = dimension.role.value
  const allowed = alternativesOf(dimension.allow)
  const reviewed: readonly Alternative[] = [
    ...allowed,
    ...(dimension.review === null ? [] : alternativesOf(dimension.review)),
    ...(withheld.length > 0 ? [{ kind: 'set', values: withheld } as const] : []),
    // Without context the policy reviews what only context could allow; Cedar never has any.
    ...(contextOf(dimension.allow).length > 0 ? [{ kind: 'any' } as const] : []),
  ]
  const allow = sayAlternatives(allowed, role)
  const review = sayAlternatives(reviewed, role)
  const argument = planArgument(dimension, reviewed, [allow, review])
  const condition = (alternatives: readonly Alternative[], said: Said, absentOk: boolean): string | null =>
    argument.ask === 'set'
      ? conditionOfSet(argument, alternatives, absentOk)
      : conditionOfEach(argument, said, absentOk)
  return {
    argument,
    allow: condition(allowed, allow, dimension.absent === 'allow'),
    review: condition(reviewed, review, dimension.absent !== 'deny'),
    losses: lossesOf(permission, dimension, [...allow.notes, ...review.notes]),
  }
}
