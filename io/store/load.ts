/** Evidence that nobody has read yet → a store: text is decoded where the store likes, and that may be in several threads. */
import type { Worker } from 'node:worker_threads'
import type { Rejection } from '../../core/model/evidence.ts'
import type { FilePart, LostFile } from '../evidence/read-records.ts'
import type { Decoded } from './decoded.ts'

/** What a loading thread needs to know of what records mean. */
export interface Reader {
  readonly decode: (record: unknown) => Decoded
  /** Source of what cannot be read. */
  readonly unread: string
}

/** Something that was rejected, for a person to look at: the first of its source and reason in its part. */
export interface NotedRejection {
  readonly source: string
  readonly reason: Rejection
  /** File and line. */
  readonly place: string
  readonly detail: string
}

/** What became of a part. */
export interface LoadedPart {
  readonly file: string
  readonly records: number
  readonly noted: readonly NotedRejection[]
}

export interface Load extends Reader {
  readonly parts: AsyncIterable<FilePart | LostFile>
  /** Starts a thread that serves loads with the same reader (`serveLoads`). */
  readonly startThread: () => Worker
  /** How many of them, where there is enough to load. */
  readonly threads: number
  /** Told of each part, in the order of the parts. */
  readonly loaded: (part: LoadedPart) => void
}
