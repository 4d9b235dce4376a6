/**
 * What is usual inside the envelope, calibrated. N standard deviations promise a share of sessions beyond them; sessions are not
 * normally distributed, so the number of spreads that keeps the promise is taken from the sessions themselves (their order
 * statistics, so that the promise holds whatever the distribution), and is then checked on sessions that were left out.
 */

import { type Decisions, isProbabilistic } from '../model/decisions.ts'
import type { Permission, Thresholds } from '../model/policy.ts'
import type { Profile } from '../model/profile.ts'
import { SUBSTRATES, type Substrate } from '../model/substrate.ts'
import { textOrder } from '../model/text-order.ts'
import {
  SIGNAL_NAMES,
  type Signal,
  type SignalReason,
  type Usual,
  type UsualBound,
  type UsualSignal,
} from '../model/usual.ts'
import { type Gate, gateFor } from './gate.ts'
import { type Measure, measuresOf, type Orders, ordersOf } from './measures.ts'
import { isUsualOrder, orderBounds, usualOrders } from './usual-order.ts'
import { calibrated, normalTail } from './usual-rank.ts'
import { boundsAt, type Distribution, distributionOf, scoresOf } from './usual-spread.ts'
import type { Clusters } from './witnesses.ts'

const FOLDS = 5

const round = (value: number): number => Math.round(value * 10_000) / 10_000

type Split = readonly { readonly training: ReadonlySet<string>; readonly held: ReadonlySet<string> }[]

const splitBy = (sessions: readonly string[], groupOf: (session: string) => string): Split => {
  const groups = [...new Set(sessions.map(groupOf))].sort()
  if (groups.length < FOLDS) return []
  const foldOf = new Map(groups.map((group, index) => [group, index % FOLDS]))
  return Array.from({ length: FOLDS }, (_, fold) => ({
    training: new Set(sessions.filter(session => foldOf.get(groupOf(session)) !== fold)),
    held: new Set(sessions.filter(session => foldOf.get(groupOf(session)) === fold)),
  }))
}

/** Which held-out sessions are beyond, judged by the others. */
type Beyond = (training: ReadonlySet<string>, held: ReadonlySet<string>) => ReadonlySet<string> | null

const leftOut = (split: Split, beyond: Beyond): ReadonlySet<string> | null => {
  const all = new Set<string>()
  if (split.length === 0) return null
  for (const { training, held } of split) {
    const found = beyond(training, held)
    if (found === null) return null
    for (const session of found) all.add(session)
  }
  return all
}

interface Calibration {
  readonly signal: Signal
  readonly reason: SignalReason
  readonly spreads: number | null
  readonly nominal: number | null
  readonly beyond: ReadonlySet<string> | null
  readonly beyondNewTasks: ReadonlySet<string> | null
  readonly bounds: readonly UsualBound[]
}

interface Setting {
  readonly sessions: readonly string[]
  readonly gate: (substrate: Substrate) => Gate
  readonly sigma: number
  readonly share: number
  readonly fewest: number
  readonly known: Split
  readonly novel: Split
}

const beyondAt = (
  distributions: readonly Distribution[],
  held: ReadonlySet<string>,
  spreads: number,
): ReadonlySet<string> =>
  new Set([...scoresOf(distributions, held)].flatMap(([session, score]) => (score > spreads ? [session] : [])))

const calibrateSpreads = (
  signal: Signal,
  measures: readonly Measure[],
  setting: Setting,
): Omit<Calibration, 'reason'> => {
  const { sessions, share, fewest, sigma } = setting
  const all = new Set(sessions)
  const spreadsFor = (training: ReadonlySet<string>): number | null =>
    calibrated(
      [
        ...scoresOf(
          measures.map(measure => distributionOf(measure, training)),
          training,
        ).values(),
      ],
      share,
      fewest,
    )
  const judged =
    (at: (training: ReadonlySet<string>) => number | null): Beyond =>
    (training, held) => {
      const spreads = at(training)
      return spreads === null
        ? null
        : beyondAt(
            measures.map(measure => distributionOf(measure, training)),
            held,
            spreads,
          )
    }
  const spreads = spreadsFor(all)
  const nominal = leftOut(
    setting.known,
    judged(() => sigma),
  )
  return {
    signal,
    spreads,
    nominal: nominal === null ? null : nominal.size / sessions.length,
    beyond: leftOut(setting.known, judged(spreadsFor)),
    beyondNewTasks: leftOut(setting.novel, judged(spreadsFor)),
    bounds: spreads === null ? [] : measures.flatMap(measure => boundsAt(distributionOf(measure, all), spreads)),
  }
}

