/**
 * One recorded session → the same as live calls: a client sends each call when the agent did, the server answers when the tool did,
 * and what the user asked is asserted by a party that may. → what the gateway decided about each, and whether it ran.
 */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { EmptyResultSchema } from '@modelcontextprotocol/sdk/types.js'
import type { Decision } from '../../core/model/verdict.ts'
import type { LiveGateway } from './live-gateway.ts'
import type { RecordedSession, Wire } from './recorded.ts'
import type { Arrived, StubServer } from './stub-server.ts'

export interface LiveCall {
  /** Null: no decision was recorded, or more than one. */
  readonly decision: Decision | null
  readonly ran: boolean
  /** Whether a person was asked. */
  readonly held: boolean
  /** Why what arrived at the server is not what was sent; null: it is, or nothing arrived. */
  readonly altered: string | null
}

/** Null: the call cannot be sent, since its arguments were not recorded or are no object. */
export const argumentsOf = ({ args }: Wire): Record<string, unknown> | null => {
  try {
    const value: unknown = args === undefined ? null : JSON.parse(args)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}

const REQUEST = 'ambit/request'

interface Due {
  readonly at: number
  /** Of the call whose result it is; a request comes before all calls. */
  readonly place: number
  readonly happen: () => Promise<void>
}

const alterationIn = (arrived: Arrived, name: string, args: unknown): string | null => {
  if (arrived.name !== name || JSON.stringify(arrived.args) !== JSON.stringify(args)) return 'another call'
  return JSON.stringify(arrived.message).includes(REQUEST) ? 'the asserted request reached the server' : null
}

const connected = async ({ url, token }: LiveGateway) => {
  const client = new Client({ name: 'replay', version: '1' })
  const transport = new StreamableHTTPClientTransport(url, {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  })
  await client.connect(transport)
  const end = async (): Promise<void> => {
    await transport.terminateSession()
    await client.close()
  }
  return { client, end }
}

const start = (client: Client, name: string, args: Record<string, unknown>): Promise<unknown> =>
  client.callTool({ name, arguments: args })

/** Sessions are replayed one after the other: the gateway's clock is the session's. */
export const replayLive = async (
  { calls, requests }: RecordedSession,
  wires: ReadonlyMap<string, Wire>,
  gateway: LiveGateway,
  stub: StubServer,
): Promise<readonly LiveCall[]> => {
  const first = calls[0]
  if (first === undefined) return []
  gateway.setClock(first.start / 1_000)
  const { client, end } = await connected(gateway)
  const due: Due[] = requests.map(({ start: at, text }) => ({
    at,
    place: -1,
    happen: async () => {
      const params = { _meta: { [REQUEST]: text } }
      await client.request({ method: 'ping', params }, EmptyResultSchema)
    },
  }))
  const made: LiveCall[] = []
  const open: Promise<unknown>[] = []
  for (const [place, { id, action, start: at, end: until }] of calls.entries()) {
    due.sort((a, b) => a.at - b.at || a.place - b.place)
    for (let next = due[0]; next !== undefined && next.at <= at && next.place < place; next = due[0]) {
      due.shift()
      await next.happen()
    }
    const wire = wires.get(id) ?? { args: undefined, result: undefined }
    const args = argumentsOf(wire)
    if (args === null) throw new Error(`the arguments of call ${place} cannot be sent`)
    gateway.setClock(at / 1_000)
    gateway.take()
    const arrival = new Promise<Arrived>(resolve => stub.onCall(resolve))
    const answered = start(client, action, args)
    answered.catch(() => undefined)
    const arrived = await Promise.race([arrival, answered.then(() => null)])
    const { decisions, held } = gateway.take()
    made.push({
      decision: decisions.length === 1 ? (decisions[0] ?? null) : null,
      ran: arrived !== null,
      held: held > 0,
      altered: arrived === null ? null : alterationIn(arrived, action, args),
    })
    if (arrived === null) continue
    const release = async (): Promise<void> => {
      arrived.answer(wire.result ?? null)
      await answered
    }
    // A call whose end nobody recorded shows the session nothing: it stays open until all is over.
    if (until === null) open.push(answered)
    else due.push({ at: until, place, happen: release })
  }
  for (const { happen } of due.sort((a, b) => a.at - b.at || a.place - b.place)) await happen()
  await end()
  await Promise.allSettled(open)
  return made
}
