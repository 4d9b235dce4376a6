/** A set of texts, in the order in which they were added. */
export interface Texts extends Iterable<string> {
  has(text: string): boolean
}

/** By normalized text. */
export interface Places {
  get(text: string): string | undefined
}

/** How a session has gone so far, the call that is being judged included. Bounded: beyond the bound `surfaces` stays as it is. */
export interface Tempo {
  /** Calls by `substrate/action`. */
  readonly surfaces: ReadonlyMap<string, number>
  /** Calls by substrate, in all and in the clock minute of the latest call. */
  readonly total: ReadonlyMap<string, number>
  readonly inMinute: ReadonlyMap<string, number>
  /** Minutes since the Unix epoch, of the latest call. */
  readonly minute: number
  /** The surface that was new before the latest new one, by surface: null where the session began with it. */
  readonly before: ReadonlyMap<string, string | null>
  /** The latest surface that the session used for the first time. */
  readonly newest: string | null
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
  /** Where each field stood first, as `policy/field-place` names it; absent or without it: nobody said. */
  readonly places?: Places
  /** Normalized leaves of earlier results that say more than one value, or null where results are not seen. */
  readonly prose: Texts | null
  /** Normalized values that the session itself has passed to tools: a tool that repeats one vouches for nothing. */
  readonly sent?: Texts
  /** Values that a person would already have been asked about in this session (`type:value`, or a surface). */
  readonly approved: Texts
  /** Null or absent where this enforcement point does not count the session's calls: then nothing is unusual by them. */
  readonly tempo?: Tempo | null
  /** Characters kept so far, for the bound. */
  readonly size: number
}
