/**
 * Sealed batches → segments, one after the other. A batch counts once its seal is on the disk; until then, and
 * whenever that fails, the log is what it was before, and what reached the disk is taken back before the next batch.
 */
import { join } from 'node:path'
import type { Disk, LogFile } from './disk.ts'
import type { Sealed } from './seal-batch.ts'
import { segmentName } from './segment-name.ts'
import type { Place } from './tail.ts'

export interface WriterOptions {
  readonly folder: string
  readonly disk: Disk
  /** A segment that has reached this is followed by another. */
  readonly segmentBytes: number
  /** Whether a batch is on the disk, and not only with the kernel, before it counts. */
  readonly sync: boolean
}

/** The segment that is written to, and how much of it is durable. */
export interface Segment {
  readonly file: LogFile
  readonly length: number
}

export interface LogWriter {
  /** Throws what the file system throws: then nothing of the batch is in the log. One at a time. */
  commit(batch: Sealed): Promise<void>
  /** Null before the first batch. */
  readonly place: () => Place | null
  close(): Promise<void>
}

export const createLogWriter = (options: WriterOptions, start: Place | null, open: Segment | null): LogWriter => {
  const { folder, disk } = options
  let place = start
  let file = open?.file ?? null
  let length = open?.length ?? 0
  /** There may be bytes behind `length`. */
  let isDirty = false
  let isNew = false

  const rotate = async (): Promise<LogFile> => {
    await file?.close()
    file = null
    const next = await disk.open(join(folder, segmentName(place?.sequence ?? 0)))
    ;[file, length, isNew] = [next, 0, true]
    return next
  }

  const segment = async (): Promise<LogFile> => {
    const current = file === null || length >= options.segmentBytes ? await rotate() : file
    if (isDirty) await current.truncate(length)
    isDirty = false
    if (isNew && options.sync) await disk.syncFolder(folder)
    isNew = false
    return current
  }

  return {
    commit: async ({ bytes, next }) => {
      const target = await segment()
      isDirty = true
      await target.write(bytes, length)
      if (options.sync) await target.sync()
      isDirty = false
      length += bytes.length
      place = next
    },
    place: () => place,
    close: async () => {
      await file?.close()
      file = null
    },
  }
}
