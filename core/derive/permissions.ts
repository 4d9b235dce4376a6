/** Granularity, confidence and closure: from a profile to what is permitted, what is withheld and what a person decides about. */
import type { ClosureRule } from '../model/closure-rule.ts'
import type { ClosureMode, Decisions } from '../model/decisions.ts'
import type { DerivedPolicy, Permission, Thresholds, Withheld } from '../model/policy.ts'
import type { Profile, SurfaceProfile } from '../model/profile.ts'
import type { Substrate } from '../model/substrate.ts'
import { accessOf, type IamAccess } from './access.ts'
import type { Surroundings } from './dimension.ts'
import { envelopesOf, type KnownTool } from './envelopes.ts'
import { type Gate, gateFor, opened } from './gate.ts'
import { derivePermission } from './permission.ts'
import { clusterSizes } from './trusted.ts'
import { classify } from './withheld.ts'
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

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

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

/** The part of a derived policy that verdicts rest on. */
export type Permitted = Pick<DerivedPolicy, 'bounds' | 'permissions' | 'envelopes' | 'withheld'>

/** A permission that no observed value passes would allow nothing: the surface is under the threshold as a whole. */
const allowsNothing = ({ dimensions }: Permission): boolean =>
  dimensions.some(({ allow, absent, role }) => allow.kind === 'none' && absent !== 'allow' && role.value !== 'secret')

export const derivePermissions = (
  profile: Profile,
  decisions: Decisions,
  knowledge: Knowledge,
  kinds: Kinds,
  thresholds: Thresholds,
): Permitted => {
  const wanted: readonly Substrate[] = decisions.granularity.substrates.value
  const mode = (substrate: Substrate): ClosureMode =>
    decisions.closure.perSubstrate[substrate] ?? decisions.closure.mode.value
  const common = { profile, decisions, rules: knowledge.rules, clusters: kinds.asked, sizes: clusterSizes(kinds.asked) }
  const outcome = [...profile.surfaces.values()]
    .filter(({ substrate }) => wanted.includes(substrate))
    .sort((a, b) => order(a.substrate, b.substrate) || order(a.action, b.action))
    .map((surface): { readonly permission: Permission | null; readonly withheld: readonly Withheld[] } => {
      const usual = gateFor(surface.substrate, decisions, thresholds, kinds.alike)
      const around: Surroundings = { ...common, gate: isBase(surface) ? opened(usual) : usual }
      const held = (parts: readonly Withheld[]) => ({
        permission: null,
        withheld: [withheldSurface(surface, around.gate, profile, parts)],
      })
      if (!isBase(surface) && !around.gate.admits(surface.witnesses)) return held([])
      const derived = derivePermission(surface, mode(surface.substrate), knowledge.iam, around)
      return allowsNothing(derived.permission) ? held(derived.withheld) : derived
    })
  const permissions = outcome.flatMap(({ permission }) => permission ?? [])
  return {
    bounds: wanted.filter(substrate => permissions.some(permission => permission.substrate === substrate)),
    permissions,
    envelopes: envelopesOf(permissions, mode, decisions, knownTools(profile, decisions, knowledge)),
    withheld: outcome
      .flatMap(({ withheld }) => withheld)
      .map(entry => ({ entry, key: sortKey(entry) }))
      .sort((a, b) => order(a.key, b.key))
      .map(({ entry }) => entry),
  }
}
