/** How much of what came is held at once: requests and bytes, until they are stored. Whoever finds no room is told to come back. */
import { refusedForNow, type Taken, taken } from './refused.ts'

/** Seconds until there is likely room. */
const RETRY_AFTER = 2

/** The room that one request takes. */
export interface Room {
  /** Whether there was room for so many bytes more. */
  grow(bytes: number): boolean
  /** Once; later calls do nothing. */
  leave(): void
}

export interface Capacity {
  enter(): Taken<Room>
  held(): { readonly requests: number; readonly bytes: number }
}

export const FULL = refusedForNow(503, 'over-capacity', 'too much is being taken in already', RETRY_AFTER)

/** `limit`: the most of both. */
export const createCapacity = (limit: { readonly requests: number; readonly bytes: number }): Capacity => {
  let requests = 0
  let bytes = 0
  return {
    enter: () => {
      if (requests >= limit.requests) return FULL
      requests += 1
      let own = 0
      let isInside = true
      return taken({
        grow: more => {
          if (bytes + more > limit.bytes) return false
          bytes += more
          own += more
          return true
        },
        leave: () => {
          if (!isInside) return
          isInside = false
          requests -= 1
          bytes -= own
        },
      })
    },
    held: () => ({ requests, bytes }),
  }
}
