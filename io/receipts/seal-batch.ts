/**
 * Gathered records, and where the log is → the bytes of a batch, chained and sealed, and where the log is then. Touches no file, so
 * that it may run in any thread.
 */
import type { KeyObject } from 'node:crypto'
import type { BatchBytes } from './batch-bytes.ts'
import { seal } from './dsse.ts'
import type { Gathered } from './gathered.ts'
import { SEAL_FORMAT, type Statement, statementText } from './statement.ts'
import type { Place } from './tail.ts'

export interface SealKeys {
  readonly log: string
  readonly signingKey: KeyObject
  readonly keyid: string
  /** Tells the digest key apart. */
  readonly digestKey: string
}

export interface Sealed {
  readonly bytes: Uint8Array
  /** Where the log is once the bytes are durable. */
  readonly next: Place
}

/** The bytes are `memory`'s: they last until it is used again. At least one part has a record. */
export const sealBatch = (
  parts: readonly Gathered[],
  place: Place | null,
  { log, signingKey, keyid, digestKey }: SealKeys,
  memory: BatchBytes,
): Sealed => {
  const first = place?.sequence ?? 0
  let head = place?.head ?? null
  let sequence = first
  memory.begin(parts)
  for (const { bytes, cuts, records } of parts) {
    let start = 0
    for (let record = 0; record < records; record++) {
      const cut = cuts[2 * record] ?? 0
      const end = cuts[2 * record + 1] ?? 0
      head = memory.record(bytes, start, cut, end, head, sequence++)
      start = end
    }
  }
  const statement: Statement = {
    format: SEAL_FORMAT,
    log,
    first,
    last: sequence - 1,
    head: head ?? '',
    previous: place?.seal ?? null,
    digestKey,
  }
  const digest = memory.line(seal(statementText(statement), signingKey, keyid))
  const time = parts.at(-1)?.time ?? 0
  return { bytes: memory.bytes(), next: { log, sequence, head: head ?? '', seal: digest, time } }
}
