/**
 * Server-sent events of one MCP session: what was sent on each stream is kept for a while, so that a client whose connection
 * broke can ask for the rest. Bounded: the oldest events are forgotten first.
 */
import type { ServerResponse } from 'node:http'

export interface EventLog {
  /** Id of the event. */
  add(stream: string, data: string): string
  /** What was sent on the stream of this event after it, and which stream that is; null: not kept any more, or never sent. */
  after(id: string): { readonly stream: string; readonly events: readonly { id: string; data: string }[] } | null
}

const KEPT_EVENTS = 1_000

/** `kept`: characters of all events together. */
export const createEventLog = (kept: number): EventLog => {
  let events: { readonly number: number; readonly stream: string; readonly data: string }[] = []
  let next = 0
  let size = 0
  const idOf = (stream: string, number: number): string => `${stream}_${number}`
  return {
    add: (stream, data) => {
      const number = next++
      events.push({ number, stream, data })
      size += data.length
      let drop = 0
      while (events.length - drop > KEPT_EVENTS || (size > kept && drop < events.length)) {
        size -= events[drop]?.data.length ?? 0
        drop += 1
      }
      if (drop > 0) events = events.slice(drop)
      return idOf(stream, number)
    },
    after: id => {
      const [, stream, written] = /^(.*)_(\d{1,15})$/s.exec(id) ?? []
      const number = Number(written)
      const oldest = events[0]?.number ?? next
      // An event that is not kept itself may be followed by others that are not: then nothing is replayed.
      if (stream === undefined || number < oldest - 1 || number >= next) return null
      return {
        stream,
        events: events
          .filter(event => event.stream === stream && event.number > number)
          .map(event => ({ id: idOf(stream, event.number), data: event.data })),
      }
    },
  }
}

export const eventText = (id: string, data: string): string => `event: message\nid: ${id}\ndata: ${data}\n\n`

/** An event without data, from which a client may resume before the first real one. */
export const primingText = (id: string): string => `id: ${id}\ndata: \n\n`

export const beginEvents = (response: ServerResponse, headers: Readonly<Record<string, string>>): void => {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    connection: 'keep-alive',
    'x-accel-buffering': 'no',
    ...headers,
  })
  response.flushHeaders()
}
