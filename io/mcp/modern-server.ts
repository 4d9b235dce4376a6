/**
 * A server of the modern era → the link of one with a handshake, so that whoever speaks with it need not know its era. `initialize`
 * becomes `server/discover`; every request says who sends it; what the server asks comes one by one; changes are listened to.
 */
import { type Envelope, type Era, META, MODERN_VERSION, readEnvelope, withEnvelope } from './eras.ts'
import { forLegacyClient, questionForLegacyClient } from './for-legacy-clients.ts'
import { createInputRounds, MAY_ASK } from './input-rounds.ts'
import type { Link, LinkEvents } from './link.ts'
import {
  CODES,
  errorMessage,
  idKey,
  isId,
  isJson,
  type Json,
  notification,
  own,
  type RequestMessage,
  type ResponseMessage,
  resultMessage,
} from './message.ts'
import { createServerChanges } from './server-changes.ts'

/** What there is nothing to tell of in the modern era. */
const UNKNOWN_NOTIFICATIONS: ReadonlySet<string> = new Set([
  'notifications/progress',
  'notifications/roots/list_changed',
])

const isRequest = (message: Json): message is RequestMessage => typeof message.method === 'string' && isId(message.id)

/** `initialize` as its answer would be, from what the server says of itself. */
const asHello = (discovered: unknown, asked: unknown): Json => {
  const info = own(own(discovered, '_meta'), META.serverInfo) ?? own(discovered, 'serverInfo')
  const instructions = own(discovered, 'instructions')
  return {
    protocolVersion: asked,
    capabilities: own(discovered, 'capabilities') ?? {},
    serverInfo: isJson(info) ? info : { name: '', version: '' },
    ...(typeof instructions === 'string' ? { instructions } : {}),
  }
}

/** `clientEra`: of whoever reads the answers. */
export const modernServer = (connect: (events: LinkEvents) => Link, events: LinkEvents, clientEra: Era): Link => {
  const isLegacy = clientEra === 'legacy'
  let client: Envelope = { version: MODERN_VERSION, clientInfo: null, capabilities: {}, logLevel: null }
  let hello: { readonly id: RequestMessage['id']; readonly asked: unknown } | null = null
  let capabilities: unknown = {}

  const answer = (response: ResponseMessage): void => events.message({ kind: 'response', message: response })
  const pass = (response: ResponseMessage): void => answer(isLegacy ? forLegacyClient(response) : response)
  /** A modern client says itself who it is, with each request. */
  const enveloped = <M extends Json>(message: M): M => {
    const said = readEnvelope(message)
    return withEnvelope(message, typeof said === 'string' ? client : said)
  }
  const rounds = createInputRounds({
    send: message => link.send(enveloped(message)),
    pass,
    ask: (question, about, key) => {
      const message = isLegacy ? questionForLegacyClient(question) : question
      events.message({ kind: 'request', message }, about, key)
    },
    withdraw: question => {
      const message = notification('notifications/cancelled', { requestId: question })
      events.message({ kind: 'notification', message })
    },
  })
  const changes = createServerChanges(
    message => link.send(isId(message.id) ? enveloped(message) : message),
    message => events.message({ kind: 'notification', message }),
  )
  const discovered = (id: RequestMessage['id'], asked: unknown, response: ResponseMessage): ResponseMessage => {
    const result = own(response, 'result')
    const versions = own(result, 'supportedVersions')
    if (result === undefined) return response
    if (!Array.isArray(versions) || !versions.includes(MODERN_VERSION))
      return errorMessage(id, CODES.version, 'the server speaks no protocol version that is spoken here')
    capabilities = own(result, 'capabilities')
    return resultMessage(id, asHello(result, asked))
  }
  const received = (response: ResponseMessage): void => {
    if (hello !== null && response.id !== null && idKey(response.id) === idKey(hello.id)) {
      const { id, asked } = hello
      hello = null
      answer(discovered(id, asked, response))
    } else if (!rounds.received(response) && !changes.received(response)) pass(response)
  }
  const begin = ({ id, params }: RequestMessage): void => {
    const [info, able] = [own(params, 'clientInfo'), own(params, 'capabilities')]
    client = { ...client, clientInfo: isJson(info) ? info : null, capabilities: isJson(able) ? able : {} }
    hello = { id, asked: own(params, 'protocolVersion') }
    link.send(enveloped({ jsonrpc: '2.0', id, method: 'server/discover' }))
  }
  /** What there was in sessions and is no request any more. Null: it is another. */
  const withoutRequest = ({ method, params }: RequestMessage): Json | null => {
    if (method === 'ping') return {}
    if (method === 'logging/setLevel' && own(capabilities, 'logging') !== undefined) {
      const level = own(params, 'level')
      client = { ...client, logLevel: typeof level === 'string' ? level : null }
      return {}
    }
    if (!/^resources\/(un)?subscribe$/.test(method) || own(own(capabilities, 'resources'), 'subscribe') !== true)
      return null
    changes.watch(String(own(params, 'uri')), method === 'resources/subscribe')
    return {}
  }
  const requested = (message: RequestMessage): void => {
    if (message.method === 'initialize') begin(message)
    else if (MAY_ASK.has(message.method)) rounds.begin(message)
    else {
      const result = withoutRequest(message)
      if (result === null) link.send(enveloped(message))
      else answer(resultMessage(message.id, result))
    }
  }
  const cancelled = (params: unknown): void => {
    const id = own(params, 'requestId')
    if (!isId(id) || !isJson(params)) return
    const wire = rounds.cancel(id) ?? id
    link.send(notification('notifications/cancelled', { ...params, requestId: wire }))
  }
  const notified = (message: Json): void => {
    if (message.method === 'notifications/initialized') changes.open(capabilities)
    else if (message.method === 'notifications/cancelled') cancelled(message.params)
    else if (!UNKNOWN_NOTIFICATIONS.has(String(message.method))) link.send(message)
  }
  const link = connect({
    ...events,
    message: ({ kind, message }, about = null) => {
      if (kind === 'response') received(message)
      else if (kind === 'notification') {
        if (!changes.notified(message)) events.message({ kind, message }, rounds.requestOf(about) ?? about)
      }
      // It asks by answering; a request of its own is none of this version.
    },
    refused: (reason, id) => {
      if (changes.lost(id)) return
      events.refused(reason, rounds.requestOf(id) ?? id)
    },
  })
  return {
    ...link,
    send: message => {
      if (isRequest(message)) requested(message)
      else if (typeof message.method === 'string') notified(message)
      else rounds.answered(message)
    },
    close: () => {
      changes.close()
      return link.close()
    },
  }
}
