/**
 * Records one by one → batches: those that arrive while others are being written become durable together, with one signature
 * and one sync. A batch that cannot be written is refused whole, and the first record after a refusal says how many were.
 *
 * Large batches are sealed in a thread, one behind the other, while earlier ones are written. What was sealed behind a batch that is
 * then refused is chained to something that is not there: it is refused with it.
 */
import { type Batch, newBatch } from './batch.ts'
import type { LogWriter } from './log-writer.ts'
import { type Note, noteParts } from './notes.ts'
import { type LogState, ReceiptRefused, type ReceiptSink } from './receipt-sink.ts'
import { unplaced } from './record-line.ts'
import type { TornBytes } from './resume.ts'
import type { Sealer } from './sealer.ts'
import type { ThreadSealed } from './sealing.ts'
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
  readonly sealer: Sealer
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

/** Characters. */
const BATCH_SIZE = 4 * 2 ** 20
/** Characters of a batch from which on a thread is told faster than it is sealed here. */
const WORTH_A_THREAD = 2 ** 18
/** Batches that the thread has or had and that are not durable: one is sealed, one written, one gets there or comes back. */
const FLIGHTS = 3

export const createGroupCommit = (options: CommitOptions): GroupCommit => {
  const { folder, log, writer, sealer, limits, now, torn } = options
  const queue: Batch[] = []
  /** What the thread was given, in order; each ends durable or refused, and never rejects. */
  const flights: Promise<void>[] = []
  let waiting = 0
  let state: LogState = { kind: 'open' }
  let draining: Promise<void> | null = null
  let latest = writer.place()?.time ?? 0
  let note: Note = { torn, refused: 0 }
  let isWritingHere = false
  /** A flight was refused; those behind it are not down yet. */
  let isGrounded = false

  const isFull = (batch: Batch): boolean => batch.records() >= limits.batch || batch.size >= BATCH_SIZE

  /** What the batch says of what came before it. */
  const takeNote = (): Note => {
    const said = note
    note = { torn: null, refused: 0 }
    return said
  }

  const settle = (batch: Batch, said: Note, error: unknown): void => {
    waiting -= batch.size
    if (error === null) {
      if (state.kind === 'failed') state = { kind: 'open' }
      batch.resolve()
      return
    }
    const problem = unwritten(folder, error)
    note = { torn: said.torn ?? note.torn, refused: note.refused + said.refused + batch.records() }
    if (state.kind === 'open') state = { kind: 'failed', problem }
    batch.reject(new ReceiptRefused(problem))
  }

  const commitHere = async (batch: Batch): Promise<void> => {
    isWritingHere = true
    if (batch.size >= WORTH_A_THREAD) sealer.want()
    const said = takeNote()
    const gathered = batch.gathered()
    let failure: unknown = null
    try {
      await writer.commit(sealer.here([...noteParts(said, log, batch.began), gathered], writer.place()))
    } catch (error) {
      failure = error
    }
    sealer.giveBack(gathered.bytes)
    settle(batch, said, failure)
    isWritingHere = false
  }

  let grounds: unknown = null
  const fly = async (batch: Batch, said: Note, sealing: Promise<ThreadSealed>, before: Promise<void> | undefined) => {
    // It may be refused while the one before is written; that is not nobody's business.
    sealing.catch(() => undefined)
    await before
    let failure: unknown = null
    try {
      const sealed = await sealing
      try {
        if (isGrounded) failure = grounds
        else await writer.commit(sealed)
      } finally {
        sealed.release()
      }
    } catch (error) {
      failure = error
    }
    flights.shift()
    if (failure !== null) grounds = failure
    isGrounded = flights.length > 0 && (isGrounded || failure !== null)
    settle(batch, said, failure)
  }

  /** Gives the thread the next batch, if there is one for it and it may have it now. */
  const launch = (): boolean => {
    const batch = queue[0]
    if (batch === undefined || isWritingHere || isGrounded || flights.length >= FLIGHTS) return false
    if (flights.length > 0 ? !isFull(batch) : batch.size < WORTH_A_THREAD) return false
    const thread = sealer.thread()
    if (thread === null) return false
    queue.shift()
    const said = takeNote()
    const from = flights.length === 0 ? writer.place() : 'behind'
    const sealing = thread.seal([...noteParts(said, log, batch.began), batch.gathered()], from)
    flights.push(fly(batch, said, sealing, flights.at(-1)))
    return true
  }

  const drain = async (): Promise<void> => {
    // What is called in the same turn, or within the delay, goes together.
    await new Promise<void>(resolve => {
      if (limits.delay > 0) setTimeout(resolve, limits.delay)
      else setImmediate(resolve)
    })
    while (queue.length + flights.length > 0) {
      if (launch()) continue
      if (flights.length > 0) {
        await flights[0]
        continue
      }
      const batch = queue.shift()
      if (batch !== undefined) await commitHere(batch)
    }
    draining = null
  }

  const refusal = (what: string): Promise<void> =>
    Promise.reject(new ReceiptRefused({ code: 'receipts-unwritten', what, where: folder, help: null }))

  const openBatch = (): Batch => {
    const last = queue.at(-1)
    if (last !== undefined && !isFull(last)) return last
    const batch = newBatch(sealer.memory(), latest)
    queue.push(batch)
    return batch
  }

  return {
    append: body => {
      if (state.kind === 'closed') return refusal('the log is closed')
      if (waiting >= limits.queue) {
        note = { ...note, refused: note.refused + 1 }
        return refusal('more records wait for the disk than may wait')
      }
      latest = Math.max(latest, now())
      const record = unplaced(body, log, latest)
      const batch = openBatch()
      batch.add(record)
      const size = record.head.length + record.tail.length
      batch.size += size
      waiting += size
      draining ??= drain()
      // The thread need not wait until this one has nothing else to do.
      if (isFull(batch)) launch()
      return batch.written
    },
    state: () => state,
    end: async () => {
      state = { kind: 'closed' }
      await draining
      await sealer.close()
    },
  }
}
