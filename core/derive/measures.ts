/**
 * Profile → what each session measured: how often, how fast, how long, how much, and what came after what. One number (or one
 * predecessor) per session and measure: its extreme, since one extreme is what a person would be asked about.
 */
import type { Permission } from '../model/policy.ts'
import type { Profile, SurfaceProfile } from '../model/profile.ts'
import type { Substrate } from '../model/substrate.ts'
import type { Signal } from '../model/usual.ts'
import { tempoKey } from '../policy/tempo.ts'
import { BEGINNING } from '../policy/usual.ts'

export interface Measure {
  readonly signal: Exclude<Signal, 'order'>
  readonly substrate: Substrate
  readonly action: string | null
  readonly dimension: string | null
  /** Witness → its largest, and for amounts its smallest too. */
  readonly most: ReadonlyMap<string, number>
  readonly least: ReadonlyMap<string, number> | null
}

/** Surface → witness → the surface that was new before it. */
export type Orders = ReadonlyMap<
  string,
  { readonly substrate: Substrate; readonly action: string; readonly before: ReadonlyMap<string, string> }
>

const sessionsOf = (profile: Profile): readonly string[] =>
  [...profile.witnesses].flatMap(([name, { session }]) => (session ? [name] : []))

const isSession = (profile: Profile, witness: string): boolean => profile.witnesses.get(witness)?.session === true

const callsOf = (profile: Profile, surface: SurfaceProfile): ReadonlyMap<string, number> =>
  new Map(
    [...surface.witnesses].flatMap(([name, { count }]) => (isSession(profile, name) ? [[name, count] as const] : [])),
  )

const totalsOf = (profile: Profile, substrate: Substrate): ReadonlyMap<string, number> => {
  const totals = new Map<string, number>()
  for (const surface of profile.surfaces.values()) {
    if (surface.substrate !== substrate) continue
    for (const [name, count] of callsOf(profile, surface)) totals.set(name, (totals.get(name) ?? 0) + count)
  }
  return totals
}

const busiestMinutes = (profile: Profile, substrate: Substrate): ReadonlyMap<string, number> =>
  new Map(
    sessionsOf(profile).flatMap(name => {
      let most = 0
      for (const [minute, count] of profile.witnesses.get(name)?.minutes.get(substrate) ?? []) {
        if (Number.isFinite(minute)) most = Math.max(most, count)
      }
      return most === 0 ? [] : [[name, most] as const]
    }),
  )

/** Per session, the extremes of what `of` says of its values; values without a number count for nothing. */
const extremes = (
  profile: Profile,
  surface: SurfaceProfile,
  dimension: string,
  of: (value: unknown) => number | null,
): { readonly most: Map<string, number>; readonly least: Map<string, number> } => {
  const most = new Map<string, number>()
  const least = new Map<string, number>()
  for (const { value, witnesses } of surface.dimensions.get(dimension)?.values.values() ?? []) {
    const size = of(value)
    if (size === null) continue
    for (const name of witnesses.keys()) {
      if (!isSession(profile, name)) continue
      most.set(name, Math.max(most.get(name) ?? size, size))
      least.set(name, Math.min(least.get(name) ?? size, size))
    }
  }
  return { most, least }
}

const lengthOf = (value: unknown): number | null => (typeof value === 'string' ? value.length : null)
const numberOf = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

const valueMeasures = (profile: Profile, surface: SurfaceProfile, permission: Permission): readonly Measure[] =>
  permission.dimensions.flatMap(({ dimension, role, allow }): readonly Measure[] => {
    // What is a closed set has no distribution to leave, and a secret's length is a part of it.
    if (allow.kind === 'set' || role.value === 'secret') return []
    const where = { substrate: surface.substrate, action: surface.action, dimension }
    const lengths = extremes(profile, surface, dimension, lengthOf)
    const amounts = extremes(profile, surface, dimension, numberOf)
    return [
      ...(lengths.most.size === 0 ? [] : [{ ...where, signal: 'length' as const, most: lengths.most, least: null }]),
      ...(amounts.most.size === 0 ? [] : [{ ...where, signal: 'amount' as const, ...amounts }]),
    ]
  })

export const measuresOf = (
  profile: Profile,
  permissions: readonly Permission[],
  substrates: readonly Substrate[],
): readonly Measure[] => {
  const wide = { action: null, dimension: null, least: null }
  return [
    ...substrates.flatMap((substrate): readonly Measure[] => [
      { ...wide, signal: 'session', substrate, most: totalsOf(profile, substrate) },
      { ...wide, signal: 'minute', substrate, most: busiestMinutes(profile, substrate) },
    ]),
    ...permissions
      .filter(({ substrate }) => substrates.includes(substrate))
      .flatMap((permission): readonly Measure[] => {
        const { substrate, action } = permission
        const surface = profile.surfaces.get(tempoKey(substrate, action))
        if (surface === undefined) return []
        const calls: Measure = {
          signal: 'calls',
          substrate,
          action,
          dimension: null,
          most: callsOf(profile, surface),
          least: null,
        }
        return [calls, ...valueMeasures(profile, surface, permission)]
      }),
  ].filter(({ most }) => most.size > 0)
}

/** The order in which each session used surfaces for the first time; surfaces first used at the same time follow by name. */
export const ordersOf = (profile: Profile, substrates: readonly Substrate[]): Orders => {
  const first = new Map<string, { key: string; at: number }[]>()
  const orders = new Map<string, { substrate: Substrate; action: string; before: Map<string, string> }>()
  for (const { substrate, action, witnesses } of profile.surfaces.values()) {
    if (!substrates.includes(substrate)) continue
    const key = tempoKey(substrate, action)
    orders.set(key, { substrate, action, before: new Map() })
    for (const [name, sighting] of witnesses) {
      if (!isSession(profile, name)) continue
      const own = first.get(name) ?? []
      first.set(name, own)
      own.push({ key, at: sighting.first })
    }
  }
  for (const [name, uses] of first) {
    uses.sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1))
    for (const [index, { key }] of uses.entries()) orders.get(key)?.before.set(name, uses[index - 1]?.key ?? BEGINNING)
  }
  return orders
}
