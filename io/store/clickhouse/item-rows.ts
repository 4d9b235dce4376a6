/** Decoded items ↔ rows of evidence. Equal items are equal rows, whenever and however often they come. */
import { createHash } from 'node:crypto'
import { canonicalJson } from '../../../core/model/canonical.ts'
import type { EvidenceItem } from '../../../core/model/evidence.ts'
import type { Folding, OwnItem } from '../../../core/model/folding.ts'
import { workloadKey, workloadProblem } from '../../../core/model/workload.ts'
import type { Batch } from '../evidence-store.ts'

export interface EvidenceRow {
  readonly workload: string
  readonly unit: string
  readonly kind: string
  readonly source: string
  readonly id: string
  readonly digest: string
  readonly pod: string
  readonly part: string
  readonly start: number
  readonly end: number
  readonly amount: number
  readonly copies: number
  readonly payload: string
  readonly day: string
}

/** 128 bits of SHA-256, in hexadecimal: as good as a text of any length for telling texts apart. */
export const fingerprint = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

type RowOf = Pick<EvidenceRow, 'source' | 'day'>

/** Of no workload: what a sensor lost, and what was rejected. */
const NOBODYS = { workload: '', unit: '', pod: '', part: '', start: 0, end: -1, copies: 1 }

const ownRow = (item: OwnItem, { unitOf, inPod }: Folding, { source, day }: RowOf): EvidenceRow => {
  const { workload, id, start } = item.kind === 'observation' ? item.observation : item
  const place = inPod(item)
  const payload = canonicalJson(item)
  return {
    workload: workloadKey(workload),
    unit: fingerprint(unitOf(item)),
    kind: item.kind,
    source,
    id: fingerprint(id),
    digest: fingerprint(payload),
    pod: place === null ? '' : fingerprint(place.pod),
    part: place?.part ?? '',
    start,
    end: place?.end ?? -1,
    amount: 0,
    copies: 1,
    payload,
    day,
  }
}

const lossRow = (item: Extract<EvidenceItem, { kind: 'loss' }>, { source, day }: RowOf): EvidenceRow => ({
  ...NOBODYS,
  kind: 'loss',
  source,
  // Another number is another loss, so that no order forgets one.
  id: fingerprint(`${item.id} ${item.count}`),
  digest: '',
  amount: item.count ?? -1,
  payload: '',
  day,
})

/** How many items of a batch were rejected for one reason: one row, named by the batch. */
const rejectedRow = (batch: string, reason: string, amount: number, { source, day }: RowOf): EvidenceRow => ({
  ...NOBODYS,
  kind: 'rejected',
  source,
  id: fingerprint(`${batch} ${reason}`),
  digest: fingerprint(String(amount)),
  amount,
  payload: reason,
  day,
})

/** `day`: UTC, when it is written. */
export const rowsOf = ({ id, records }: Batch, folding: Folding, day: string): readonly EvidenceRow[] => {
  const rows: EvidenceRow[] = []
  const rejected = new Map<string, Map<string, number>>()
  const reject = (source: string, reason: string): void => {
    const own = rejected.get(source) ?? new Map<string, number>()
    rejected.set(source, own.set(reason, (own.get(reason) ?? 0) + 1))
  }
  for (const { source, items } of records) {
    for (const item of items) {
      if (item.kind === 'rejected') reject(source, item.reason)
      else if (item.kind === 'loss') rows.push(lossRow(item, { source, day }))
      else if (workloadProblem(item.kind === 'observation' ? item.observation.workload : item.workload) !== null)
        reject(source, 'invalid-workload')
      else rows.push(ownRow(item, folding, { source, day }))
    }
  }
  for (const [source, reasons] of rejected)
    for (const [reason, amount] of reasons) rows.push(rejectedRow(id, reason, amount, { source, day }))
  return rows
}
