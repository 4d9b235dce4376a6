/**
 * What a policy over a part of the evidence would have said of witnesses that are not in it: the reference semantics, asked of what
 * the profile kept. The profile knows a witness's values by surface and not by call, and where each came from; that is enough for
 * a rate.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Decisions } from '../model/decisions.ts'
import type { SurfaceEnvelope } from '../model/policy.ts'
import type { Scalar } from '../model/scalar.ts'
import type { Substrate } from '../model/substrate.ts'
import type { Verdict } from '../model/verdict.ts'
import { contains } from '../policy/contains.ts'
import { NO_CONTEXT } from '../policy/step.ts'
import { namesSurface } from '../policy/surface.ts'
import type { Assessed } from './assess.ts'
import { type AssessedSurface, boundsOf, envelopesAround, type Tables } from './assess-surfaces.ts'
import type { Column } from './column.ts'
import type { Origin } from './origin.ts'
import type { SurfaceTable } from './surface-table.ts'
import { isFrom } from './usual-fields.ts'

export interface WitnessVerdict {
  readonly verdict: Verdict
  /** Distinct surfaces and values that a person would be asked about. */
  readonly prompts: number
}

/** One value that a witness showed. */
interface Entry {
  readonly column: Column
  readonly sighting: number
}

const scalarOf = ({ column, sighting }: Entry): Scalar => column.values[column.value[sighting] ?? 0]?.value ?? null

const originOf = ({ column, sighting }: Entry): Origin => column.origin(sighting)

/** The origin is asked for only where the constraint depends on it: it is the costly part. */
const within = (constraint: Constraint, entry: Entry): boolean => {
  switch (constraint.kind) {
    case 'request':
      return originOf(entry) === 'request'
    case 'field':
      return originOf(entry) === 'field' && isFrom(constraint, entry.column.place(entry.sighting))
    case 'unprompted':
      return originOf(entry) === 'own'
    case 'anyOf':
      return constraint.of.some(each => within(each, entry))
    default:
      return contains(constraint, scalarOf(entry), NO_CONTEXT)
  }
}

/** Witness → what it showed of the surface; only of those that are held out. */
const shownBy = ({ dimensions }: SurfaceTable, held: Uint8Array): ReadonlyMap<number, readonly Entry[]> => {
  const shown = new Map<number, Entry[]>()
  for (const { column: columnOf } of dimensions) {
    const column = columnOf()
    for (const [sighting, number] of column.witness.entries()) {
      if (held[number] !== 1) continue
      const own = shown.get(number)
      if (own === undefined) shown.set(number, [{ column, sighting }])
      else own.push({ column, sighting })
    }
  }
  return shown
}

/** As `policy/surface` says it, of what the profile kept: the session explains every value, and at least one by name. */
const isExplained = (envelope: SurfaceEnvelope, action: string, entries: readonly Entry[]): boolean => {
  const { explained } = envelope
  if (explained === null || explained.except.includes(action)) return false
  const { every, some } = explained
  return entries.every(entry => within(every, entry)) && (some === null || entries.some(entry => within(some, entry)))
}

/** What the held-out witnesses would be told: what they are asked about, and which of them are denied something. */
interface Told {
  readonly asked: Map<number, Set<string>>
  readonly denied: Set<number>
}

const tell = ({ asked, denied }: Told, number: number, verdict: Verdict, question: string): void => {
  if (verdict === 'deny') denied.add(number)
  if (verdict === 'review') asked.get(number)?.add(question)
}

const judgeUnpermitted = (
  table: SurfaceTable,
  isWithheld: boolean,
  bounds: readonly Substrate[],
  around: readonly SurfaceEnvelope[],
  held: Uint8Array,
  told: Told,
): void => {
  const { substrate, action, visibility } = table.surface
  const isBound = bounds.includes(substrate)
  const envelopes = around.filter(envelope => envelope.substrate === substrate && namesSurface(envelope, action))
  const shown = envelopes.length === 0 ? null : shownBy(table, held)
  for (const number of table.sighted.witness) {
    if (held[number] !== 1) continue
    const entries = shown?.get(number) ?? []
    const explains = (envelope: SurfaceEnvelope): boolean => isExplained(envelope, action, entries)
    if (isBound && visibility.seen > 0 && envelopes.some(explains)) continue
    const isAsked =
      !isBound ||
      isWithheld ||
      envelopes.some(({ values }) => values === null || entries.every(entry => within(values, entry)))
    tell(told, number, isAsked ? 'review' : 'deny', `surface:${substrate}/${action}`)
  }
}

/** `assessed`: null where nobody of the part showed the dimension. */
const judgeValue = (
  entry: Entry,
  value: number,
  assessed: Assessed | null,
  others: SurfaceTable['unlisted'],
): Verdict => {
  const isListed = assessed?.isListed === true
  const [context, review] = isListed ? [assessed.context, assessed.review] : [[others.allow], others.review]
  if (isListed && assessed.closing.contains(value)) return 'allow'
  if (context.some(constraint => within(constraint, entry))) return 'allow'
  // What the part showed and its policy does not contain is withheld there, and so is a dimension that it does not list.
  const isWithheld = isListed ? assessed.weighed.entries[value] === 1 : assessed !== null
  const isAsked = isWithheld || (review !== null && within(review, entry))
  return isAsked || originOf(entry) === 'unknown' ? 'review' : 'deny'
}

const judgePermitted = ({ table, dimensions }: AssessedSurface, held: Uint8Array, told: Told): void => {
  for (const dimension of table.dimensions) {
    const column = dimension.column()
    const assessed = dimensions.find(each => each.table === dimension) ?? null
    for (let sighting = 0; sighting < column.witness.length; sighting++) {
      const number = column.witness[sighting] ?? -1
      if (held[number] !== 1) continue
      const value = column.value[sighting] ?? 0
      tell(told, number, judgeValue({ column, sighting }, value, assessed, table.unlisted), column.keys[value] ?? '')
    }
  }
}

/** `assessed`: over the evidence without the witnesses that are `held` out (by number, 1 for those). */
export const judgeWitnesses = (
  assessed: readonly AssessedSurface[],
  tables: Tables,
  decisions: Decisions,
  held: Uint8Array,
): ReadonlyMap<number, WitnessVerdict> => {
  const numbers = [...held.keys()].filter(number => held[number] === 1)
  const told: Told = { asked: new Map(numbers.map(number => [number, new Set<string>()])), denied: new Set() }
  const permissions = assessed.flatMap(({ table: { surface, access }, isPermitted }) =>
    isPermitted ? [{ substrate: surface.substrate, action: surface.action, access }] : [],
  )
  const bounds = boundsOf(permissions, decisions)
  const envelopes = envelopesAround(permissions, decisions, tables)
  const byTable = new Map(assessed.map(each => [each.table, each]))
  for (const table of tables.surfaces) {
    const own = byTable.get(table)
    if (own?.isPermitted === true) judgePermitted(own, held, told)
    else judgeUnpermitted(table, own !== undefined, bounds, envelopes, held, told)
  }
  return new Map(
    [...told.asked].map(([number, { size }]) => [
      number,
      { verdict: told.denied.has(number) ? 'deny' : size > 0 ? 'review' : 'allow', prompts: size },
    ]),
  )
}
