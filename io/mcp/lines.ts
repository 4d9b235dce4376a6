/**
 * Bytes in chunks cut anywhere → one message a line. A line over the limit is not kept; what its id seems to be is told from its
 * beginning and its end, so that whoever waits for it gets an answer.
 */
import type { MessageId } from './message.ts'

export interface LineEvents {
  line(text: string): void
  tooLarge(id: MessageId | null): void
}

const LINE_FEED = 0x0a
/** Bytes of each end of an overlong line that are looked at. */
const PEEKED = 1_024

const ID = /"id"\s*:\s*(-?\d{1,15}|"(?:[^"\\]|\\.){0,200}")/

const idIn = (head: string, tail: string): MessageId | null => {
  const written = ID.exec(head)?.[1] ?? ID.exec(tail)?.[1]
  if (written === undefined) return null
  try {
    const id: unknown = JSON.parse(written)
    return typeof id === 'string' || typeof id === 'number' ? id : null
  } catch {
    return null
  }
}

export interface Lines {
  push(chunk: Buffer): void
}

export const createLines = (limit: number, events: LineEvents): Lines => {
  let parts: Buffer[] = []
  let length = 0
  let head = ''
  let tail: Buffer = Buffer.alloc(0)

  const keep = (part: Buffer): void => {
    if (part.length === 0) return
    if (length <= limit && length + part.length > limit) {
      head = Buffer.concat([...parts, part.subarray(0, PEEKED)])
        .subarray(0, PEEKED)
        .toString('utf8')
      parts = []
    }
    length += part.length
    if (length <= limit) parts.push(part)
    else tail = Buffer.concat([tail, part.subarray(-PEEKED)]).subarray(-PEEKED)
  }
  const finish = (): void => {
    if (length > limit) events.tooLarge(idIn(head, tail.toString('utf8')))
    else if (length > 0) events.line(Buffer.concat(parts).toString('utf8'))
    parts = []
    length = 0
    tail = Buffer.alloc(0)
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
