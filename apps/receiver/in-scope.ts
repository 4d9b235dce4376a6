/**
 * Decoded items × who sent them → the same items, with those that the sender may not write replaced by why. Nobody writes evidence of
 * somebody else's workload; and what a user asked counts only from a party that may assert it, which an agent's own exporter may not.
 */
import type { EvidenceItem } from '../../core/model/evidence.ts'
import { workloadKey } from '../../core/model/workload.ts'
import { covers } from '../../core/model/workload-pattern.ts'
import type { Decoded } from '../../io/store/decoded.ts'
import type { Grant } from '../../io/tokens/grant.ts'

const MAX_NAME = 200

const rejected = (
  { position }: EvidenceItem,
  reason: 'out-of-scope' | 'request-unasserted',
  workload: string,
): EvidenceItem => ({
  kind: 'rejected',
  reason,
  detail: `\`${workload.slice(0, MAX_NAME)}\``,
  // It came, and is not missing of its stream.
  ...(position === undefined ? {} : { position }),
})

/** The workloads of which alone a sender can have lost, or been refused, anything; undefined: of any. */
export const concernedBy = ({ record, workload }: Grant): readonly string[] | undefined => {
  if (workload !== null) return covers(record, workload) ? [workload] : []
  return record.includes('*') ? undefined : [...new Set(record)].sort()
}

const itemInScope = (item: EvidenceItem, grant: Grant): EvidenceItem => {
  const { record, assertContext, workload } = grant
  if (item.kind === 'loss') {
    const workloads = concernedBy(grant)
    return workloads === undefined ? item : { ...item, workloads }
  }
  // What has no workload says nothing of anybody: it only counts, against whoever reads the same source.
  if (item.kind === 'rejected' || item.kind === 'end') return item
  const key = workloadKey(item.kind === 'observation' ? item.observation.workload : item.workload)
  if (!covers(record, key) || (workload !== null && workload !== key)) return rejected(item, 'out-of-scope', key)
  return item.kind === 'request' && !covers(assertContext, key) ? rejected(item, 'request-unasserted', key) : item
}

export const inScope = (records: readonly Decoded[], grant: Grant): readonly Decoded[] =>
  records.map(({ source, items }) => ({ source, items: items.map(item => itemInScope(item, grant)) }))
