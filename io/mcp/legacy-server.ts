/**
 * A server with a handshake, as it is, for clients of both eras: what a modern request says of its client is nothing that the server
 * should read again, and the log level that it asks for is set before it.
 */
import { META, metaOf, withoutEnvelope, withoutRound } from './eras.ts'
import type { Link, LinkEvents } from './link.ts'
import { own } from './message.ts'

export const legacyServer = (connect: (events: LinkEvents) => Link, events: LinkEvents): Link => {
  let level: string | null = null
  let count = 0
  let canLog = false
  const link = connect({
    ...events,
    message: (message, about, key) => {
      const capabilities = own(own(message.message, 'result'), 'capabilities')
      if (message.kind === 'response' && own(capabilities, 'logging') !== undefined) canLog = true
      events.message(message, about, key)
    },
  })
  return {
    ...link,
    send: message => {
      const asked = own(metaOf(message), META.logLevel)
      if (canLog && typeof asked === 'string' && asked !== level) {
        level = asked
        // Nobody waits for the answer: its id is none that anybody here gave.
        link.send({ jsonrpc: '2.0', id: `level.${++count}`, method: 'logging/setLevel', params: { level } })
      }
      link.send(withoutRound(withoutEnvelope(message)))
    },
  }
}
