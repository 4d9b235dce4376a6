/** A set of texts, in the order in which they were added. */
export interface Texts extends Iterable<string> {
  has(text: string): boolean
}

/**
 * What a session has shown before a call. `policy/step` builds it, bounded; constraints of kind `request`, `field` and
 * `unprompted` read it. A null part is one that this enforcement point cannot see, which is not the same as empty.
 */
export interface Context {
  /** Normalized texts of the user's requests, or null where requests are not seen. */
  readonly request: Texts | null
  /** Normalized whole leaves of earlier results, or null where results are not seen. */
  readonly fields: Texts | null
  /** Normalized leaves of earlier results that say more than one value, or null where results are not seen. */
  readonly prose: Texts | null
  /** Normalized values that the session itself has passed to tools: a tool that repeats one vouches for nothing. */
  readonly sent?: Texts
  /** Values that a person would already have been asked about in this session (`type:value`, or a surface). */
  readonly approved: Texts
  /** Characters kept so far, for the bound. */
  readonly size: number
}
