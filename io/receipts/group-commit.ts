/**
 * Records one by one → batches: those that arrive while others are being written become durable together, with one signature
 * and one sync. A batch that cannot be written is refused whole, and the first record after a refusal says how many were.
 */
import type { ReceiptBody } from '../../core/model/receipt.ts'
import type { LogWriter } from './log-writer.ts'
import { type LogState, ReceiptRefused, type ReceiptSink } from './receipt-sink.ts'
import { type Unplaced, unplaced } from './record-line.ts'
import type { TornBytes } from './resume.ts'
import { unwritten } from './unwritten.ts'

export interface CommitLimits {
  /** Records of one batch at the most. */
  readonly batch: number
  /** Milliseconds that a record waits for others when nothing is being written. */
  readonly delay: number
  /** Characters of records that may wait; what comes on top is refused. */
  readonly queue: number
}

export interface CommitOptions {
  readonly folder: string
  readonly log: string
  readonly writer: LogWriter
  readonly limits: CommitLimits
  readonly now: () => number
  /** What a crash left behind, for the first record. */
  readonly torn: TornBytes | null
}

export interface GroupCommit extends ReceiptSink {
  readonly state: () => LogState
  /** Waits until all that was appended is durable or refused. Appending after it is refused. */
  end(): Promise<void>
}

const BATCH_SIZE = 4 * 2 ** 20

interface Batch {
  readonly records: Unplaced[]
  /** Characters. */
  size: number
  readonly written: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: ReceiptRefused) => void
}

const newBatch = (): Batch => {
  let [resolve, reject]: [() => void, (error: ReceiptRefused) => void] = [() => undefined, () => undefined]
  const written = new Promise<void>((onDone, onError) => {
    ;[resolve, reject] = [onDone, onError]
  })
  return { records: [], size: 0, written, resolve, reject }
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

export const createGroupCommit = ({ folder, log, writer, limits, now, torn }: CommitOptions): GroupCommit => {
  const queue: Batch[] = []
  let waiting = 0
  let state: LogState = { kind: 'open' }
  let draining: Promise<void> | null = null
  let latest = writer.place()?.time ?? 0
  let refused = 0
  let tornNote = torn

  const notes = (time: number): readonly Unplaced[] => {
    const found: ReceiptBody[] = []
    if (tornNote !== null) found.push(noteOf({ kind: 'recovered', cause: 'torn', ...tornNote }))
    if (refused > 0) {
      const detail = 'records that could not be written: whoever asked was refused'
      found.push(noteOf({ kind: 'recovered', cause: 'refused', detail, count: refused, file: null, digest: null }))
    }
    return found.map(body => unplaced(body, log, time))
  }

  const commit = async ({ records, resolve, reject }: Batch): Promise<void> => {
    try {
      await writer.commit([...notes(records[0]?.time ?? latest), ...records])
      ;[tornNote, refused] = [null, 0]
      if (state.kind === 'failed') state = { kind: 'open' }
      resolve()
    } catch (error) {
      const problem = unwritten(folder, error)
      refused += records.length
      if (state.kind === 'open') state = { kind: 'failed', problem }
      reject(new ReceiptRefused(problem))
    }
  }

  const drain = async (): Promise<void> => {
    // What is called in the same turn, or within the delay, goes together.
    await new Promise<void>(resolve => {
      if (limits.delay > 0) setTimeout(resolve, limits.delay)
      else setImmediate(resolve)
    })
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      await commit(batch)
      waiting -= batch.size
    }
    draining = null
  }

  const refusal = (what: string): Promise<void> =>
    Promise.reject(new ReceiptRefused({ code: 'receipts-unwritten', what, where: folder, help: null }))

  return {
    append: body => {
      if (state.kind === 'closed') return refusal('the log is closed')
      if (waiting >= limits.queue) {
        refused++
        return refusal('more records wait for the disk than may wait')
      }
      latest = Math.max(latest, now())
      const record = unplaced(body, log, latest)
      const last = queue.at(-1)
      const isFull = last === undefined || last.records.length >= limits.batch || last.size >= BATCH_SIZE
      const batch = isFull ? newBatch() : last
      if (isFull) queue.push(batch)
      batch.records.push(record)
      const size = record.head.length + record.tail.length
      batch.size += size
      waiting += size
      draining ??= drain()
      return batch.written
    },
    state: () => state,
    end: async () => {
      state = { kind: 'closed' }
      await draining
    },
  }
}
