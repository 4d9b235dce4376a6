/** One surface that passed the gate → one permission. */
import type { Permission, Withheld } from '../model/policy.ts'
import type { Profile } from '../model/profile.ts'
import type { Assessed } from './assess.ts'
import { writeDimension } from './dimension.ts'
import { countOf } from './evidence-count.ts'
import type { SurfaceTable } from './surface-table.ts'
import type { Surroundings } from './surroundings.ts'

/** Letters, digits and `_ . : -` stand for themselves; anything else is `%{code point}`, so that ids are unique and plain. */
const permissionId = (substrate: string, action: string): string =>
  `${substrate}/${action.replace(/[^A-Za-z0-9_.:-]/gu, char => `%{${(char.codePointAt(0) ?? 0).toString(16)}}`)}`

export interface DerivedPermission {
  readonly permission: Permission
  readonly withheld: readonly Withheld[]
}

/** What `permissions` assessed of one surface, as far as it is written down here. */
interface Assessment {
  readonly table: SurfaceTable
  readonly around: Surroundings
  readonly dimensions: readonly Assessed[]
}

export const writePermission = ({ table, around, dimensions }: Assessment, profile: Profile): DerivedPermission => {
  const { surface, access, unlisted } = table
  const written = dimensions.map(each => writeDimension(each, table, profile, around))
  return {
    permission: {
      id: permissionId(surface.substrate, surface.action),
      substrate: surface.substrate,
      action: surface.action,
      access,
      dimensions: written.flatMap(({ dimension }) => dimension ?? []),
      others: unlisted,
      argumentsSeen: surface.visibility.seen > 0,
      evidence: countOf(surface.witnesses, profile, around.gate, surface.sources),
    },
    withheld: written.flatMap(({ withheld }) => withheld),
  }
}
