/** How fast a witness does what is not allowed, and how many alerts it has opened: what bounds a flood that one witness makes. */
import { MINUTE, type Micros } from '../model/observation.ts'

export interface Pace {
  /** Alerts that the witness has opened. */
  opened: number
  /** Of its latest clock minute with something that was not allowed: the first, and how many. */
  minute: number
  since: Micros
  inMinute: number
}

export const startPace = (): Pace => ({ opened: 0, minute: Number.NEGATIVE_INFINITY, since: 0, inMinute: 0 })

export const advance = (pace: Pace, at: Micros): void => {
  const minute = Math.floor(at / MINUTE)
  // Time that runs backwards stays in the minute it was in.
  if (minute > pace.minute) Object.assign(pace, { minute, since: at, inMinute: 0 })
  pace.inMinute++
}
