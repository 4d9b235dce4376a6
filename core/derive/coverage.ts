/**
 * How much of the behavior the window has shown: the estimated chance that the next witness, and the next kind of task,
 * shows something new (Good–Turing), how much remains unseen (Chao), and the rate of new things at the end of the window.
 */

import type { Rejection } from '../model/evidence.ts'
import { DAY } from '../model/observation.ts'
import type { Coverage, IncompleteCode, SubstrateCoverage } from '../model/policy.ts'
import type { Profile, Sighting, SurfaceProfile } from '../model/profile.ts'
import type { Scalar } from '../model/scalar.ts'
import type { Substrate } from '../model/substrate.ts'
import { textOrder } from '../model/text-order.ts'
import { rfc3339 } from './evidence-count.ts'
import { remainingOf } from './remaining.ts'
import { streamLosses } from './stream-losses.ts'
import { toStopOf } from './to-stop.ts'
import { unseenOf } from './unseen.ts'
import type { Clusters } from './witnesses.ts'

/** Coverage-stop: the unseen mass is under this, and fewer than one new thing came in the last 24 hours. */
const UNSEEN_LIMIT = 0.05
const NEW_LIMIT = 1
/** Records that are no evidence of this workload's behavior: leaving them out loses nothing. */
const HARMLESS: ReadonlySet<string> = new Set<Rejection>(['not-behavior', 'unattributed'])

/** Whether a value is one thing more that was seen: what the policy leaves free, or has an envelope around, is not. */
export type Bounded = (surface: SurfaceProfile, dimension: string, value: Scalar) => boolean

const incidencesOf = (
  surfaces: readonly SurfaceProfile[],
  bounded: Bounded,
): readonly ReadonlyMap<string, Sighting>[] =>
  surfaces.flatMap(surface => [
    surface.witnesses,
    ...[...surface.dimensions.values()].flatMap(({ dimension, values }) =>
      [...values.values()].filter(({ value }) => bounded(surface, dimension, value)).map(({ witnesses }) => witnesses),
    ),
  ])

const firstOf = (sightings: ReadonlyMap<string, Sighting>): number => {
  let first = Number.POSITIVE_INFINITY
  for (const sighting of sightings.values()) first = Math.min(first, sighting.first)
  return first
}

const round = (value: number): number => Math.round(value * 10_000) / 10_000

const substrateCoverage = (
  profile: Profile,
  substrate: Substrate,
  bounded: Bounded,
  clusters: Clusters,
): SubstrateCoverage => {
  const surfaces = [...profile.surfaces.values()].filter(surface => surface.substrate === substrate)
  const incidences = incidencesOf(surfaces, bounded)
  const clusterOf = (witness: string): string => clusters.get(witness) ?? witness
  const names = [...new Set(surfaces.flatMap(surface => [...surface.witnesses.keys()]))]
  const shown = incidences.map(sightings => new Set(sightings.keys()))
  const shownByCluster = incidences.map(sightings => new Set([...sightings.keys()].map(clusterOf)))
  const kinds = new Set(names.map(clusterOf)).size
  const unseen = unseenOf(shown, names.length)
  const unseenKind = unseenOf(shownByCluster, kinds)
  const once = incidences.filter(({ size }) => size === 1).length
  const twice = incidences.filter(({ size }) => size === 2).length
  const end = profile.last ?? 0
  const fresh = incidences.filter(sightings => firstOf(sightings) > end - DAY).length
  const sizes = (things: readonly ReadonlySet<string>[]): readonly number[] => things.map(({ size }) => size)
  const remaining = remainingOf(sizes(shown), names.length)
  const remainingByCluster = remainingOf(sizes(shownByCluster), kinds)
  return {
    substrate,
    witnesses: names.length,
    clusters: kinds,
    surfaces: surfaces.length,
    values: incidences.length - surfaces.length,
    unseenMass: unseen?.mass ?? null,
    unseenInterval: unseen?.interval ?? null,
    clusterUnseenMass: unseenKind?.mass ?? null,
    clusterUnseenInterval: unseenKind?.interval ?? null,
    unseenCount: remaining?.count ?? null,
    unseenCountInterval: remaining?.interval ?? null,
    clusterUnseenCount: remainingByCluster?.count ?? null,
    clusterUnseenCountInterval: remainingByCluster?.interval ?? null,
    newPerDay: fresh,
    stop: unseen !== null && unseen.mass < UNSEEN_LIMIT && fresh < NEW_LIMIT,
    toStop:
      unseen === null
        ? null
        : toStopOf(
            {
              mass: unseen.mass,
              newPerDay: fresh,
              once,
              twice,
              witnesses: names.length,
              days: (end - (profile.first ?? end)) / DAY,
            },
            UNSEEN_LIMIT,
            NEW_LIMIT,
          ),
  }
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)

