/** One surface that passed the gate → one permission. */
import type { ClosureMode } from '../model/decisions.ts'
import type { Permission, Withheld } from '../model/policy.ts'
import type { SurfaceProfile } from '../model/profile.ts'
import { accessOf, type IamAccess } from './access.ts'
import { deriveDimension, type Surroundings } from './dimension.ts'
import { countOf } from './evidence-count.ts'
import { unlistedPlan } from './plan.ts'

/** Letters, digits and `_ . : -` stand for themselves; anything else is `%{code point}`, so that ids are unique and plain. */
const permissionId = (substrate: string, action: string): string =>
  `${substrate}/${action.replace(/[^A-Za-z0-9_.:-]/gu, char => `%{${(char.codePointAt(0) ?? 0).toString(16)}}`)}`

export interface DerivedPermission {
  readonly permission: Permission
  readonly withheld: readonly Withheld[]
}

export const derivePermission = (
  surface: SurfaceProfile,
  mode: ClosureMode,
  iam: IamAccess,
  around: Surroundings,
): DerivedPermission => {
  const { profile, decisions, gate } = around
  const tools = [...profile.catalog.values()].filter(
    tool => surface.substrate === 'tool' && tool.name === surface.action,
  )
  const access = accessOf(surface.substrate, surface.action, tools, decisions, iam)
  const derived = [...surface.dimensions.values()]
    .sort((a, b) => (a.dimension < b.dimension ? -1 : 1))
    .map(observed => deriveDimension(surface, observed, access.value, mode, tools, around))
  return {
    permission: {
      id: permissionId(surface.substrate, surface.action),
      substrate: surface.substrate,
      action: surface.action,
      access,
      dimensions: derived.flatMap(({ dimension }) => dimension ?? []),
      others: unlistedPlan(mode, surface.substrate, access.value, decisions),
      argumentsSeen: surface.visibility.seen > 0,
      evidence: countOf(surface.witnesses, profile, gate, surface.sources),
    },
    withheld: derived.flatMap(({ withheld }) => withheld),
  }
}
