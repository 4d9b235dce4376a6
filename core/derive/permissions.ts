/** What was assessed over all of the evidence → what is permitted and what is withheld, as the document has it. */

import type { Decisions } from '../model/decisions.ts'
import type { DerivedPolicy, Permission, Withheld } from '../model/policy.ts'
import type { Profile, SurfaceProfile } from '../model/profile.ts'
import { textOrder } from '../model/text-order.ts'
import { type AssessedSurface, boundsOf, envelopesAround, type Tables } from './assess-surfaces.ts'
import type { Gate } from './gate.ts'
import { writePermission } from './permission.ts'
import { classify } from './withheld.ts'

const sortKey = (entry: Withheld): string =>
  [entry.substrate, entry.action, entry.dimension ?? '', typeof entry.value, String(entry.value)].join('\0')

/** `parts`: what is withheld of it; where a value is missing for want of agreement alone, the surface is too. */
const withheldSurface = (
  surface: SurfaceProfile,
  gate: Gate,
  profile: Profile,
  parts: readonly Withheld[],
): Withheld => {
  const { substrate, action, witnesses, sources } = surface
  const isSuggested = parts.some(part => part.class === 'suggested')
  const where = { substrate, action, dimension: null, value: null }
  return { ...where, ...classify(witnesses, profile, gate, sources, isSuggested) }
}

/** The part of a derived policy that verdicts rest on. */
export type Permitted = Pick<DerivedPolicy, 'bounds' | 'permissions' | 'envelopes' | 'withheld'>

/** `assessed`: over all of the evidence. */
export const writePermissions = (
  assessed: readonly AssessedSurface[],
  profile: Profile,
  decisions: Decisions,
  tables: Tables,
): Permitted => {
  const outcome = assessed.map((each): { permission: Permission | null; withheld: readonly Withheld[] } => {
    const { table, around, isPermitted } = each
    const derived = writePermission(each, profile)
    return isPermitted
      ? derived
      : { permission: null, withheld: [withheldSurface(table.surface, around.gate, profile, derived.withheld)] }
  })
  const permissions = outcome.flatMap(({ permission }) => permission ?? [])
  return {
    bounds: boundsOf(permissions, decisions),
    permissions,
    envelopes: envelopesAround(permissions, decisions, tables),
    withheld: outcome
      .flatMap(({ withheld }) => withheld)
      .map(entry => ({ entry, key: sortKey(entry) }))
      .sort((a, b) => textOrder(a.key, b.key))
      .map(({ entry }) => entry),
  }
}
