/**
 * The last segment of a log → where it goes on, and how many of its bytes stand behind a sound seal. What lies after them was
 * cut off by a crash: nobody was told that it is written.
 */
import type { KeyObject } from 'node:crypto'
import { isSealedBy } from './dsse.ts'
import { type ParsedLine, parseLine } from './parse-line.ts'

/** Where a log goes on: all of it durable. */
export interface Place {
  readonly log: string
  /** Of the next record. */
  readonly sequence: number
  /** Digests of the last record and the last seal. */
  readonly head: string
  readonly seal: string
  /** Milliseconds since the epoch, of the last record. */
  readonly time: number
}

export interface Tail {
  /** Null where no sound seal is in it. */
  readonly place: Place | null
  /** Bytes up to the end of the last sound seal. */
  readonly length: number
  /** A sealed batch before the last one is not as its seal says: that was no crash. */
  readonly isBroken: boolean
}

const LINE_FEED = 10

interface Line {
  readonly parsed: ParsedLine
  /** Where the next line begins. */
  readonly end: number
}

function* linesOf(bytes: Buffer): Generator<Line> {
  let start = 0
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
    yield { parsed: parseLine(bytes.subarray(start, end)), end: end + 1 }
    start = end + 1
  }
}

/** What the log is after a batch, or null where batch and seal do not fit together and to what came before. */
const after = (before: Place | null, batch: readonly ParsedLine[]): Place | null => {
  const seal = batch.at(-1)
  if (seal?.kind !== 'seal') return null
  const { log, first, last, head, previous } = seal.statement
  if (before !== null && (before.sequence !== first || before.seal !== previous || before.log !== log)) return null
  let [sequence, chained, time] = [first, before?.head, before?.time ?? 0]
  for (const line of batch.slice(0, -1)) {
    if (line.kind !== 'record' || line.receipt.sequence !== sequence || line.receipt.log !== log) return null
    // The first record of a segment follows one in another file.
    if (chained !== undefined && line.receipt.previous !== chained) return null
    chained = line.digest
    sequence++
    time = Date.parse(line.receipt.time)
  }
  return sequence === last + 1 && chained === head ? { log, sequence, head, seal: seal.digest, time } : null
}

/** `before`: where the log was before this segment, where that is known. */
export const tailOf = (bytes: Buffer, before: Place | null, key: KeyObject, keyid: string): Tail => {
  let place: Place | null = null
  let length = 0
  let isUnsound = false
  let batch: ParsedLine[] = []
  for (const { parsed, end } of linesOf(bytes)) {
    batch.push(parsed)
    if (parsed.kind !== 'seal') continue
    if (isUnsound) return { place, length, isBroken: true }
    const next = after(place ?? before, batch)
    batch = []
    const [signature] = parsed.envelope.signatures
    // Another key's seals were checked by whoever had that key; a verifier checks them all.
    if (next === null || (signature.keyid === keyid && !isSealedBy(parsed.envelope, key))) isUnsound = true
    else [place, length] = [next, end]
  }
  return { place, length, isBroken: false }
}
