/** A message of the modern era as it was posted, headers and body → what it says, or why it is refused before anybody looks at it. */
import { type Envelope, META, MODERN_VERSION, metaOf, readEnvelope } from './eras.ts'
import { CODES, type Message, type MessageId, own, type RequestMessage } from './message.ts'
import { type Header, headerMismatch } from './mirrored-headers.ts'

interface Refused {
  readonly id: MessageId | null
  readonly code: number
  readonly text: string
  readonly data?: unknown
}

export type ReadModern =
  | { readonly kind: 'request'; readonly message: RequestMessage; readonly envelope: Envelope }
  | { readonly kind: 'notification' }

/** Why a version is not spoken in this way, with those that are; null: it is. Those with a handshake are offered in it. */
export const unspoken = (version: string): Omit<Refused, 'id'> | null =>
  version === MODERN_VERSION
    ? null
    : {
        code: CODES.version,
        text: 'this protocol version is not spoken here',
        data: { supported: [MODERN_VERSION], requested: version },
      }

export const readModern = (header: Header, { kind, message }: Message): ReadModern | Refused => {
  const id = message.id === undefined ? null : (message.id as MessageId | null)
  const refused = (code: number, text: string): Refused => ({ id, code, text })
  if (kind === 'response') return refused(CODES.invalid, 'a client of this version sends no answers')
  const claimed = own(metaOf(message), META.version)
  const version = header('mcp-protocol-version')
  if (message.method === 'initialize' && claimed === undefined)
    return refused(CODES.headers, 'there is no `initialize` in the version that the header names')
  if (kind === 'notification') {
    const wrong = headerMismatch(header, message)
    return wrong === null ? { kind } : refused(CODES.headers, wrong)
  }
  const envelope = readEnvelope(message)
  if (typeof envelope === 'string') return refused(CODES.params, envelope)
  if (version !== null && version !== envelope.version)
    return refused(CODES.headers, 'the header `MCP-Protocol-Version` is not what the body says')
  const unknown = unspoken(envelope.version)
  if (unknown !== null) return { id, ...unknown }
  const wrong = headerMismatch(header, message)
  return wrong === null ? { kind, message, envelope } : refused(CODES.headers, wrong)
}
