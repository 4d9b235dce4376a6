/**
 * A stream of bytes, in chunks cut anywhere → its lines, for someone who only listens. A line over the limit is skipped,
 * not kept, and counted: the traffic itself does not pass through here.
 */
export interface LineTap {
  push(chunk: Buffer): void
  /** The last line, if it had no end. */
  end(): void
  /** Lines that were too long to be kept. */
  skipped(): number
}

const LINE_FEED = 0x0a

export const lineTap = (onLine: (line: string) => void, limit = 256 * 2 ** 20): LineTap => {
  let parts: Buffer[] = []
  let length = 0
  let skipping = false
  let skipped = 0

  const keep = (part: Buffer): void => {
    if (skipping || part.length === 0) return
    length += part.length
    if (length > limit) {
      skipping = true
      skipped++
      parts = []
    } else parts.push(part)
  }
  const finish = (): void => {
    if (!skipping && length > 0) onLine((parts.length === 1 ? parts[0] : Buffer.concat(parts))?.toString('utf8') ?? '')
    parts = []
    length = 0
    skipping = false
  }
  return {
    push: chunk => {
      let from = 0
      for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
        keep(chunk.subarray(from, at))
        finish()
        from = at + 1
      }
      keep(chunk.subarray(from))
    },
    end: finish,
    skipped: () => skipped,
  }
}
