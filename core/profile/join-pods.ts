/**
 * What happened in pods × the calls that were open and the names that were looked up there. Both joins need what lies around a moment
 * and no more: evidence can be joined piece by piece, each with its surroundings, and gives what joining all of it gives.
 */
import type { SettledEvidence, WorkloadEvidence } from '../model/workload-evidence.ts'
import { joinSessions } from './join-sessions.ts'
import { nameDestinations } from './name-destinations.ts'

export const joinPods = (own: SettledEvidence, around: readonly SettledEvidence[]): WorkloadEvidence => {
  const { workload, observations, requests, catalogs } = own
  const lookups = [own, ...around].flatMap(piece => piece.lookups)
  const calls = around.flatMap(piece => piece.observations.filter(({ substrate }) => substrate === 'tool'))
  const joined = joinSessions([...nameDestinations(observations, lookups), ...calls])
  return { workload, observations: joined.slice(0, observations.length), requests, catalogs }
}
