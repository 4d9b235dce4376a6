/**
 * The unit of an item: what must be read together to be understood. Answers complete the calls of their session, spans those of
 * their trace; what a pod did outside of both is read by the hour. An id is its source's own within a unit, so that nobody can
 * contest, or take for a duplicate, what another session or trace says; and what changed is read again by the unit, not from the start.
 */
import type { InPod, OwnItem } from '../model/folding.ts'
import { MINUTE, type Micros, type Observation } from '../model/observation.ts'

const hourOf = (time: Micros): number => Math.floor(time / (60 * MINUTE))

/** Whether a kernel or a network saw it, below any tool call. */
const isBelow = ({ substrate }: Observation): boolean => substrate !== 'tool' && substrate !== 'iam'

const unitOfObservation = (observation: Observation): string => {
  const { link, session, pod, start, witness } = observation
  if (link !== undefined) return `trace:${link.trace}`
  if (session !== null) return `session:${session}`
  return isBelow(observation) && pod !== undefined ? `pod:${pod}/${hourOf(start)}` : `witness:${witness}`
}

export const unitOf = (item: OwnItem): string => {
  switch (item.kind) {
    case 'observation':
      return unitOfObservation(item.observation)
    case 'request':
      return item.link === undefined ? `session:${item.session}` : `trace:${item.link.trace}`
    case 'answer':
      return `session:${item.session}`
    case 'lookup':
      return `pod:${item.pod}/${hourOf(item.start)}`
    case 'catalog':
      return `catalog:${hourOf(item.start)}`
  }
}

export const inPod = (item: OwnItem): InPod | null => {
  if (item.kind === 'lookup') return { pod: item.pod, part: 'lookup', start: item.start, end: null }
  if (item.kind !== 'observation' || item.observation.pod === undefined) return null
  const { pod, start, end, substrate } = item.observation
  if (isBelow(item.observation)) return { pod, part: 'below', start, end }
  return substrate === 'tool' ? { pod, part: 'call', start, end } : null
}
