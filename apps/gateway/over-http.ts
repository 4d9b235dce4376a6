/** Clients over HTTP, of both eras: who they are, which conversation each message belongs to, and what their headers say of it. */
import type { IncomingMessage } from 'node:http'
import type { Envelope } from '../../io/mcp/eras.ts'
import { hostsFor } from '../../io/mcp/http-guard.ts'
import { type HttpServer, listenHttp } from '../../io/mcp/http-server.ts'
import { CODES, errorMessage, own, type RequestMessage } from '../../io/mcp/message.ts'
import { paramMismatch } from '../../io/mcp/param-headers.ts'
import { ANSWERED, type Carried, type Reply } from '../../io/mcp/reply.ts'
import type { Authenticate } from '../../io/tokens/authenticate.ts'
import { type Client, clientOf, grantOf, isSameClient, requestInHeader, sessionSaid } from './clients.ts'
import type { Conversations } from './conversations.ts'
import { createModernClients } from './modern-clients.ts'
import { awayOf, type GatewayConfig } from './read-config.ts'

export interface OverHttp {
  readonly config: GatewayConfig
  readonly at: Exclude<GatewayConfig['listen'], 'stdio'>
  readonly tls: { readonly cert: string; readonly key: string } | null
  readonly authenticate: Authenticate | null
  readonly conversations: Conversations
  readonly now: () => number
  readonly newId: () => string
}

/** Rejects where the address cannot be listened on. */
export const overHttp = async ({
  config,
  at,
  tls,
  authenticate,
  conversations,
  now,
  newId,
}: OverHttp): Promise<HttpServer> => {
  const { limits, workload: fallback = null } = config
  const idle = limits.sessionIdleSeconds * 1_000
  const assertsRequest = ({ assertsContext }: Client): boolean => assertsContext && config.request === 'meta'
  const modern = createModernClients({
    conversations,
    limit: limits.sessions,
    idle,
    away: awayOf(config),
    now,
    newId,
    assertsRequest,
  })
  const asserted = (id: string, request: IncomingMessage, client: Client): void => {
    const text = config.request === 'header' && client.assertsContext ? requestInHeader(request) : null
    if (text !== null) conversations.find(id)?.asserted(text)
  }
  const carry = (
    message: RequestMessage,
    envelope: Envelope,
    request: IncomingMessage,
    who: Client,
    reply: Reply,
  ): Carried => {
    const session = who.assertsContext ? sessionSaid(config.session, request, message) : null
    const found = modern.of(who, session, envelope)
    if (found === null) {
      reply.send(errorMessage(message.id, CODES.unavailable, 'more sessions are open than this gateway takes'))
      return ANSWERED
    }
    if (message.method === 'tools/call') {
      const wanted = conversations.find(found.id)?.paramHeaders(String(own(message.params, 'name'))) ?? []
      const header = (name: string): string | null => {
        const value = request.headers[name]
        return typeof value === 'string' ? value : null
      }
      const wrong = paramMismatch(wanted, header, own(message.params, 'arguments'))
      if (wrong !== null) {
        reply.send(errorMessage(message.id, CODES.headers, wrong))
        return ANSWERED
      }
    }
    asserted(found.id, request, who)
    return found.client.request(message, envelope, reply)
  }
  const server = await listenHttp<Client>({
    host: at.host,
    port: at.port,
    path: at.path,
    rules: { hosts: hostsFor(at.host, at.hosts), origins: at.origins },
    tls,
    limit: limits.messageBytes,
    sessions: limits.sessions,
    idle,
    kept: limits.eventCharacters,
    now,
    newId,
    authenticate: async request => {
      if (authenticate === null)
        return fallback === null ? null : { subject: null, workload: fallback, assertsContext: false }
      const grant = await grantOf(authenticate, request, now)
      return grant === null ? null : clientOf(grant, fallback)
    },
    isSame: isSameClient,
    connect: (link, client, id) =>
      conversations.begin(id, link, {
        client,
        era: 'legacy',
        session: { name: id, begins: true },
        assertsRequest: assertsRequest(client),
      }),
    heard: asserted,
    carry,
  })
  return {
    ...server,
    close: async () => {
      modern.end()
      await server.close()
    },
  }
}
