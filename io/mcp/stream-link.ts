/** Two byte streams, one line a message: how MCP travels over standard input and output, in either role. */
import type { Readable, Writable } from 'node:stream'
import { createLines } from './lines.ts'
import type { Link, LinkEvents } from './link.ts'
import { classify, idOf } from './message.ts'

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** `limit`: bytes of one message. Closing ends what is written; whoever made the streams closes the rest. */
export const streamLink = (from: Readable, to: Writable, limit: number, events: LinkEvents): Link => {
  let isClosed = false
  const closed = (reason: string): void => {
    if (isClosed) return
    isClosed = true
    events.closed(reason)
  }
  const lines = createLines(limit, {
    line: text => {
      if (isClosed || text.trim() === '') return
      const value = parsed(text)
      const message = classify(value)
      if (message === null) events.refused('unreadable', idOf(value))
      else events.message(message)
    },
    tooLarge: id => events.refused('too-large', id),
  })
  from.on('data', (chunk: Buffer) => lines.push(chunk))
  from.on('end', () => closed('the stream ended'))
  from.on('close', () => closed('the stream ended'))
  from.on('error', error => closed(error.message))
  to.on('error', error => closed(error.message))
  to.on('drain', () => events.ready(true))
  return {
    send: message => {
      if (isClosed || to.destroyed || to.writableEnded) return
      if (!to.write(`${JSON.stringify(message)}\n`)) events.ready(false)
    },
    pause: () => void from.pause(),
    resume: () => void from.resume(),
    close: async () => {
      isClosed = true
      if (!to.writableEnded) to.end()
    },
  }
}
