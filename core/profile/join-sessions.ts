/**
 * What a kernel or a network saw in a pod × the tool calls that were open there → the session that it belongs to, and the tool
 * that it exists because of. Trace context has named the session already where the record had it; otherwise the time does, and
 * only where one session alone had calls open. What is ambiguous keeps its witness: the process lifetime on that day.
 */
import { DAY, MINUTE, type Micros, type Observation } from '../model/observation.ts'

/** A call whose end nobody recorded may still be open: for so long nobody else's is known to be the only one. */
const UNENDED: Micros = 60 * MINUTE
/** No call explains what happens later after its start: what must be read to join a moment is bounded. */
export const LONGEST_CALL: Micros = DAY

interface OpenCall {
  /** Null: no session, or no recorded end. It explains nothing, and leaves nothing certain beside it. */
  readonly session: string | null
  readonly tool: string
  readonly start: Micros
  readonly end: Micros
}

const openCallOf = ({ session, action, start, end }: Observation): OpenCall =>
  end === null
    ? { session: null, tool: action, start, end: start + UNENDED }
    : { session, tool: action, start, end: Math.min(end, start + LONGEST_CALL) }

const isBelow = ({ substrate, pod }: Observation): boolean =>
  pod !== undefined && (substrate === 'network' || substrate === 'process' || substrate === 'syscall')

/** By pod. */
const grouped = (observations: readonly Observation[]): ReadonlyMap<string, Observation[]> => {
  const groups = new Map<string, Observation[]>()
  for (const observation of observations) {
    if (observation.pod === undefined) continue
    const group = groups.get(observation.pod) ?? []
    groups.set(observation.pod, group)
    group.push(observation)
  }
  return groups
}

/** Calls that are open at rising times, by session. */
const sweep = (calls: readonly OpenCall[]) => {
  const byStart = [...calls].sort((a, b) => a.start - b.start)
  const byEnd = [...calls].sort((a, b) => a.end - b.end)
  const open = new Map<string | null, Set<OpenCall>>()
  let [begun, ended] = [0, 0]
  return (time: Micros): ReadonlyMap<string | null, ReadonlySet<OpenCall>> => {
    for (let call = byStart[begun]; call !== undefined && call.start <= time; call = byStart[++begun]) {
      const own = open.get(call.session) ?? new Set()
      open.set(call.session, own.add(call))
    }
    for (let call = byEnd[ended]; call !== undefined && call.end < time; call = byEnd[++ended]) {
      const own = open.get(call.session)
      own?.delete(call)
      if (own?.size === 0) open.delete(call.session)
    }
    return open
  }
}

const joined = (observation: Observation, open: ReadonlyMap<string | null, ReadonlySet<OpenCall>>): Observation => {
  const [only] = open.keys()
  const session = observation.session ?? (open.size === 1 ? (only ?? null) : null)
  if (session === null) return observation
  const calls = open.get(session)
  const [call] = calls ?? []
  const cause = calls?.size === 1 && call !== undefined ? { cause: call.tool } : {}
  return { ...observation, session, witness: session, ...cause }
}

/** In the order in which they came. */
export const joinSessions = (observations: readonly Observation[]): readonly Observation[] => {
  const replaced = new Map<Observation, Observation>()
  for (const group of grouped(observations).values()) {
    const calls = group.filter(({ substrate }) => substrate === 'tool').map(openCallOf)
    const below = group.filter(isBelow)
    if (calls.length === 0 || below.length === 0) continue
    const openAt = sweep(calls)
    for (const observation of below.sort((a, b) => a.start - b.start)) {
      replaced.set(observation, joined(observation, openAt(observation.start)))
    }
  }
  return replaced.size === 0 ? observations : observations.map(observation => replaced.get(observation) ?? observation)
}