const incompleteness = (profile: Profile, startSeen: boolean, unlisted: readonly string[]): Coverage['incomplete'] => {
  const found: { code: IncompleteCode; detail: string }[] = []
  for (const entry of profile.ledger) {
    const { source, rejected, lost } = entry
    const reasons = Object.entries(rejected).filter(([reason, count]) => !HARMLESS.has(reason) && count > 0)
    if (reasons.length > 0) {
      const detail = reasons.map(([reason, count]) => `${count} ${reason}`).join(', ')
      found.push({ code: 'records-rejected', detail: `${source}: ${detail}` })
    }
    if (lost !== 0) found.push({ code: 'sensor-loss', detail: `${source}: ${lost === null ? 'unknown number' : lost}` })
    found.push(...streamLosses(entry))
  }
  for (const detail of unlisted) found.push({ code: 'withheld-overflow', detail })
  const surfaces = [...profile.surfaces.values()]
  const dimensions = surfaces.flatMap(surface =>
    [...surface.dimensions.values()].map(dimension => ({ surface, dimension })),
  )
  for (const [substrate, witnesses] of profile.flooded) {
    const flooded = [...witnesses].filter(witness => profile.witnesses.has(witness)).length
    if (flooded > 0) found.push({ code: 'witness-overflow', detail: `${substrate} surfaces: ${flooded} witnesses` })
  }
  for (const { substrate, action, witnesses, flooded: many } of surfaces) {
    const flooded = [...many].filter(witness => witnesses.has(witness)).length
    if (flooded > 0)
      found.push({ code: 'witness-overflow', detail: `${substrate}/${action} dimensions: ${flooded} witnesses` })
  }
  for (const { surface, dimension } of dimensions) {
    const where = `${surface.substrate}/${surface.action} ${dimension.dimension}`
    if (dimension.overflow !== null) found.push({ code: 'value-overflow', detail: where })
    const flooded = sumOf([...dimension.present.keys()].map(witness => (dimension.flooded.has(witness) ? 1 : 0)))
    if (flooded > 0) found.push({ code: 'witness-overflow', detail: `${where}: ${flooded} witnesses` })
  }
  // By surface and not by count: a session that repeats itself must change nothing.
  const unseen = surfaces.filter(({ visibility }) => visibility.absent + visibility.malformed > 0)
  if (unseen.length > 0) {
    const names = unseen.map(({ substrate, action, visibility }) =>
      visibility.seen === 0 ? `${substrate}/${action}: never` : `${substrate}/${action}: not always`,
    )
    found.push({ code: 'arguments-absent', detail: `recorded ${names.sort().join(', ')}` })
  }
  if (surfaces.some(({ substrate }) => substrate === 'syscall') && !startSeen) {
    found.push({ code: 'start-missed', detail: 'no execve was observed' })
  }
  // Surfaces are in the order in which they came.
  return found.sort((a, b) => textOrder(a.code, b.code) || textOrder(a.detail, b.detail))
}

/** `unlisted`: what of the withheld the policy does not list, in words. */
export const coverageOf = (
  profile: Profile,
  substrates: readonly Substrate[],
  bounded: Bounded,
  clusters: Clusters,
  startSeen: boolean,
  unlisted: readonly string[],
): Coverage => {
  const first = profile.first ?? 0
  const last = profile.last ?? 0
  const incomplete = incompleteness(profile, startSeen, unlisted)
  return {
    window: { first: rfc3339(first), last: rfc3339(last), days: round((last - first) / DAY) },
    complete: incomplete.length === 0,
    incomplete,
    substrates: substrates
      .filter(substrate => [...profile.surfaces.values()].some(surface => surface.substrate === substrate))
      .map(substrate => substrateCoverage(profile, substrate, bounded, clusters)),
  }
}
