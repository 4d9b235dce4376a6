/** Why a surface is there: the tools whose calls were open when it was seen, with how often and in how many sessions. */
import type { Observation } from '../model/observation.ts'
import type { Substrate } from '../model/substrate.ts'

export interface Cause {
  readonly tool: string
  readonly count: number
  readonly sessions: number
}

/** Most frequent first. `joined`: observations of the surface whose session is known; `all`: every one. */
export interface Causes {
  readonly causes: readonly Cause[]
  readonly joined: number
  readonly all: number
}

export const causesOf = (observations: readonly Observation[], substrate: Substrate, action: string): Causes => {
  const own = observations.filter(each => each.substrate === substrate && each.action === action)
  const tools = new Map<string, { count: number; readonly sessions: Set<string> }>()
  for (const { cause, session } of own) {
    if (cause === undefined || session === null) continue
    const known = tools.get(cause) ?? { count: 0, sessions: new Set<string>() }
    known.count += 1
    known.sessions.add(session)
    tools.set(cause, known)
  }
  const causes = [...tools].map(([tool, { count, sessions }]) => ({ tool, count, sessions: sessions.size }))
  return {
    causes: causes.sort((a, b) => b.count - a.count || (a.tool < b.tool ? -1 : 1)),
    joined: own.filter(({ session }) => session !== null).length,
    all: own.length,
  }
}
