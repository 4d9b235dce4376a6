/**
 * The unit of an item: what must be read together to be understood. Answers complete the calls of their session, spans those of
 * their trace; what a pod did outside of both is read by the hour. An id is its source's own within a unit, so that nobody can
 * contest, or take for a duplicate, what another session or trace says; and what changed is read again by the unit, not from the start.
 */
import type { EvidenceItem } from '../model/evidence.ts'
import { MINUTE, type Micros, type Observation } from '../model/observation.ts'

/** What belongs to one workload: everything but what was rejected, and what a sensor lost. */
export type OwnItem = Exclude<EvidenceItem, { readonly kind: 'loss' | 'rejected' }>

const hourOf = (time: Micros): number => Math.floor(time / (60 * MINUTE))

const unitOfObservation = ({ link, session, substrate, pod, start, witness }: Observation): string => {
  if (link !== undefined) return `trace:${link.trace}`
  if (session !== null) return `session:${session}`
  const isBelow = substrate !== 'tool' && substrate !== 'iam'
  return isBelow && pod !== undefined ? `pod:${pod}/${hourOf(start)}` : `witness:${witness}`
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
