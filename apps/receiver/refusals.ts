/**
 * Requests that were refused → losses in the ledger. What a refused request held is not known, and may never be sent again: until the
 * store has taken the loss it is remembered, and with it no profile of that source is complete. Bounded by callers and reasons.
 */
import type { EvidenceItem } from '../../core/model/evidence.ts'
import type { Batch } from '../../io/store/evidence-store.ts'
import { REFUSED, type RefusedCode } from './refused.ts'

export interface Refusals {
  /** `workloads`: of which alone the caller may write evidence; undefined: of any. */
  remember(source: string, subject: string, workloads: readonly string[] | undefined, code: RefusedCode): void
  /** What is to be appended, the same until {@link Refusals.written}; null: nothing. */
  pending(): Batch | null
  written(batch: Batch): void
}

interface Told {
  readonly source: string
  readonly subject: string
  readonly workloads: readonly string[] | undefined
  readonly code: RefusedCode
  times: number
}

/** Different callers, sources and reasons that are told apart; more are told as one. */
const MAX_TOLD = 1_000
const OTHERS = 'others'
const MAX_SUBJECT = 100

const lossOf = ({ source, subject, workloads, code, times }: Told, id: string): EvidenceItem => ({
  kind: 'loss',
  id,
  source,
  // Nobody read what it held.
  count: null,
  detail: `${times} requests of \`${subject.slice(0, MAX_SUBJECT)}\` refused: ${REFUSED[code]}`,
  ...(workloads === undefined ? {} : { workloads }),
})

/** `instance`: names this process among all that ever wrote to the store. */
export const createRefusals = (instance: string): Refusals => {
  let told = new Map<string, Told>()
  let sealed: Batch | null = null
  let batches = 0

  const seal = (): Batch => {
    batches += 1
    const id = `refused/${instance}/${batches}`
    const records = [...told.values()].map((entry, index) => ({
      source: entry.source,
      items: [lossOf(entry, `${id}/${index}`)],
    }))
    told = new Map()
    return { id, records }
  }

  return {
    remember: (source, subject, workloads, code) => {
      const key = JSON.stringify([source, code, subject, workloads])
      const others = JSON.stringify([source, code, OTHERS])
      const isOther = !told.has(key) && told.size >= MAX_TOLD
      const entry = told.get(isOther ? others : key)
      if (entry !== undefined) entry.times += 1
      // Of many callers it may be anybody's.
      else if (isOther) told.set(others, { source, subject: OTHERS, workloads: undefined, code, times: 1 })
      else told.set(key, { source, subject, workloads, code, times: 1 })
    },
    pending: () => {
      if (sealed === null && told.size > 0) sealed = seal()
      return sealed
    },
    written: batch => {
      if (sealed === batch) sealed = null
    },
  }
}
