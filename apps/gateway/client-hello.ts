/** What a client says of itself: with each request in the modern era, else once when it began. */
import { claimsModern, readEnvelope } from '../../io/mcp/eras.ts'
import { isJson, type Json, own } from '../../io/mcp/message.ts'

export interface ClientHello {
  readonly name: string | null
  readonly capabilities: unknown
}

const NAMED = 200

const nameOf = (info: unknown): string | null => {
  const name = own(info, 'name')
  return typeof name === 'string' ? name.slice(0, NAMED) : null
}

/** `hello`: the parameters of its `initialize`. */
export const saidBy = (message: Json, hello: unknown): ClientHello => {
  const envelope = claimsModern(message) ? readEnvelope(message) : null
  return envelope === null || typeof envelope === 'string'
    ? { name: nameOf(own(hello, 'clientInfo')), capabilities: own(hello, 'capabilities') }
    : { name: nameOf(envelope.clientInfo), capabilities: envelope.capabilities }
}

/** Without a word on how, a client fills forms; one that only opens pages says so. */
export const fillsForms = (capabilities: unknown): boolean => {
  const ability = own(capabilities, 'elicitation')
  return isJson(ability) && (Object.keys(ability).length === 0 || own(ability, 'form') !== undefined)
}
