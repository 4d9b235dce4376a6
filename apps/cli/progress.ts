/** Long work → one line on a terminal that replaces itself; nothing at all in a pipe. */
import type { Io } from './io.ts'

export interface Progress {
  /** Shows the text, at most ten times a second: nobody makes it for nothing. */
  say(text: () => string): void
  /** Takes the line away. */
  end(): void
}

const INTERVAL_MS = 100
const CLEAR = '\r\u001b[K'

export const createProgress = (io: Io): Progress => {
  if (!io.isTTY) return { say: () => undefined, end: () => undefined }
  let last = Number.NEGATIVE_INFINITY
  let shown = false
  return {
    say: text => {
      const now = io.now()
      if (now - last < INTERVAL_MS) return
      last = now
      shown = true
      io.stderr.write(`${CLEAR}${text()}`)
    },
    end: () => {
      if (shown) io.stderr.write(CLEAR)
      shown = false
    },
  }
}