const calibrateOrder = (orders: Orders, setting: Setting): Omit<Calibration, 'reason'> => {
  const { sessions, gate } = setting
  const beyond: Beyond = (training, held) => {
    const usual = usualOrders(orders, training, gate, training.size / sessions.length)
    return new Set([...held].filter(session => !isUsualOrder(orders, usual, session)))
  }
  return {
    signal: 'order',
    spreads: null,
    nominal: null,
    beyond: leftOut(setting.known, beyond),
    beyondNewTasks: leftOut(setting.novel, beyond),
    bounds: orderBounds(orders, usualOrders(orders, new Set(sessions), gate, 1)),
  }
}

const reasonOf = (
  { bounds, beyond }: Omit<Calibration, 'reason'>,
  measured: boolean,
  isWritten: boolean,
  { share, sessions }: Setting,
): SignalReason => {
  if (!measured) return 'no-measure'
  if (bounds.length === 0 || beyond === null) return 'too-few'
  // Two standard errors of a share: what chance alone explains breaks no promise.
  const slack = 2 * Math.sqrt((share * (1 - share)) / sessions.length)
  if (beyond.size / sessions.length > share + slack) return 'breaks-promise'
  return isWritten ? 'written' : 'not-written'
}

const shareOf = (beyond: ReadonlySet<string> | null, of: number): number | null =>
  beyond === null ? null : round(beyond.size / of)

const union = (sets: readonly (ReadonlySet<string> | null)[]): ReadonlySet<string> =>
  new Set(sets.flatMap(set => [...(set ?? [])]))

const boundKey = ({ signal, substrate, action, dimension }: UsualBound): string =>
  JSON.stringify([signal, substrate, action, dimension])

/** What is usual, and which held-out sessions would have been beyond it: of a known kind of task, and of a new one. */
export interface Measured {
  readonly usual: Usual | null
  readonly beyond: ReadonlySet<string>
  readonly beyondNewTasks: ReadonlySet<string>
}

const NOTHING_MEASURED: Measured = { usual: null, beyond: new Set(), beyondNewTasks: new Set() }

/** No `usual` where no substrate is closed probabilistically: measuring costs, and nobody asked. */
export const usualOf = (
  profile: Profile,
  decisions: Decisions,
  permissions: readonly Permission[],
  clusters: Clusters,
  thresholds: Thresholds,
): Measured => {
  if (!isProbabilistic(decisions)) return NOTHING_MEASURED
  const { mode, perSubstrate, sigma, signals } = decisions.closure
  const substrates = SUBSTRATES.filter(substrate => (perSubstrate[substrate] ?? mode.value) === 'probabilistic').filter(
    substrate => permissions.some(permission => permission.substrate === substrate),
  )
  const sessions = [...profile.witnesses].flatMap(([name, { session }]) => (session ? [name] : [])).sort()
  const promised = normalTail(sigma.value)
  const setting: Setting = {
    sessions,
    gate: substrate => gateFor(substrate, decisions, thresholds, clusters),
    sigma: sigma.value,
    // Together they may take what one alone is promised.
    share: promised / Math.max(1, signals.value.length),
    fewest: thresholds.witnesses,
    known: splitBy(sessions, session => session),
    novel: splitBy(sessions, session => clusters.get(session) ?? session),
  }
  const measures = measuresOf(profile, permissions, substrates)
  const orders = ordersOf(profile, substrates)
  const calibrations = SIGNAL_NAMES.map((signal): Calibration => {
    const own = measures.filter(measure => measure.signal === signal)
    const found = signal === 'order' ? calibrateOrder(orders, setting) : calibrateSpreads(signal, own, setting)
    const measured = signal === 'order' ? sessions.length > 0 && substrates.length > 0 : own.length > 0
    return { ...found, reason: reasonOf(found, measured, signals.value.includes(signal), setting) }
  })
  const on = calibrations.filter(({ reason }) => reason === 'written')
  const reported = calibrations.map(
    ({ signal, reason, bounds, spreads, nominal, beyond, beyondNewTasks }): UsualSignal => ({
      signal,
      on: reason === 'written',
      reason,
      bounds: bounds.length,
      spreads: spreads === null ? null : round(spreads),
      nominal: nominal === null ? null : round(nominal),
      heldOut: shareOf(beyond, sessions.length),
      heldOutNewTasks: shareOf(beyondNewTasks, sessions.length),
    }),
  )
  const beyond = union(on.map(entry => entry.beyond))
  const beyondNewTasks = union(on.map(entry => entry.beyondNewTasks))
  const isKnown = on.length > 0
  const isKnownForNewTasks = isKnown && on.every(entry => entry.beyondNewTasks !== null)
  return {
    usual: {
      sigma: sigma.value,
      promised: round(promised),
      sessions: sessions.length,
      heldOut: isKnown ? shareOf(beyond, sessions.length) : null,
      heldOutNewTasks: isKnownForNewTasks ? shareOf(beyondNewTasks, sessions.length) : null,
      signals: reported,
      bounds: on.flatMap(({ bounds }) => bounds).sort((a, b) => textOrder(boundKey(a), boundKey(b))),
    },
    beyond,
    beyondNewTasks,
  }
}
