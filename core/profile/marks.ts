/**
 * Evidence + a reviewer's marks → the same evidence, with what was malicious marked as no evidence of need. It stays: that it
 * happened is counted, and what it returned was read. A marked session's request is dropped: it is no kind of task of the workload.
 */
import type { Mark, Marking } from '../model/mark.ts'
import { workloadKey } from '../model/workload.ts'
import type { Evidence, WorkloadEvidence } from '../model/workload-evidence.ts'

export interface Marked {
  readonly evidence: Evidence
  /** Marks that nothing in the evidence answers to. */
  readonly unused: readonly Mark[]
}

const markWorkload = (evidence: WorkloadEvidence, marks: readonly Mark[], used: Set<Mark>): WorkloadEvidence => {
  const bySession = new Map(marks.flatMap(mark => (mark.session === null ? [] : [[mark.session, mark] as const])))
  const byId = new Map(marks.flatMap(mark => (mark.observation === null ? [] : [[mark.observation, mark] as const])))
  const markOf = (session: string | null, id: string): Mark | undefined =>
    (session === null ? undefined : bySession.get(session)) ?? byId.get(id)
  const observations = evidence.observations.map(observation => {
    const mark = markOf(observation.session, observation.id)
    if (mark === undefined) return observation
    used.add(mark)
    return { ...observation, malicious: true as const }
  })
  const requests = evidence.requests.filter(({ session }) => {
    const mark = bySession.get(session)
    if (mark !== undefined) used.add(mark)
    return mark === undefined
  })
  return { ...evidence, observations, requests }
}

/** The marks that are of no other workload. */
export const marksOf = (marks: readonly Mark[], workload: string): readonly Mark[] =>
  marks.filter(mark => mark.workload === null || mark.workload === workload)

export const markOne = (evidence: WorkloadEvidence, { marks, used }: Marking): WorkloadEvidence => {
  const own = marksOf(marks, workloadKey(evidence.workload))
  return own.length === 0 ? evidence : markWorkload(evidence, own, used)
}

export const markEvidence = ({ workloads, ledger }: Evidence, marks: readonly Mark[]): Marked => {
  const used = new Set<Mark>()
  const marked = new Map([...workloads].map(([key, evidence]) => [key, markOne(evidence, { marks, used })]))
  return { evidence: { workloads: marked, ledger }, unused: marks.filter(mark => !used.has(mark)) }
}
