/**
 * The append-only log of what an enforcement point decided: chained by digest, sealed by signature, in segments of one folder.
 *
 * INVARIANT: `append` resolves only after the record, sealed, is on the disk.
 */
import { type KeyObject, randomUUID } from 'node:crypto'
import type { Worker } from 'node:worker_threads'
import { done, failed, type Outcome } from '../problem.ts'
import { type Disk, REAL_DISK } from './disk.ts'
import { fingerprint } from './dsse.ts'
import { type CommitLimits, createGroupCommit } from './group-commit.ts'
import { digestKeyId, keyedDigest } from './keyed-digest.ts'
import { type Lock, lockFolder } from './lock.ts'
import { createLogWriter } from './log-writer.ts'
import type { ReceiptLog } from './receipt-sink.ts'
import { resume } from './resume.ts'
import { createSealer } from './sealer.ts'
import { unwritten } from './unwritten.ts'

export interface ReceiptLogOptions {
  readonly folder: string
  /** Ed25519, private. */
  readonly signingKey: KeyObject
  /** At least 32 random bytes. */
  readonly digestKey: KeyObject
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly limits?: Partial<LogLimits>
  readonly disk?: Disk
  /** False: a batch counts when the kernel has it. Survives a crash of the process, not of the machine. */
  readonly sync?: boolean
  /** A thread with `sealing-thread`, started once there are large batches. Without it all is sealed in the caller's thread. */
  readonly startThread?: () => Worker
}

export interface LogLimits extends CommitLimits {
  /** A segment that has reached this is followed by another. */
  readonly segmentBytes: number
}

const LIMITS: LogLimits = { batch: 1_024, delay: 0, queue: 64 * 2 ** 20, segmentBytes: 64 * 2 ** 20 }

const openLocked = async (options: ReceiptLogOptions, lock: Lock): Promise<Outcome<ReceiptLog>> => {
  const { folder, signingKey, digestKey, now, disk = REAL_DISK, sync = true, startThread = null } = options
  const limits = { ...LIMITS, ...options.limits }
  const keyid = fingerprint(signingKey)
  const resumed = await resume(folder, disk, signingKey, keyid)
  if (!resumed.ok) return resumed
  const { place, segment, torn } = resumed.value
  const log = place?.log ?? randomUUID()
  const sealer = createSealer({ log, signingKey, keyid, digestKey: digestKeyId(digestKey) }, startThread)
  const writer = createLogWriter({ folder, disk, segmentBytes: limits.segmentBytes, sync }, place, segment)
  const commits = createGroupCommit({ folder, log, writer, sealer, limits, now, torn })
  return done({
    append: commits.append,
    state: commits.state,
    place: writer.place,
    digest: keyedDigest(digestKey),
    close: async () => {
      await commits.end()
      await writer.close()
      await lock.release()
    },
  })
}

/** Errors: `receipts-locked`, `receipts-broken`, `receipts-unwritten`. */
export const openReceiptLog = async (options: ReceiptLogOptions): Promise<Outcome<ReceiptLog>> => {
  const { folder, disk = REAL_DISK } = options
  try {
    await disk.makeFolder(folder)
    const lock = await lockFolder(folder)
    if (!lock.ok) return lock
    try {
      const opened = await openLocked(options, lock.value)
      if (!opened.ok) await lock.value.release()
      return opened
    } catch (error) {
      await lock.value.release()
      throw error
    }
  } catch (error) {
    return failed(unwritten(folder, error))
  }
}
