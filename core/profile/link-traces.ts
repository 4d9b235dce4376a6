/**
 * What only the whole trace tells, once all of it is there. Spans of one trace come in any order and in different records:
 * - a span that names no session belongs to the session that another span of its trace names, if there is just one;
 * - a call that the agent's span and the server's span both tell of is one call;
 * - a run inside another run or inside a tool call was started by an agent: what it was asked is not a user's request.
 */
import type { UserRequest } from '../model/evidence.ts'
import type { Micros, Observation, TraceLink } from '../model/observation.ts'

interface Linked {
  readonly session: string | null
  readonly start: Micros
  readonly link?: TraceLink
}

/** Trace → the one session that its spans name; null where they name several. */
const sessionsOf = (items: readonly Linked[]): ReadonlyMap<string, string | null> => {
  const named = new Map<string, string | null>()
  for (const { session, link } of items) {
    if (link === undefined || link.sessionIsTrace || session === null) continue
    const known = named.get(link.trace)
    named.set(link.trace, known === undefined || known === session ? session : null)
  }
  return named
}

const sessionFrom = (named: ReadonlyMap<string, string | null>, { link }: Linked): string | null =>
  link?.sessionIsTrace === true ? (named.get(link.trace) ?? null) : null

interface Open {
  readonly span: string
  readonly start: Micros
  readonly end: Micros
}

const opensOf = (
  observations: readonly Observation[],
  requests: readonly UserRequest[],
): ReadonlyMap<string, readonly Open[]> => {
  const byTrace = new Map<string, Open[]>()
  for (const { link, start, end } of [...observations, ...requests]) {
    if (link === undefined || end === null || end === undefined) continue
    const open = byTrace.get(link.trace) ?? []
    byTrace.set(link.trace, open)
    open.push({ span: link.span, start, end })
  }
  return byTrace
}

/** Begun while another run or call of the same trace was open: an agent began it. A span without parent is nobody's child. */
const isNested = (request: UserRequest, opens: ReadonlyMap<string, readonly Open[]>): boolean => {
  const { link, start } = request
  if (link === undefined || link.parent === null) return false
  return (opens.get(link.trace) ?? []).some(
    open => open.span === link.parent || (open.span !== link.span && open.start < start && start < open.end),
  )
}

/** The agent's own span is the outer one; the server's tells of the same call again. */
const repeatedCalls = (observations: readonly Observation[]): ReadonlySet<Observation> => {
  const bySpan = new Map(
    observations.flatMap(observation =>
      observation.link === undefined ? [] : [[observation.link.span, observation] as const],
    ),
  )
  return new Set(
    observations.filter(({ link, action }) => {
      const outer = link?.parent == null ? undefined : bySpan.get(link.parent)
      return outer !== undefined && outer.action === action && outer.link?.span !== link?.span
    }),
  )
}

export interface LinkedEvidence {
  readonly observations: readonly Observation[]
  readonly requests: readonly UserRequest[]
  /** Told of twice: one per source name, as often as it happened. */
  readonly repeated: readonly string[]
}

export const linkTraces = (observations: readonly Observation[], requests: readonly UserRequest[]): LinkedEvidence => {
  if (![...observations, ...requests].some(({ link }) => link !== undefined))
    return { observations, requests, repeated: [] }
  const named = sessionsOf([...observations, ...requests])
  const repeated = repeatedCalls(observations)
  const opens = opensOf(observations, requests)
  return {
    observations: observations
      .filter(observation => !repeated.has(observation))
      .map(observation => {
        const session = sessionFrom(named, observation)
        return session === null ? observation : { ...observation, session, witness: session }
      }),
    requests: requests
      .filter(request => !isNested(request, opens))
      .map(request => {
        const session = sessionFrom(named, request)
        return session === null ? request : { ...request, session }
      }),
    repeated: [...repeated].map(({ source }) => source),
  }
}
