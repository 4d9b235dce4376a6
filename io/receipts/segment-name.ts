/** Names of the files that hold the log: the sequence number of the first record, so that their order is that of the names. */

const SEGMENT = /^receipts-(\d{15})\.jsonl$/

export const segmentName = (first: number): string => `receipts-${String(first).padStart(15, '0')}.jsonl`

/** Null where it is no segment's name. */
export const firstOfName = (name: string): number | null => {
  const digits = SEGMENT.exec(name)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** Where bytes are set aside that a crash left behind the last seal. */
export const tornName = (sequence: number, digest: string): string =>
  `torn-${String(sequence).padStart(15, '0')}-${digest.slice(-12)}.bin`

export const isTornName = (name: string): boolean => /^torn-\d{15}-[0-9a-f]{12}\.bin$/.test(name)
