/** Granularity, confidence and closure: from a part of the evidence to what is permitted of each surface. */

import type { ClosureRule } from '../model/closure-rule.ts'
import type { ClosureMode, Decisions } from '../model/decisions.ts'
import type { Permission, SurfaceEnvelope, Thresholds } from '../model/policy.ts'
import type { Profile, SurfaceProfile } from '../model/profile.ts'
import { SUBSTRATES, type Substrate } from '../model/substrate.ts'
import { textOrder } from '../model/text-order.ts'
import { accessOf, type IamAccess } from './access.ts'
import { type Assessed, allowsNothing, alwaysIn, assess } from './assess.ts'
import { envelopesOf, type KnownTool } from './envelopes.ts'
import { gateFor, opened } from './gate.ts'
import { admitsIn } from './gate-part.ts'
import { type SurfaceTable, surfaceTable } from './surface-table.ts'
import type { Surroundings } from './surroundings.ts'
import { type Part, sizeIn, type WitnessNumbers, witnessNumbers } from './witness-numbers.ts'
import type { Kinds } from './witnesses.ts'

/** What derivation knows besides the profile and the decisions. */
export interface Knowledge {
  readonly rules: readonly ClosureRule[]
  readonly iam: IamAccess
  readonly blindTo: (source: string) => readonly string[]
}

/** Never gated by count: without name resolution no workload starts. */
const isBase = ({ substrate, action }: SurfaceProfile): boolean =>
  substrate === 'network' && /^(?:udp|tcp)\/53$/.test(action)

/** Tools that are declared, or that a person wrote about, also those that were not seen to be used. */
const knownTools = ({ catalog }: Profile, decisions: Decisions, { iam }: Knowledge): readonly KnownTool[] => {
  const names = new Set([
    ...[...catalog.values()].map(({ name }) => name),
    ...decisions.granularity.actions.flatMap(({ substrate, action }) => (substrate === 'tool' ? [action] : [])),
  ])
  return [...names].map(action => {
    const tools = [...catalog.values()].filter(({ name }) => name === action)
    return { action, access: accessOf('tool', action, tools, decisions, iam).value }
  })
}

/** What is read once, for the policy and for every part of the evidence that it is cross-validated on. */
export interface Tables {
  readonly numbers: WitnessNumbers
  /** In the order of the policy, also those of substrates that it does not bound. */
  readonly surfaces: readonly SurfaceTable[]
  readonly known: readonly KnownTool[]
  readonly mode: (substrate: Substrate) => ClosureMode
}

export const tablesOf = (profile: Profile, decisions: Decisions, knowledge: Knowledge, kinds: Kinds): Tables => {
  const numbers = witnessNumbers(profile, kinds)
  const mode = (substrate: Substrate): ClosureMode =>
    decisions.closure.perSubstrate[substrate] ?? decisions.closure.mode.value
  return {
    numbers,
    surfaces: [...profile.surfaces.values()]
      .sort((a, b) => textOrder(a.substrate, b.substrate) || textOrder(a.action, b.action))
      .map(surface => surfaceTable(surface, mode(surface.substrate), profile, decisions, knowledge.iam, numbers)),
    known: knownTools(profile, decisions, knowledge),
    mode,
  }
}

export interface AssessedSurface {
  readonly table: SurfaceTable
  readonly around: Surroundings
  /** None where the surface did not pass the gate. */
  readonly dimensions: readonly Assessed[]
  /** Else it is withheld as a whole. */
  readonly isPermitted: boolean
}

/** The surfaces that a part of the witnesses showed, of the substrates that are wanted. `compared`: see `surroundings`. */
export const assessSurfaces = (
  { surfaces, numbers }: Tables,
  part: Part,
  decisions: Decisions,
  { rules }: Knowledge,
  kinds: Kinds,
  thresholds: Thresholds,
  compared: boolean,
): readonly AssessedSurface[] => {
  const gates = new Map(
    SUBSTRATES.map(substrate => [substrate, gateFor(substrate, decisions, thresholds, kinds.alike)] as const),
  )
  return surfaces.flatMap((table): readonly AssessedSurface[] => {
    const { surface, sighted } = table
    const usual = gates.get(surface.substrate)
    if (usual === undefined || !decisions.granularity.substrates.value.includes(surface.substrate)) return []
    if (sizeIn(sighted, part) === 0) return []
    const gate = isBase(surface) ? opened(usual) : usual
    const around: Surroundings = { decisions, rules, numbers, gate, part, compared }
    if (!isBase(surface) && !admitsIn(gate, sighted, part, numbers))
      return [{ table, around, dimensions: [], isPermitted: false }]
    const always = alwaysIn(table, part)
    const dimensions = table.dimensions.flatMap(each => assess(each, table, always, around) ?? [])
    // A permission that no observed value passes would allow nothing: the surface is under the threshold as a whole.
    const isPermitted = !dimensions.some(each => each.isListed && allowsNothing(each))
    return [{ table, around, dimensions, isPermitted }]
  })
}

/** What the envelopes around unobserved surfaces and the bounds of the policy follow from. */
type Named = Pick<Permission, 'substrate' | 'action' | 'access'>

export const boundsOf = (permissions: readonly Named[], decisions: Decisions): readonly Substrate[] =>
  decisions.granularity.substrates.value.filter(substrate => permissions.some(one => one.substrate === substrate))

export const envelopesAround = (
  permissions: readonly Named[],
  decisions: Decisions,
  { mode, known }: Tables,
): readonly SurfaceEnvelope[] => envelopesOf(permissions, mode, decisions, known)
