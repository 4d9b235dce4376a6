/**
 * Bytes in chunks cut anywhere → one message a line. A line over the limit is not kept but for its id, so that whoever waits for it
 * gets an answer.
 */
import type { MessageId } from './message.ts'
import { createIdScanner, type IdScanner } from './top-level-id.ts'

export interface LineEvents {
  line(text: string): void
  tooLarge(id: MessageId | null): void
}

const LINE_FEED = 0x0a
export interface Lines {
  push(chunk: Buffer): void
}

export const createLines = (limit: number, events: LineEvents): Lines => {
  let parts: Buffer[] = []
  let length = 0
  /** Of a line over the limit: nothing else of it is kept. */
  let ids: IdScanner | null = null

  const keep = (part: Buffer): void => {
    if (part.length === 0) return
    length += part.length
    if (length <= limit) {
      parts.push(part)
      return
    }
    if (ids === null) {
      ids = createIdScanner()
      for (const kept of parts) ids.push(kept)
      parts = []
    }
    ids.push(part)
  }
  const finish = (): void => {
    if (ids !== null) events.tooLarge(ids.id())
    else if (length > 0) events.line(Buffer.concat(parts).toString('utf8'))
    parts = []
    length = 0
    ids = null
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
  }
}
