/** Which surface sessions usually use first after which: an order is usual when it passed the gate, as a value would. */
import type { Sighting } from '../model/profile.ts'
import type { Substrate } from '../model/substrate.ts'
import type { UsualBound } from '../model/usual.ts'
import type { Gate } from './gate.ts'
import type { Orders } from './measures.ts'

/** Surface → the surfaces that usually come before its first use. */
type UsualOrders = ReadonlyMap<string, ReadonlySet<string>>

const ONCE: Sighting = { count: 1, first: 0, last: 0 }

/** `share`: of all sessions, how many `sessions` are. */
export const usualOrders = (
  orders: Orders,
  sessions: ReadonlySet<string>,
  gate: (substrate: Substrate) => Gate,
  share: number,
): UsualOrders =>
  new Map(
    [...orders].map(([surface, { substrate, before }]) => {
      const sightings = new Map<string, Map<string, Sighting>>()
      for (const [session, previous] of before) {
        if (!sessions.has(session)) continue
        const seen = sightings.get(previous) ?? new Map<string, Sighting>()
        sightings.set(previous, seen)
        seen.set(session, ONCE)
      }
      const own = gate(substrate).scaled(share)
      return [surface, new Set([...sightings].flatMap(([previous, seen]) => (own.admits(seen) ? [previous] : [])))]
    }),
  )

/** Surfaces without any usual order have nothing to leave. */
export const isUsualOrder = (orders: Orders, usual: UsualOrders, session: string): boolean => {
  for (const [surface, { before }] of orders) {
    const previous = before.get(session)
    const known = usual.get(surface)
    if (previous !== undefined && known !== undefined && known.size > 0 && !known.has(previous)) return false
  }
  return true
}

export const orderBounds = (orders: Orders, usual: UsualOrders): readonly UsualBound[] =>
  [...orders].flatMap(([surface, { substrate, action, before }]) => {
    const after = [...(usual.get(surface) ?? [])].sort()
    if (after.length === 0) return []
    return [
      {
        signal: 'order' as const,
        substrate,
        action,
        dimension: null,
        center: null,
        spread: null,
        least: null,
        most: null,
        after,
        witnesses: before.size,
      },
    ]
  })
