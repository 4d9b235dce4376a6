/** One client of a soak: calls that are allowed, denied and held, some of them cancelled, sessions that end and begin again. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'

/** How a call ended. `hung`: not within the bound. */
export const ENDS = ['ran', 'stopped', 'failed', 'cancelled', 'refused', 'hung'] as const
export type End = (typeof ENDS)[number]

export interface Tally {
  readonly ends: Record<End, number>
  readonly seconds: number[]
  sessions: number
}

/** Seconds in which every call is answered: a held one is refused after two. */
const BOUND = 30
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const INITIALIZE = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'soak', version: '1' },
}

const endOf = (text: string): End => {
  if (text.includes('"isError":true')) return 'stopped'
  if (text.includes('"result"')) return 'ran'
  return text.includes('-32800') ? 'cancelled' : 'failed'
}

const TOOLS = [
  'read_note',
  'read_note',
  'read_note',
  'read_note',
  'read_note',
  'read_note',
  'erase_notes',
  'write_report',
]
const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(Math.random() * list.length)]

/** `pause`: milliseconds between two calls, on average. */
export const soakSession = async (
  url: string,
  servers: readonly string[],
  pause: number,
  over: AbortSignal,
  tally: Tally,
): Promise<void> => {
  let session: string | null = null
  let id = 0
  const post = async (message: object): Promise<{ readonly text: string; readonly response: Response }> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...HEADERS, ...(session === null ? {} : { 'mcp-session-id': session }) },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      signal: AbortSignal.timeout(BOUND * 1_000),
    })
    return { text: await response.text(), response }
  }
  const timed = async (message: object): Promise<void> => {
    const start = performance.now()
    const end = await post(message).then(
      ({ text, response }): End => (response.status === 200 ? endOf(text) : 'refused'),
      (error: unknown): End => (error instanceof Error && error.name === 'TimeoutError' ? 'hung' : 'refused'),
    )
    tally.ends[end] += 1
    tally.seconds.push((performance.now() - start) / 1_000)
  }
  const begin = async (): Promise<void> => {
    session = null
    const { text, response } = await post({ id: ++id, method: 'initialize', params: INITIALIZE })
    if (!text.includes('"result"')) return
    session = response.headers.get('mcp-session-id')
    tally.sessions += 1
    await post({ method: 'notifications/initialized' })
  }
  const end = async (): Promise<void> => {
    if (session === null) return
    await fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': session } }).then(
      response => response.text(),
      () => '',
    )
    session = null
  }
  const rest = () => wait(pause * 2 * Math.random(), undefined, { signal: over }).catch(() => undefined)
  await rest()
  while (!over.aborted) {
    if (session === null) await begin().catch(() => undefined)
    if (session !== null) {
      const name = `${pick(servers)}__${pick(TOOLS)}`
      const called = timed({ id: ++id, method: 'tools/call', params: { name, arguments: { note: randomUUID() } } })
      if (Math.random() < 0.1) {
        await wait(Math.random() * 100)
        const params = { requestId: id, reason: 'soak' }
        await post({ method: 'notifications/cancelled', params }).catch(() => undefined)
      }
      // Some clients go away while they wait.
      if (Math.random() < 0.02) await end()
      await called
      if (Math.random() < 0.02) await end()
    }
    await rest()
  }
  await end()
}
