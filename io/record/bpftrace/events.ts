/** What bpftrace prints with `-f json` → events in the order of time. Every processor has a buffer of its own, and they are read in turns. */
export interface BpfEvent {
  /** The letter of `program.ts`. */
  readonly letter: string
  readonly pid: number
  readonly tid: number
  /** Nanoseconds since the machine began. */
  readonly at: number
  /** What follows. */
  readonly rest: string
}

export interface Events {
  /** A line of standard output. */
  push(line: string): void
  end(): void
  readonly lost: () => number
  readonly unreadable: () => number
}

/** How long an event is held for older ones of other processors. */
const HELD = 1_000_000_000
const HELD_EVENTS = 100_000

const DATA = /^([A-Z]) (\d+) (\d+) (\d+)(?: (.*))?\n$/s
const LOST = /^Lost (\d+) events$/

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

const eventOf = (data: unknown): BpfEvent | null => {
  const found = typeof data === 'string' ? DATA.exec(data) : null
  if (found === null) return null
  const [, letter = '', pid, tid, at, rest = ''] = found
  return { letter, pid: Number(pid), tid: Number(tid), at: Number(at), rest }
}

/** `arrived`: at once and in any order; `each`: in the order of time. */
export const createEvents = (arrived: (event: BpfEvent) => void, each: (event: BpfEvent) => void): Events => {
  let held: BpfEvent[] = []
  let [newest, released, lost, unreadable] = [0, 0, 0, 0]

  const release = (until: number): void => {
    held.sort((a, b) => a.at - b.at)
    const first = held.findIndex(({ at }) => at > until)
    const ready = first < 0 ? held : held.slice(0, first)
    held = first < 0 ? [] : held.slice(first)
    for (const event of ready) each(event)
    released = until
  }
  return {
    push: line => {
      if (line.trim() === '') return
      const told = LOST.exec(line)
      const record = told === null ? parsed(line) : { type: 'lost_events', data: { events: Number(told[1]) } }
      const [type, data] = isObject(record) ? [record.type, record.data] : [null, null]
      if (type === 'lost_events') {
        lost += isObject(data) && typeof data.events === 'number' ? data.events : 1
        return
      }
      // What bpftrace says of itself, and maps that it prints when it ends.
      if (typeof type === 'string' && type !== 'printf') return
      const event = eventOf(data)
      if (event === null) {
        unreadable += 1
        return
      }
      arrived(event)
      held.push(event)
      newest = Math.max(newest, event.at)
      // Not for each event: sorting what is held costs more than keeping it as long again.
      if (newest - released > 2 * HELD) release(newest - HELD)
      else if (held.length > HELD_EVENTS) release(held[held.length >> 1]?.at ?? newest)
    },
    end: () => release(Number.POSITIVE_INFINITY),
    lost: () => lost,
    unreadable: () => unreadable,
  }
}
