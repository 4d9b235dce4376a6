/**
 * A tool call → the questions to put to Cedar. The table that does it is part of the artifact (`mapping.json`), so that a
 * gateway, the engine and the own reader ask the same thing.
 *
 * - Each argument is one attribute of `context.input`, named by its path without `tool.args.` (`:` in a name is written
 *   `%3A`, two leading underscores `%5F_`): a top-level argument stands under its own name, with its own type, as in the
 *   schemas that gateways generate from tool manifests. `tool.server` stands in `context.call`.
 * - A value of another type than the usual one stands under `name:Type` instead; measures stand under `name:Measure`
 *   (see `encode/cedar-value`). Only what the schema declares is passed.
 * - Repeated values (array elements) are one set where the policy compares them with a list. Otherwise Cedar, which
 *   has no "for all", is asked once per element, and the call is allowed when every answer is.
 * - `context.undeclared` has the types (as `policy/infer-type` says) of the values of arguments that the policy does not
 *   know, and is absent where there are none; `context.unseen` is there, and true, where arguments were not recorded.
 *
 * INVARIANT: nothing of a request is left out silently: what the table cannot place is a refusal, and a refusal is deny.
 */
import { z } from 'zod'
import type { DimensionValue } from '../model/observation.ts'
import type { ActionRequest } from '../model/request.ts'
import { inferType } from '../policy/infer-type.ts'
import { scalarText } from './cedar-text.ts'
import { type CedarValue, MEASURES, measuresOf, NATURAL_SLOTS, placeValue, type Slot } from './cedar-value.ts'

const entity = z.object({ type: z.string(), id: z.string() })
const argument = z.object({
  dimension: z.string(),
  record: z.enum(['input', 'call']),
  attribute: z.string(),
  /** The slot that has the plain name. */
  usual: z.enum(NATURAL_SLOTS),
  ask: z.enum(['each', 'set']),
  /** Declared in the schema. A value of any other natural slot is refused. */
  slots: z.array(z.enum([...NATURAL_SLOTS, ...MEASURES])),
})
const mapping = z.object({
  format: z.literal('ambit.cedar-mapping/v1'),
  principal: entity,
  resource: entity,
  actions: z.array(z.object({ action: z.string(), arguments: z.array(argument) })),
})
export type CedarArgument = Readonly<z.infer<typeof argument>>
export type CedarMapping = Readonly<z.infer<typeof mapping>>

/** Null where the text is not a mapping. */
export const readCedarMapping = (text: string): CedarMapping | null => {
  try {
    return mapping.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

export interface CedarEntity {
  readonly type: string
  readonly id: string
}
export type CedarRecord = Readonly<Record<string, CedarValue | readonly CedarValue[]>>
export interface CedarContext {
  readonly input: CedarRecord
  readonly call: CedarRecord
  readonly undeclared?: readonly string[]
  readonly unseen?: true
}
export interface CedarQuestion {
  readonly principal: CedarEntity
  readonly action: CedarEntity
  readonly resource: CedarEntity
  readonly context: CedarContext
}
/** The call is allowed when every question is. A refusal is a deny. */
export type CedarQuestions = { readonly ask: readonly CedarQuestion[] } | { readonly refused: string }

const PREFIX = 'tool.args.'

/** Where a dimension's values stand. Names are injective, free of `:`, and never one of Cedar's own (`__entity`, …). */
export const placeOf = (dimension: string): { readonly record: 'input' | 'call'; readonly attribute: string } => {
  const isArgument = dimension.startsWith(PREFIX)
  const name = isArgument ? dimension.slice(PREFIX.length) : dimension
  const attribute = scalarText(name).replaceAll(':', '%3A').replace(/^__/, '%5F_')
  return { record: isArgument ? 'input' : 'call', attribute }
}

export const slotName = ({ attribute, usual }: CedarArgument, slot: Slot): string =>
  slot === usual ? attribute : `${attribute}:${slot}`

type Attribute = readonly [string, CedarValue | readonly CedarValue[]]

/** Attributes for one value, or null where its type is not declared. */
const attributesOfOne = (argument: CedarArgument, { value }: DimensionValue): readonly Attribute[] | null => {
  const natural = placeValue(value)
  if (!argument.slots.includes(natural.slot)) return null
  const measures = measuresOf(value).filter(({ slot }) => argument.slots.includes(slot))
  return [natural, ...measures].map(({ slot, value: placed }) => [slotName(argument, slot), placed])
}

/** Attributes for all values as sets, one per type, or null where a type is not declared. */
const attributesOfAll = (argument: CedarArgument, values: readonly DimensionValue[]): readonly Attribute[] | null => {
  const placed = values.map(({ value }) => placeValue(value))
  if (placed.some(({ slot }) => !argument.slots.includes(slot))) return null
  return NATURAL_SLOTS.map(
    (slot): Attribute => [
      slotName(argument, slot),
      [...new Set(placed.filter(one => one.slot === slot).map(one => one.value))],
    ],
  ).filter(([, members]) => Array.isArray(members) && members.length > 0)
}

interface Asked {
  readonly record: 'input' | 'call'
  /** One entry per question; the last one stands for all further questions. */
  readonly turns: readonly (readonly Attribute[])[]
}

const askArgument = (argument: CedarArgument, values: readonly DimensionValue[]): Asked | null => {
  const turns =
    argument.ask === 'set' ? [attributesOfAll(argument, values)] : values.map(value => attributesOfOne(argument, value))
  const sound = turns.filter(turn => turn !== null)
  return sound.length === turns.length ? { record: argument.record, turns: sound } : null
}

/** What to ask Cedar about a tool call. Pure; linear in the request. */
export const toCedarQuestions = (table: CedarMapping, request: ActionRequest): CedarQuestions => {
  if (request.substrate !== 'tool') return { refused: 'not a tool call' }
  const entry = table.actions.find(({ action }) => action === request.action)
  if (entry === undefined) return { refused: 'the tool is not in the schema' }
  const { principal, resource } = table
  const action = { type: 'Ambit::Action', id: scalarText(request.action) }
  if (request.visibility !== 'seen')
    return { ask: [{ principal, action, resource, context: { input: {}, call: {}, unseen: true } }] }

  const byDimension = new Map<string, DimensionValue[]>()
  for (const value of request.values) {
    const values = byDimension.get(value.dimension)
    if (values === undefined) byDimension.set(value.dimension, [value])
    else values.push(value)
  }
  const asked: Asked[] = []
  for (const argument of entry.arguments) {
    const values = byDimension.get(argument.dimension)
    if (values === undefined) continue
    const one = askArgument(argument, values)
    if (one === null)
      return { refused: `\`${argument.dimension}\` has a value of a type that the schema does not have` }
    asked.push(one)
    byDimension.delete(argument.dimension)
  }
  const undeclared = [...new Set([...byDimension.values()].flat().map(({ value }) => inferType(value)))]
  const count = Math.max(1, ...asked.map(({ turns }) => turns.length))
  const recordAt = (turn: number, record: 'input' | 'call'): CedarRecord =>
    Object.fromEntries(
      asked.flatMap(one => (one.record === record ? (one.turns[Math.min(turn, one.turns.length - 1)] ?? []) : [])),
    )
  return {
    ask: Array.from({ length: count }, (_, turn) => ({
      principal,
      action,
      resource,
      context: {
        input: recordAt(turn, 'input'),
        call: recordAt(turn, 'call'),
        ...(undeclared.length > 0 ? { undeclared } : {}),
      },
    })),
  }
}
