/**
 * Evidence → each observation with the context that its session had shown before it: what had ended before the call began.
 * Sorted by session, start time and order of arrival. Evidence of no session comes first, without context.
 */

import type { Context } from '../model/context.ts'
import type { UserRequest } from '../model/evidence.ts'
import type { ContextScope } from '../model/judgement.ts'
import type { Micros, Observation } from '../model/observation.ts'
import type { Substrate } from '../model/substrate.ts'
import { textOrder } from '../model/text-order.ts'
import type { WorkloadEvidence } from '../model/workload-evidence.ts'
import { type ContextEvent, emptyContext, step } from '../policy/step.ts'

export interface Replayed {
  readonly session: string | null
  /** 0-based among the session's observations of the same substrate. */
  readonly index: number
  readonly observation: Observation
  /** Without approvals: those depend on a policy. */
  readonly context: Context
}

interface Timed {
  readonly at: Micros
  /** The call that ended, by its place in the session; a request comes before all calls. */
  readonly place: number
  readonly event: ContextEvent
}

const REQUEST = -1

/** What the session shows over time, in the order in which it was there to be seen. */
const timeline = (observations: readonly Observation[], requests: readonly UserRequest[]): readonly Timed[] => {
  const events: Timed[] = requests.map(({ start, text }) => ({
    at: start,
    place: REQUEST,
    event: { kind: 'request', text },
  }))
  for (const [place, { substrate, action, end, result, values }] of observations.entries()) {
    if (substrate !== 'tool' || end === null) continue
    const sent = values.map(({ value }) => value)
    events.push({ at: end, place, event: { kind: 'result', leaves: result, sent, action } })
  }
  return events.sort((a, b) => a.at - b.at || a.place - b.place)
}

function* replaySession(
  session: string | null,
  observations: readonly Observation[],
  requests: readonly UserRequest[],
  scope: ContextScope,
): Generator<Replayed> {
  const events = session === null ? [] : timeline(observations, requests)
  let context = emptyContext({
    // A session whose request nobody recorded is one whose request is not seen, which is not an empty request.
    request: (scope === 'all' || scope === 'request') && requests.length > 0,
    results: scope === 'all' || scope === 'results',
    // Whoever sees one call after another can count them; a single call has no session.
    calls: scope !== 'none' && session !== null,
  })
  let next = 0
  const indexes = new Map<Substrate, number>()
  for (const [place, observation] of observations.entries()) {
    // INVARIANT: no call is judged in the light of its own result, not even one that took no time by its clock.
    const isDue = (due: Timed | undefined): due is Timed =>
      due !== undefined && due.at <= observation.start && due.place < place
    for (let due = events[next]; isDue(due); due = events[++next]) context = step(context, due.event)
    context = step(context, { kind: 'call', request: observation, at: observation.start })
    const index = indexes.get(observation.substrate) ?? 0
    indexes.set(observation.substrate, index + 1)
    yield { session, index, observation, context }
  }
}

const bySession = <Key, Entry>(entries: readonly Entry[], key: (entry: Entry) => Key): Map<Key, Entry[]> => {
  const groups = new Map<Key, Entry[]>()
  for (const entry of entries) {
    const known = groups.get(key(entry))
    if (known === undefined) groups.set(key(entry), [entry])
    else known.push(entry)
  }
  return groups
}

/** Lazy: one session's context is kept at a time. */
export function* replay(evidence: WorkloadEvidence, scope: ContextScope): Generator<Replayed> {
  const sessions = bySession(evidence.observations, ({ session }) => session)
  const requests = bySession(evidence.requests, ({ session }) => session)
  for (const [session, observations] of [...sessions].sort(([a], [b]) => textOrder(a ?? '', b ?? ''))) {
    // Array.prototype.sort is stable: ties keep the order of arrival.
    const sorted = [...observations].sort((a, b) => a.start - b.start)
    yield* replaySession(session, sorted, session === null ? [] : (requests.get(session) ?? []), scope)
  }
}
