/** What can be wrong with a log of receipts. Text is rendered elsewhere, once; scripts may rely on the codes. */

export const FINDING_CODES = {
  'record-edited': 'a record is not what was written',
  'record-missing': 'records were removed from the middle or the beginning',
  'record-reordered': 'a record stands in another place than it was written in',
  'record-inserted': 'a record that is not part of the chain was put in, or one was put in twice',
  'seal-edited': 'a seal is not what was written',
  'seal-missing': 'a seal was removed; the records that it covered are vouched for by the next one',
  'signature-invalid': 'a seal says what its key never signed',
  'key-unknown': 'a seal was made with a key that was not given: the wrong key, or another writer',
  'torn-tail': 'the last line is not whole: the writer ended in the middle of it, or the file was cut',
  'unsealed-tail': 'whole records after the last seal: nothing vouches for them',
  'segment-duplicated': 'a file begins with the same record as another',
  'segment-renamed': 'a file is named after another record than its first',
  'time-backwards': 'a record is older than the one before it',
  'aside-unlike': 'bytes that were set aside after a crash are gone, or not what they were',
  truncated: 'the log ends before the head that was kept elsewhere',
  'head-unlike': 'the log is not the one whose head was kept elsewhere, or has another history',
  'decision-differs': 'a recorded decision is not what its policy says of the recorded call',
} as const
export type FindingCode = keyof typeof FINDING_CODES

export interface Finding {
  readonly code: FindingCode
  /** `file:line` or a file; null where there is no place. */
  readonly where: string | null
  /** First and last sequence number that it is about; null where it is about none. */
  readonly records: readonly [number, number] | null
  readonly detail: string | null
}
