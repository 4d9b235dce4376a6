/**
 * One dimension of a surface, over a part of the evidence: type, role, plan, gate and rule. What a verdict rests on, without the
 * words: `dimension` writes it down for a person, `judge-witness` judges by it.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Access, Role } from '../model/decisions.ts'
import type { Substrate } from '../model/substrate.ts'
import type { ValueType } from '../model/value-type.ts'
import type { Verdict } from '../model/verdict.ts'
import { type Closing, closingOf, NEVER, UNESTABLISHED } from './closing.ts'
import { shownIn } from './column.ts'
import { dimensionType } from './dimension-type.ts'
import type { Gate } from './gate.ts'
import { admitsIn } from './gate-part.ts'
import type { Plan } from './plan.ts'
import type { DimensionTable, Planned, SurfaceTable } from './surface-table.ts'
import type { Surroundings } from './surroundings.ts'
import { trustedSightings } from './trusted.ts'
import { contextAround } from './usual-fields.ts'
import type { Weighed } from './weighed.ts'
import { type Part, sizeIn } from './witness-numbers.ts'

export interface Assessed extends Planned {
  readonly table: DimensionTable
  readonly type: ValueType
  readonly absent: Verdict
  /** Enough showed the dimension at all, or a person has a rule for it. */
  readonly isEstablished: boolean
  /** Too few showed it, and the permission need not say what its absence means: it does not list it. */
  readonly isListed: boolean
  readonly isGuarded: boolean
  readonly weighed: Weighed
  readonly closing: Closing
  /** What allows a value besides `closing`. */
  readonly context: readonly Constraint[]
  readonly review: Constraint | null
}

/** Under this miss an unseen value is so rare that it is denied rather than asked about … */
const RARE = 0.02
/** … with 95 % confidence: nothing seen in n tries still leaves a chance of 3/n (the rule of three). */
const RULE_OF_THREE = 3

/** Dimension → how many witnesses of the part never left it out; and how many witnesses those are. */
export interface Always {
  readonly by: ReadonlyMap<string, number>
  readonly size: number
}

export const alwaysIn = ({ always }: SurfaceTable, { has }: Part): Always => {
  const by = new Map<string, number>()
  let size = 0
  for (const [number, names] of always) {
    if (has[number] !== 1) continue
    size++
    for (const name of names) by.set(name, (by.get(name) ?? 0) + 1)
  }
  return { by, size }
}

const absentVerdict = (missing: Verdict, without: number, gate: Gate): Verdict => {
  if (missing === 'allow' || without > gate.witnesses) return 'allow'
  return without > 0 ? 'review' : missing
}

/** Where an injection would have to name what it wants: there a sighting counts only if the session explains it. */
const guards = (substrate: Substrate, access: Access, role: Role, { context }: Plan): boolean =>
  context.length > 0 ||
  (substrate === 'tool' && (role === 'sink' || (access !== 'read' && (role === 'amount' || role === 'selector'))))

/** Null: nobody of the part showed the dimension. */
export const assess = (
  table: DimensionTable,
  { surface, access, unlisted }: SurfaceTable,
  always: Always,
  around: Surroundings,
): Assessed | null => {
  const { decisions, gate, part } = around
  const present = sizeIn(table.present, part)
  if (present === 0) return null
  const column = table.column()
  const shown = shownIn(column, part)
  const type = dimensionType(column, shown, part)
  const planned = table.planned(type)
  const { plan, role, isWritten } = planned
  const isSecret = role.value === 'secret'
  const without = always.size - (always.by.get(table.observed.dimension) ?? 0)
  const absent = absentVerdict(plan.missing, without, gate)
  // A person's rule for the dimension is not evidence, and needs none.
  const isEstablished = isWritten || admitsIn(gate, table.present, part, around.numbers)
  // Only where the permission need not say what its absence means, and nothing has to be kept from reports.
  const isListed = isEstablished || surface.substrate !== 'tool' || absent !== 'allow' || isSecret
  const isGuarded = guards(surface.substrate, access.value, role.value, plan)
  // INVARIANT (law 7): from here on no secret value is in reach of the document.
  const entries = shown.map((one, value) => (isSecret || column.types[value] === 'secret' ? 0 : one))
  const mayBeOwn = plan.context.some(({ kind }) => kind === 'unprompted')
  const quorum = decisions.confidence.quorum.value
  const trusted = isGuarded && isListed ? trustedSightings(column, entries, part, quorum, mayBeOwn) : null
  const weighed: Weighed = { column, part, entries, trusted }
  const given = isEstablished ? contextAround(plan.context, isSecret ? null : column, around) : []
  const closing = !isEstablished
    ? UNESTABLISHED
    : plan.rules[0] === 'none'
      ? NEVER
      : closingOf(weighed, plan, given, around)
  const { miss, isFree } = closing
  const isRare = plan.beyond === 'rare' && miss !== null && miss + RULE_OF_THREE / present <= RARE
  const context = isEstablished ? (isFree ? [] : given) : [unlisted.allow]
  const isOpen = isEstablished ? isFree : unlisted.allow.kind === 'any'
  const beyond: Constraint | null = plan.beyond === 'deny' || isRare || isOpen ? null : { kind: 'any' }
  return {
    ...planned,
    table,
    type,
    absent,
    isEstablished,
    isListed,
    isGuarded,
    weighed,
    closing,
    context,
    review: isEstablished ? beyond : (unlisted.review ?? beyond),
  }
}

/** Nothing at all is in it: the surface then allows no call. */
export const allowsNothing = ({ closing, context, absent, role }: Assessed): boolean =>
  closing.isNothing && context.every(({ kind }) => kind === 'none') && absent !== 'allow' && role.value !== 'secret'
