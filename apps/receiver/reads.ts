/** What a caller with `admin` may read: the ledger, whose evidence there is, and the policy that would come of one workload's. */
import type { Decisions } from '../../core/model/decisions.ts'
import { workloadKey } from '../../core/model/workload.ts'
import { derivePolicy } from '../../core/pipeline.ts'
import { jsonText } from '../../io/json-text.ts'
import { writePolicy } from '../../io/policy-file/write-policy.ts'
import type { EvidenceStore } from '../../io/store/evidence-store.ts'

export interface Document {
  readonly status: 200 | 400 | 404
  readonly type: string
  readonly text: string
}

export type Read = (store: EvidenceStore, decisions: Decisions, query: URLSearchParams) => Promise<Document>

const json = (value: unknown): Document => ({ status: 200, type: 'application/json', text: `${jsonText(value)}\n` })
const problem = (status: 400 | 404, message: string): Document => ({
  status,
  type: 'application/json',
  text: jsonText({ message }),
})

const policy: Read = async (store, decisions, query) => {
  const named = query.get('workload')
  if (named === null) return problem(400, 'name a workload: `?workload=namespace/name`')
  const reading = await store.read()
  const workload = reading.workloads.find(one => workloadKey(one) === named)
  const profile = workload === undefined ? null : await reading.profile(workload)
  if (profile === null) return problem(404, 'there is no evidence of this workload')
  return { status: 200, type: 'application/yaml', text: writePolicy(derivePolicy(profile, decisions)) }
}

export const READS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['/v1/ledger', async store => json((await store.read()).ledger)],
  ['/v1/workloads', async store => json((await store.read()).workloads.map(workloadKey))],
  ['/v1/policy', policy],
])
