/** A recorded session, up to its first result, in which an attacker puts texts into that result and the agent obeys. */
import type { EvidenceItem } from '../../core/model/evidence.ts'
import type { DimensionValue, Observation, ResultLeaf } from '../../core/model/observation.ts'
import type { WorkloadEvidence } from '../../core/model/workload-evidence.ts'
import { workloadOf } from '../quality/derived.ts'
import type { Session } from '../quality/sessions.ts'

/** A call that the agent was talked into, and what it answers. */
export interface Obeyed {
  readonly action: string
  readonly values: readonly DimensionValue[]
  readonly answer: readonly ResultLeaf[]
}

export const OBEYED = 'obeyed:'

/** The first call with a result, or null where there is nothing that an attacker could have written into. */
export const opening = ({
  calls,
}: Session): (Observation & { readonly end: number; readonly result: readonly ResultLeaf[] }) | null => {
  const [first] = calls
  if (first === undefined || first.end === null || first.result === null) return null
  return { ...first, end: first.end, result: first.result }
}

const obeyedCalls = (first: Observation & { readonly end: number }, calls: readonly Obeyed[]): readonly Observation[] =>
  calls.map(({ action, values, answer }, index) => ({
    ...first,
    id: `${OBEYED}${first.id}:${index}`,
    action,
    values,
    visibility: 'seen',
    // Two microseconds each: each begins after the one before has answered.
    start: first.end + 2 * index + 1,
    end: first.end + 2 * index + 2,
    outcome: 'ok',
    result: answer,
  }))

/** What the session had shown until then, the planted texts, and the calls. Null without an opening. */
export const obeying = (
  session: Session,
  said: readonly ResultLeaf[],
  calls: readonly Obeyed[],
): WorkloadEvidence | null => {
  const first = opening(session)
  const found = workloadOf([session])
  if (first === null || found === null) return null
  return {
    ...found.workload,
    observations: [{ ...first, result: [...first.result, ...said] }, ...obeyedCalls(first, calls)],
  }
}

/** The whole session as evidence for a window, with the same in it. */
export const poisoned = (session: Session, said: readonly ResultLeaf[], calls: readonly Obeyed[]): Session => {
  const first = opening(session)
  if (first === null) return session
  const items = session.items.map(
    (item): EvidenceItem =>
      item.kind === 'observation' && item.observation.id === first.id
        ? { ...item, observation: { ...item.observation, result: [...first.result, ...said] } }
        : item,
  )
  const planted = obeyedCalls(first, calls).map((observation): EvidenceItem => ({ kind: 'observation', observation }))
  return { ...session, items: [...items, ...planted] }
}
