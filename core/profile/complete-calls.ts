/**
 * Calls and the answers that other records hold → the calls with their end, outcome and result. The first answer counts: a
 * second one to the same call is nobody's. An answer to no call that is there changes nothing.
 */
import type { CallAnswer, OwnItem } from '../model/evidence.ts'
import type { Observation } from '../model/observation.ts'
import { unitOf } from './unit.ts'

/** Within its unit: an id is its source's own there, and no other session's answer completes the call. */
const keyOf = (source: string, item: OwnItem, call: string): string => `${source} ${unitOf(item)} ${call}`

const isEarlier = (a: CallAnswer, b: CallAnswer): boolean => a.start < b.start || (a.start === b.start && a.id < b.id)

export const completeCalls = (
  observations: readonly Observation[],
  answers: readonly CallAnswer[],
): readonly Observation[] => {
  if (answers.length === 0) return observations
  const first = new Map<string, CallAnswer>()
  for (const answer of answers) {
    const key = keyOf(answer.source, answer, answer.call)
    const known = first.get(key)
    if (known === undefined || isEarlier(answer, known)) first.set(key, answer)
  }
  return observations.map(observation => {
    if (observation.end !== null) return observation
    const answer = first.get(keyOf(observation.source, { kind: 'observation', observation }, observation.id))
    if (answer === undefined || answer.start < observation.start) return observation
    return { ...observation, end: answer.start, outcome: answer.outcome, result: answer.result }
  })
}
