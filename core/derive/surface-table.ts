/** A surface, read once: what does not depend on which part of the evidence is looked at. */
import type { Access, ClosureMode, Decisions, Role } from '../model/decisions.ts'
import type { DimensionProfile, Profile, SurfaceProfile } from '../model/profile.ts'
import type { ValueType } from '../model/value-type.ts'
import { accessOf, type Classified, type IamAccess } from './access.ts'
import { type Column, columnOf } from './column.ts'
import { type Plan, planFor, unlistedPlan } from './plan.ts'
import { roleOf } from './roles.ts'
import { type Sighted, sightedBy, type WitnessNumbers } from './witness-numbers.ts'

export interface Planned {
  readonly role: Classified<Role>
  readonly plan: Plan
  /** The plan's rules are a person's, who needs no evidence for them. */
  readonly isWritten: boolean
}

export interface DimensionTable {
  readonly observed: DimensionProfile
  readonly present: Sighted
  /** Built when it is first asked for: most surfaces do not pass the gate. */
  readonly column: () => Column
  /** What is to be done with the dimension if its values are of this type. */
  readonly planned: (type: ValueType) => Planned
}

export interface SurfaceTable {
  readonly surface: SurfaceProfile
  readonly sighted: Sighted
  readonly access: Classified<Access>
  readonly unlisted: ReturnType<typeof unlistedPlan>
  /** By name. */
  readonly dimensions: readonly DimensionTable[]
  /** Witness → the dimensions that none of its calls left out. */
  readonly always: readonly (readonly [witness: number, names: ReadonlySet<string>])[]
}

const once = <Key, Value>(make: (key: Key) => Value): ((key: Key) => Value) => {
  const made = new Map<Key, Value>()
  return key => {
    const known = made.get(key) ?? make(key)
    made.set(key, known)
    return known
  }
}

export const surfaceTable = (
  surface: SurfaceProfile,
  mode: ClosureMode,
  { catalog }: Profile,
  decisions: Decisions,
  iam: IamAccess,
  numbers: WitnessNumbers,
): SurfaceTable => {
  const { substrate, action } = surface
  const tools = [...catalog.values()].filter(tool => substrate === 'tool' && tool.name === action)
  const access = accessOf(substrate, action, tools, decisions, iam)
  const plannedFor = ({ dimension }: DimensionProfile, type: ValueType): Planned => {
    const declarations = tools.flatMap(tool => tool.parameters.filter(entry => entry.dimension === dimension))
    const role = roleOf(action, dimension, type, declarations, decisions)
    const written = decisions.closure.dimensions.find(
      entry =>
        entry.closure !== null && entry.dimension === dimension && (entry.action === action || entry.action === '*'),
    )
    const plan = planFor(mode, substrate, access.value, dimension, role.value, type)
    return written?.closure === undefined || written.closure === null || role.value === 'secret'
      ? { role, plan, isWritten: false }
      : { role, plan: { ...plan, rules: [written.closure] }, isWritten: true }
  }
  return {
    surface,
    sighted: sightedBy(surface.witnesses, numbers),
    access,
    unlisted: unlistedPlan(mode, substrate, access.value, decisions),
    dimensions: [...surface.dimensions.values()]
      .sort((a, b) => (a.dimension < b.dimension ? -1 : 1))
      .map(observed => {
        const column = once((_: null) => columnOf(observed, numbers))
        return {
          observed,
          present: sightedBy(observed.present, numbers),
          column: () => column(null),
          planned: once((type: ValueType) => plannedFor(observed, type)),
        }
      }),
    always: [...surface.always].map(([name, names]) => [numbers.numberOf.get(name) ?? -1, names] as const),
  }
}
