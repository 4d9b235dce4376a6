import type { Rejection } from './evidence.ts'

/**
 * What became of numbered records: received = accepted + duplicate + the sum of rejected. A number is one record, which was accepted or
 * rejected; whatever else claims it is a duplicate. What contradicts a record with another number is its source's to say, and not here.
 */
export interface StreamFigures {
  readonly received: number
  readonly accepted: number
  readonly duplicate: number
  readonly rejected: Readonly<Partial<Record<Rejection, number>>>
  /** Events that records of the stream say were lost; null: an unknown number. */
  readonly lost: number | null
}

/** What came of one numbered stream. Balanced: no number up to the end is missing, and none is used twice. */
export interface StreamLedger extends StreamFigures {
  readonly stream: string
  /** Distinct sequence numbers. */
  readonly numbers: number
  /** The highest of them. */
  readonly last: number
  /** The number of the end record; null: it did not come. */
  readonly end: number | null
  /** Two records claim one number, or there are several ends: the numbers tell nothing. */
  readonly reused: boolean
}

export interface StreamsLedger {
  /** How many balance. */
  readonly balanced: number
  /** Those that do not, by name, up to {@link STREAM_CAP}. */
  readonly unbalanced: readonly StreamLedger[]
  /** How many more do not. */
  readonly more: number
  /** Of all of them together. */
  readonly total: StreamFigures
}
export const STREAM_CAP = 1_000

/** What was lost of some workloads alone. */
export interface PartLost {
  /** As a token names them: `namespace/name`, `namespace/*` or `*`. */
  readonly workloads: readonly string[]
  readonly lost: number | null
}

/** Balance of one source: received = accepted + duplicate + the sum of rejected. */
export interface SourceLedger {
  readonly source: string
  readonly received: number
  readonly accepted: number
  readonly duplicate: number
  readonly rejected: Readonly<Partial<Record<Rejection, number>>>
  /** Events that the sensor itself says it lost; null: it says so without a number. */
  readonly lost: number | null
  /** Beside `lost`, what can only have been of some workloads; missing where there is none. A profile's ledger has its own in `lost`. */
  readonly lostOf?: readonly PartLost[]
  /** The numbered streams of the source; missing where no record is numbered. */
  readonly streams?: StreamsLedger
}

/** Sorted by source. Records that no source recognized are under the source `unrecognized`. */
export type Ledger = readonly SourceLedger[]

export const addLost = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b)

/** All that was lost, of whomever. */
export const allLost = ({ lost, lostOf = [] }: Pick<SourceLedger, 'lost' | 'lostOf'>): number | null =>
  lostOf.reduce((sum, part) => addLost(sum, part.lost), lost)

/** What a ledger says against its evidence, without how much came: equal while nothing else is missing. */
export const troublesIn = (ledger: Ledger): readonly object[] =>
  ledger.map(({ source, rejected, lost, lostOf = [], streams }) => ({
    source,
    rejected,
    lost,
    lostOf,
    streams: streams === undefined ? null : { unbalanced: streams.unbalanced, more: streams.more },
  }))

/** Records of the stream that were written and did not come, as far as its numbers tell. */
export const missingOf = ({ last, numbers }: StreamLedger): number => Math.max(0, last - numbers)

export const isBalanced = ({ numbers, last, end, reused }: StreamLedger): boolean =>
  !reused && end === last && numbers === last
