/** What the log has to say of itself, before the next record: bytes that a crash left behind, and records that were refused. */
import type { ReceiptBody } from '../../core/model/receipt.ts'
import { type Gathered, gather, newMemory } from './gathered.ts'
import { unplaced } from './record-line.ts'
import type { TornBytes } from './resume.ts'

export interface Note {
  readonly torn: TornBytes | null
  readonly refused: number
}

/** Of the log itself: nobody's call. */
const noteOf = (event: ReceiptBody['event']): ReceiptBody => ({
  workload: null,
  session: null,
  identity: { subject: null, client: null },
  policy: null,
  evidence: [],
  event,
})

/** Empty where there is nothing to say. */
export const noteParts = ({ torn, refused }: Note, log: string, time: number): readonly Gathered[] => {
  if (torn === null && refused === 0) return []
  const note = gather(newMemory())
  const add = (event: ReceiptBody['event']): void => note.add(unplaced(noteOf(event), log, time))
  if (torn !== null) add({ kind: 'recovered', cause: 'torn', ...torn })
  if (refused > 0) {
    const detail = 'records that could not be written: whoever asked was refused'
    add({ kind: 'recovered', cause: 'refused', detail, count: refused, file: null, digest: null })
  }
  return [note.gathered()]
}
