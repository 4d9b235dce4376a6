/** Decoded items ↔ rows of evidence. Equal items are equal rows, whenever and however often they come. */
import { hash } from 'node:crypto'
import { canonicalJson } from '../../../core/model/canonical.ts'
import { type EvidenceItem, lossKey, type OwnItem, type StreamPosition } from '../../../core/model/evidence.ts'
import type { Folding } from '../../../core/model/folding.ts'
import { workloadKey, workloadProblem } from '../../../core/model/workload.ts'
import type { Batch } from '../evidence-store.ts'
import { toWellFormed } from './well-formed.ts'

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
  /** Where the record stands in a numbered stream; 0 for none. */
  readonly stream: string
  readonly sequence: number
  /** Which record claims the number: two of them may not. */
  readonly claim: string
  readonly day: string
}

/** 128 bits of SHA-256, in hexadecimal: as good as a text of any length for telling texts apart. */
export const fingerprint = (text: string): string => hash('sha256', text).slice(0, 32)

interface RowOf {
  readonly source: string
  readonly day: string
  /** What many rows of a batch share, once each. */
  readonly shared: (text: string) => string
}

const rememberedFingerprints = (): ((text: string) => string) => {
  const known = new Map<string, string>()
  return text => {
    const found = known.get(text) ?? fingerprint(text)
    known.set(text, found)
    return found
  }
}

type Numbered = Pick<EvidenceRow, 'stream' | 'sequence' | 'claim'>

/** `id`: of the record; null where it was rejected. A record without an id of its own is named by its place. */
const numbered = (position: StreamPosition | undefined, id: string | null): Numbered => {
  if (position === undefined) return { stream: '', sequence: 0, claim: '' }
  const { stream, sequence } = position
  const claim = id === null ? 'rejected' : id === `${stream}/${sequence}` ? 'place' : fingerprint(id)
  return { stream: toWellFormed(stream), sequence, claim }
}

/** Of no workload: what a sensor lost, and what was rejected. */
const NOBODYS = { workload: '', unit: '', pod: '', part: '', start: 0, end: -1, copies: 1 }

/** Where it stands in its stream is no part of what it says. */
const withoutPosition = (item: OwnItem): OwnItem => {
  if (item.position === undefined) return item
  const { position: _, ...rest } = item
  return rest
}

const ownRow = (
  numberedItem: OwnItem,
  { unitOf, inPod, withoutSecrets }: Folding,
  { source, day, shared }: RowOf,
): EvidenceRow => {
  const { position } = numberedItem
  const item = withoutSecrets(withoutPosition(numberedItem))
  const { workload, id, start } = item.kind === 'observation' ? item.observation : item
  const place = inPod(item)
  const payload = canonicalJson(item)
  return {
    workload: workloadKey(workload),
    unit: shared(unitOf(item)),
    kind: item.kind,
    source,
    // What a reviewer marks is found by it; of everything else the digest says enough.
    id: item.kind === 'observation' ? fingerprint(id) : '',
    digest: fingerprint(payload),
    pod: place === null ? '' : shared(place.pod),
    part: place?.part ?? '',
    start,
    end: place?.end ?? -1,
    amount: 0,
    copies: 1,
    payload,
    ...numbered(position, id),
    day,
  }
}

const lossRow = (item: Extract<EvidenceItem, { kind: 'loss' }>, { source, day }: RowOf): EvidenceRow => ({
  ...NOBODYS,
  kind: 'loss',
  source,
  id: fingerprint(lossKey(item)),
  digest: '',
  amount: item.count ?? -1,
  payload: item.workloads === undefined ? '' : JSON.stringify(item.workloads),
  ...numbered(item.position, item.id),
  day,
})

const endRow = (item: Extract<EvidenceItem, { kind: 'end' }>, { source, day }: RowOf): EvidenceRow => ({
  ...NOBODYS,
  kind: 'end',
  source,
  id: fingerprint(item.id),
  digest: '',
  amount: 0,
  payload: '',
  ...numbered(item.position, item.id),
  day,
})

/** How many items were rejected for one reason, at one place of a stream if they stand in one: named by their record, else by the batch. */
const rejectedRow = (
  name: string,
  reason: string,
  position: StreamPosition | undefined,
  amount: number,
  { source, day }: RowOf,
): EvidenceRow => ({
  ...NOBODYS,
  kind: 'rejected',
  source,
  id: fingerprint(`${name} ${reason}`),
  digest: fingerprint(String(amount)),
  amount,
  payload: reason,
  ...numbered(position, null),
  day,
})

interface Rejected {
  readonly name: string
  readonly source: string
  readonly reason: string
  readonly position: StreamPosition | undefined
  amount: number
}

/** `day`: UTC, when it is written. */
export const rowsOf = ({ id, records }: Batch, folding: Folding, day: string): readonly EvidenceRow[] => {
  const rows: EvidenceRow[] = []
  const shared = rememberedFingerprints()
  const rejected = new Map<string, Rejected>()
  const reject = (name: string, source: string, reason: string, position: StreamPosition | undefined): void => {
    const key = JSON.stringify([name, source, reason, position?.stream, position?.sequence])
    const known = rejected.get(key)
    if (known === undefined) rejected.set(key, { name, source, reason, position, amount: 1 })
    else known.amount += 1
  }
  for (const { source, items, name = id } of records) {
    for (const item of items) {
      if (item.kind === 'rejected') reject(name, source, item.reason, item.position)
      else if (item.kind === 'loss') rows.push(lossRow(item, { source, day, shared }))
      else if (item.kind === 'end') rows.push(endRow(item, { source, day, shared }))
      else if (workloadProblem(item.kind === 'observation' ? item.observation.workload : item.workload) !== null)
        reject(name, source, 'invalid-workload', item.position)
      else rows.push(ownRow(item, folding, { source, day, shared }))
    }
  }
  for (const { name, source, reason, position, amount } of rejected.values())
    rows.push(rejectedRow(name, reason, position, amount, { source, day, shared }))
  return rows
}
