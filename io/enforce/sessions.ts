/**
 * What each session has shown, bounded over all sessions: least recently used and idle ones are given up first.
 *
 * INVARIANT: a session that was given up is unknown when it comes back, never empty: an empty context would say that the agent
 * has read nothing, and a value that nothing suggested is allowed more. So is a session that nobody opened here.
 */
import type { Context } from '../../core/model/context.ts'
import { type ContextEvent, emptyContext, NO_CONTEXT, type Seen, step } from '../../core/policy/step.ts'

export interface SessionLimits {
  readonly sessions: number
  /** Characters of all contexts together. */
  readonly characters: number
  /** Milliseconds without a call or result. */
  readonly idle: number
  /** Sessions given up whose names are remembered; beyond it, a name that a caller chose is unknown from its first call on. */
  readonly remembered: number
}

export const SESSION_LIMITS: SessionLimits = {
  sessions: 10_000,
  characters: 128 * 2 ** 20,
  idle: 3_600_000,
  remembered: 100_000,
}

export interface Sessions {
  /**
   * Begins a session that this enforcement point sees from its first call on; one that is open stays as it is. `fresh`: the
   * name was made here and never used before. False: the name was given up earlier, so what it showed is unknown.
   */
  open(workload: string, session: string, seen: Seen, fresh: boolean): boolean
  /** Of a session that nobody opened, or that was given up: unknown. Of no session: unknown. */
  context(workload: string, session: string | null): Context
  step(workload: string, session: string | null, event: ContextEvent): Context
  /** From here on the session's requests are seen: somebody who may says what the user asked. */
  seesRequests(workload: string, session: string): void
  /** What a person let through although something had changed: asked once per session, surface and change. */
  acknowledged(workload: string, session: string | null): Set<string>
  close(workload: string, session: string): void
  count(): number
}

interface Entry {
  context: Context
  used: number
  readonly acknowledged: Set<string>
}

const UNKNOWN: Context = { ...NO_CONTEXT, tempo: null }

const keyOf = (workload: string, session: string): string => JSON.stringify([workload, session])

export const createSessions = (
  now: () => number,
  limits: SessionLimits,
  gaveUp: (workload: string, session: string, reason: 'idle' | 'sessions' | 'characters') => void,
): Sessions => {
  /** Least recently used first. */
  const entries = new Map<string, Entry>()
  const forgotten = new Set<string>()
  let overflowed = false
  let characters = 0

  const remember = (key: string): void => {
    if (forgotten.size < limits.remembered) forgotten.add(key)
    else overflowed = true
  }
  const remove = (key: string, entry: Entry): void => {
    entries.delete(key)
    characters -= entry.context.size
  }
  const giveUp = (key: string, entry: Entry, reason: 'idle' | 'sessions' | 'characters'): void => {
    remove(key, entry)
    remember(key)
    const [workload = '', session = ''] = namesOf(key)
    gaveUp(workload, session, reason)
  }
  const trim = (): void => {
    const at = now()
    for (const [key, entry] of entries) {
      if (entries.size > limits.sessions) giveUp(key, entry, 'sessions')
      else if (at - entry.used > limits.idle) giveUp(key, entry, 'idle')
      else if (characters > limits.characters && entries.size > 1) giveUp(key, entry, 'characters')
      else break
    }
  }
  const touch = (key: string, entry: Entry): Entry => {
    entry.used = now()
    entries.delete(key)
    entries.set(key, entry)
    return entry
  }
  const add = (key: string, context: Context): Entry => {
    const entry = touch(key, { context, used: 0, acknowledged: new Set() })
    characters += context.size
    trim()
    return entry
  }
  const live = (key: string): Entry | undefined => {
    const entry = entries.get(key)
    if (entry === undefined || now() - entry.used <= limits.idle) return entry
    giveUp(key, entry, 'idle')
    return undefined
  }
  /** A session that nobody opened is kept for what people approve in it, and for nothing else. */
  const found = (key: string): Entry => {
    const entry = live(key)
    return entry === undefined ? add(key, UNKNOWN) : touch(key, entry)
  }

  return {
    open: (workload, session, seen, fresh) => {
      const key = keyOf(workload, session)
      const entry = live(key)
      if (entry !== undefined) return entry.context.fields !== null || !seen.results
      // A name that is known to have been given up is not new, whoever says so.
      const isKnown = !forgotten.has(key) && (fresh || !overflowed)
      add(key, isKnown ? emptyContext(seen) : UNKNOWN)
      return isKnown
    },
    context: (workload, session) => (session === null ? UNKNOWN : found(keyOf(workload, session)).context),
    step: (workload, session, event) => {
      if (session === null) return UNKNOWN
      const entry = found(keyOf(workload, session))
      characters -= entry.context.size
      entry.context = step(entry.context, event)
      characters += entry.context.size
      trim()
      return entry.context
    },
    seesRequests: (workload, session) => {
      const entry = found(keyOf(workload, session))
      if (entry.context.request === null) entry.context = { ...entry.context, request: new Set() }
    },
    acknowledged: (workload, session) => (session === null ? new Set() : found(keyOf(workload, session)).acknowledged),
    close: (workload, session) => {
      const key = keyOf(workload, session)
      const entry = entries.get(key)
      if (entry === undefined) return
      remove(key, entry)
      remember(key)
    },
    count: () => entries.size,
  }
}

const namesOf = (key: string): readonly string[] => {
  const names: unknown = JSON.parse(key)
  return Array.isArray(names) ? names.map(String) : []
}
