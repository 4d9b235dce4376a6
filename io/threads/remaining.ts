/** How long what is left would take at the pace so far: whether it is worth starting threads for. */

/** Milliseconds that must be left: on two processors, two threads that begin cold have caught up by then. */
const WORTH = 5_000

export interface Remaining {
  /** So many more are done. */
  done(count: number): void
  readonly isMuch: () => boolean
}

/** `now`: milliseconds of any clock that only goes on. */
export const remaining = (total: number, now: () => number): Remaining => {
  const begun = now()
  let count = 0
  return {
    done: more => {
      count += more
    },
    isMuch: () => count > 0 && ((now() - begun) / count) * (total - count) > WORTH,
  }
}
