/** How a session goes: counts by surface, by substrate and by clock minute, and which surface was new after which. Bounded. */
import type { Tempo } from '../model/context.ts'
import { MINUTE, type Micros } from '../model/observation.ts'
import type { ActionRequest } from '../model/request.ts'
import type { Substrate } from '../model/substrate.ts'

/** Surfaces counted apart per session; further ones count in the totals only. */
export const TEMPO_SURFACES = 256

export const NO_CALLS: Tempo = {
  surfaces: new Map(),
  total: new Map(),
  inMinute: new Map(),
  minute: Number.NEGATIVE_INFINITY,
  before: new Map(),
  newest: null,
}

export const tempoKey = (substrate: Substrate, action: string): string => `${substrate}/${action}`

const counted = (counts: ReadonlyMap<string, number>, key: string): ReadonlyMap<string, number> =>
  new Map(counts).set(key, (counts.get(key) ?? 0) + 1)

/** The call that is about to be judged counts: the eleventh call is the one that is beyond ten. */
export const stepTempo = (
  tempo: Tempo,
  { substrate, action }: Pick<ActionRequest, 'substrate' | 'action'>,
  at: Micros,
): Tempo => {
  const key = tempoKey(substrate, action)
  const isKnown = tempo.surfaces.has(key)
  const isKept = isKnown || tempo.surfaces.size < TEMPO_SURFACES
  // Time that runs backwards stays in the minute it was in.
  const minute = Math.max(tempo.minute, Math.floor(at / MINUTE))
  return {
    surfaces: isKept ? counted(tempo.surfaces, key) : tempo.surfaces,
    total: counted(tempo.total, substrate),
    inMinute: counted(minute === tempo.minute ? tempo.inMinute : new Map<string, number>(), substrate),
    minute,
    before: isKept && !isKnown ? new Map(tempo.before).set(key, tempo.newest) : tempo.before,
    newest: isKept && !isKnown ? key : tempo.newest,
  }
}
