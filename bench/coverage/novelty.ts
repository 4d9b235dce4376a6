/**
 * What a session shows that coverage counts: surfaces, and values of the dimensions that the policy bounds. Counted here
 * from the calls themselves, so that the program's estimate is held against something that it did not compute.
 */
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { isNews } from '../../core/policy/novelty.ts'
import type { Session } from '../quality/sessions.ts'

const thingsOf = (session: Session, policy: DerivedPolicy): ReadonlySet<string> => {
  const things = new Set<string>()
  for (const { action, outcome, visibility, values } of session.calls) {
    // What an authorization refused is no evidence of need, and not in the profile.
    if (outcome === 'denied') continue
    things.add(JSON.stringify([action]))
    const permission = policy.permissions.find(entry => entry.substrate === 'tool' && entry.action === action)
    if (visibility !== 'seen') continue
    for (const { dimension, value } of values) {
      const allow = permission?.dimensions.find(entry => entry.dimension === dimension)?.allow
      if (allow !== undefined && isNews(allow, value)) things.add(JSON.stringify([action, dimension, value]))
    }
  }
  return things
}

/** Sessions with something that none of `seen` shows. */
export const newcomers = (
  seen: readonly Session[],
  later: readonly Session[],
  policy: DerivedPolicy,
): readonly Session[] => {
  const known = new Set(seen.flatMap(session => [...thingsOf(session, policy)]))
  return later.filter(session => [...thingsOf(session, policy)].some(thing => !known.has(thing)))
}

/** Things that `later` shows and none of `seen` does. */
export const newThings = (seen: readonly Session[], later: readonly Session[], policy: DerivedPolicy): number => {
  const known = new Set(seen.flatMap(session => [...thingsOf(session, policy)]))
  const shown = new Set(later.flatMap(session => [...thingsOf(session, policy)]))
  return [...shown].filter(thing => !known.has(thing)).length
}

/** Good–Turing on sightings: of all (session, thing) pairs, the share whose thing one session alone showed. */
export const singleSightings = (sessions: readonly Session[], policy: DerivedPolicy): number | null => {
  const counts = new Map<string, number>()
  for (const session of sessions)
    for (const thing of thingsOf(session, policy)) counts.set(thing, (counts.get(thing) ?? 0) + 1)
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
  return all === 0 ? null : [...counts.values()].filter(count => count === 1).length / all
}
