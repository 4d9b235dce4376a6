/** A reviewer's word that a session, or a single observation, was malicious: then it is no evidence of need. */
export interface Mark {
  /** Verbatim session id; null: `observation` says which. Never both. */
  readonly session: string | null
  /** The observation's own id. */
  readonly observation: string | null
  /** `namespace/name`; null: of any workload. */
  readonly workload: string | null
  readonly by: string
  readonly reason: string
}

/** Marks that are applied, and which of them anything answered to. */
export interface Marking {
  readonly marks: readonly Mark[]
  /** Added to. */
  readonly used: Set<Mark>
}
