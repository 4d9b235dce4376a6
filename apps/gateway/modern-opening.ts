/** A session is begun for a client that knows none, by its first request; whatever it asks before the servers are there waits. */
import { type Envelope, LEGACY_VERSIONS } from '../../io/mcp/eras.ts'
import {
  type NotificationMessage,
  notification,
  own,
  type RequestMessage,
  type ResponseMessage,
} from '../../io/mcp/message.ts'

export interface Opening {
  /** Null: the session has begun. Otherwise it waits, or begins; false: too many wait already. */
  wait(envelope: Envelope, next: (failed: ResponseMessage | null) => void): boolean | null
  /** The answer to what began it. */
  answered(response: ResponseMessage): void
  /** What the servers said when they began. */
  hello(): unknown
  waiting(): number
}

/** Requests that wait until the servers have begun. */
const WAITING = 1_000

/** Its id inside. */
export const OPENING = 0

export const createOpening = (
  ask: (message: RequestMessage) => void,
  tell: (message: NotificationMessage) => void,
): Opening => {
  const waiting: ((failed: ResponseMessage | null) => void)[] = []
  let phase: 'new' | 'beginning' | 'begun' = 'new'
  let hello: unknown = null

  const begin = ({ capabilities, clientInfo }: Envelope): void => {
    phase = 'beginning'
    const info = clientInfo ?? { name: '', version: '' }
    const params = { protocolVersion: LEGACY_VERSIONS[0], capabilities, clientInfo: info }
    ask({ jsonrpc: '2.0', id: OPENING, method: 'initialize', params })
  }
  return {
    wait: (envelope, next) => {
      if (phase === 'begun') return null
      if (waiting.length >= WAITING) return false
      waiting.push(next)
      if (phase === 'new') begin(envelope)
      return true
    },
    answered: response => {
      const result = own(response, 'result')
      // One that failed is tried again by the next request.
      phase = result === undefined ? 'new' : 'begun'
      if (result !== undefined) {
        hello = result
        tell(notification('notifications/initialized'))
      }
      for (const next of waiting.splice(0)) next(result === undefined ? response : null)
    },
    hello: () => hello,
    waiting: () => waiting.length,
  }
}
