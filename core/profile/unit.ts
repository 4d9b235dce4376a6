/**
 * The unit of an item: what must be read together to be understood. Answers complete the calls of their session, spans those of
 * their trace; what happened outside of both is read by a few minutes. An id is its source's own within a unit, so that nobody can
 * contest, or take for a duplicate, what another session or trace says; and what changed is read again by the unit, not from the start.
 */
import type { OwnItem } from '../model/evidence.ts'
import type { InPod } from '../model/folding.ts'
import { MINUTE, type Micros, type Observation } from '../model/observation.ts'

/** Small enough for a busy pod, and what is joined looks beyond it. */
const span = (time: Micros): number => Math.floor(time / (5 * MINUTE))

/** Whether a kernel or a network saw it, below any tool call. */
const isBelow = ({ substrate }: Observation): boolean => substrate !== 'tool' && substrate !== 'iam'

export const unitOfSession = (session: string): string => `session:${session}`

const unitOfObservation = (observation: Observation): string => {
  const { link, session, substrate, pod, start, witness } = observation
  if (link !== undefined) return `trace:${link.trace}`
  if (session !== null) return unitOfSession(session)
  // Calls without a session are taken for one by what lies between them: they are read together.
  if (substrate === 'tool') return `witness:${witness}`
  return pod === undefined ? `witness:${witness}/${span(start)}` : `pod:${pod}/${span(start)}`
}

export const unitOf = (item: OwnItem): string => {
  switch (item.kind) {
    case 'observation':
      return unitOfObservation(item.observation)
    case 'request':
      return item.link === undefined ? unitOfSession(item.session) : `trace:${item.link.trace}`
    case 'answer':
      return unitOfSession(item.session)
    case 'lookup':
      return `pod:${item.pod}/${span(item.start)}`
    case 'catalog':
      return `catalog:${span(item.start)}`
  }
}

export const inPod = (item: OwnItem): InPod | null => {
  if (item.kind === 'lookup') return { pod: item.pod, part: 'lookup', start: item.start, end: null }
  if (item.kind !== 'observation' || item.observation.pod === undefined) return null
  const { pod, start, end, substrate } = item.observation
  if (isBelow(item.observation)) return { pod, part: 'below', start, end }
  return substrate === 'tool' ? { pod, part: 'call', start, end } : null
}
