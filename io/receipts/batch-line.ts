/** What a verifier remembers of a line until its batch is judged: not the record, only how it is chained. */

/** A record. */
export interface Link {
  readonly sequence: number
  readonly digest: string
  readonly previous: string | null
  readonly log: string
  /** RFC 3339, as the record has it. */
  readonly time: string
  /** `file:line`. */
  readonly where: string
}

/** One or more lines beside each other that are neither record nor seal. */
export interface Damage {
  readonly sequence: null
  readonly where: string
}

export type BatchLine = Link | Damage

/** A batch that is not as its seal says. */
export interface DamagedBatch {
  /** Sequence numbers that belong there. */
  readonly from: number
  readonly to: number
  /** Digest of the last record, which the seal vouches for; null where no seal does. */
  readonly head: string | null
  readonly log: string
  /** In the order of the file. */
  readonly lines: readonly BatchLine[]
}
