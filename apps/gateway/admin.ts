/**
 * Where people see and answer held calls: a socket that only the gateway's own user can open, or HTTP with tokens. The paths are the
 * decision API's, so that one command line serves both.
 */
import { chmod, lstat, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { covers } from '../../core/model/workload-pattern.ts'
import type { HeldCall } from '../../io/enforce/approvals.ts'
import type { Enforcer } from '../../io/enforce/enforcer.ts'
import { jsonText } from '../../io/json-text.ts'
import { readBody } from '../../io/mcp/http-body.ts'
import { type HostRules, refusedHost } from '../../io/mcp/http-guard.ts'
import { own } from '../../io/mcp/message.ts'
import type { Grant } from '../../io/tokens/grant.ts'

export interface AdminOptions {
  readonly at: { readonly socket: string } | { readonly host: string; readonly port: number }
  readonly rules: HostRules | null
  readonly tls: { readonly cert: string; readonly key: string } | null
  readonly authenticate: (request: IncomingMessage) => Promise<Grant | null>
  readonly enforcer: Enforcer
  readonly reload: (by: string) => Promise<unknown>
  readonly status: () => unknown
}

export interface Admin {
  readonly port: number | null
  close(): Promise<void>
}

const CALLS = '/review/v1/calls'
const BODY = 65_536

interface Reply {
  readonly status: number
  readonly body: unknown
}
const reply = (status: number, body: unknown): Reply => ({ status, body })
const refuse = (status: number, error: string): Reply => ({ status, body: { error } })

const shown = ({
  call,
  workload,
  session,
  identity,
  request,
  decision,
  triggered,
  since,
  until,
}: HeldCall): unknown => ({
  call,
  workload,
  session,
  identity,
  surface: `${request.substrate}/${request.action}`,
  code: decision.code,
  permission: decision.permission,
  deviations: decision.deviations,
  triggered,
  since: new Date(since).toISOString(),
  until: new Date(until).toISOString(),
})

const parsed = (text: string | null): unknown => {
  try {
    return text === null ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

const answer = async (options: AdminOptions, grant: Grant, call: string, request: IncomingMessage): Promise<Reply> => {
  const { approvals } = options.enforcer
  const held = approvals.list().find(each => each.call === call)
  if (held === undefined || !covers(grant.approve, held.workload))
    return refuse(404, 'no such call is held, or it is not yours to answer')
  const body = parsed(await readBody(request, BODY))
  const given = own(body, 'answer')
  const reason = own(body, 'reason') ?? null
  if (given !== 'approved' && given !== 'refused') return refuse(400, '`answer` is `approved` or `refused`')
  if (reason !== null && (typeof reason !== 'string' || reason.length > 2_000)) return refuse(400, '`reason` is a text')
  const channel = 'socket' in options.at ? 'cli' : 'http'
  const accepted = approvals.answer(call, { answer: given, by: grant.subject, channel, reason })
  if (accepted === 'own') return refuse(403, 'who asks does not approve')
  return accepted === 'accepted' ? reply(200, { call, answer: given }) : refuse(404, 'the call is not held any more')
}

const route = async (options: AdminOptions, request: IncomingMessage): Promise<Reply> => {
  if (options.rules !== null) {
    const refused = refusedHost(request, options.rules)
    if (refused !== null) return refuse(403, refused)
  }
  const grant = await options.authenticate(request)
  if (grant === null) return refuse(401, 'a token of this gateway is needed')
  const [path = ''] = (request.url ?? '').split('?')
  const { method } = request
  if (method === 'GET' && path === CALLS) {
    const held = options.enforcer.approvals.list().filter(({ workload }) => covers(grant.approve, workload))
    return reply(200, { calls: held.map(shown) })
  }
  if (method === 'POST' && path.startsWith(`${CALLS}/`))
    return answer(options, grant, decodeURIComponent(path.slice(CALLS.length + 1)), request)
  if (!grant.admin) return refuse(403, 'the token does not have the scope')
  if (method === 'GET' && path === '/admin/v1/status') return reply(200, options.status())
  if (method === 'POST' && path === '/admin/v1/reload') return reply(200, await options.reload(grant.subject))
  return refuse(404, 'nothing is here')
}

const send = (response: ServerResponse, { status, body }: Reply): void => {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...(status === 401 ? { 'www-authenticate': 'Bearer realm="ambit"' } : {}),
  })
  response.end(`${jsonText(body)}\n`)
}

/** One that a gateway left behind when it was killed; anything else that is there stays, and the address is taken. */
const removeSocket = async (path: string): Promise<void> => {
  const found = await lstat(path).catch(() => null)
  if (found?.isSocket() === true) await rm(path)
}

/** Rejects where the address cannot be listened on. */
export const listenAdmin = async (options: AdminOptions): Promise<Admin> => {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    route(options, request).then(
      answered => send(response, answered),
      () => send(response, refuse(400, 'the request cannot be read')),
    )
  }
  const { at, tls } = options
  const server: Server = tls === null ? createServer(listener) : createTlsServer({ ...tls }, listener)
  if ('socket' in at) await removeSocket(at.socket)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    if (!('socket' in at)) return void server.listen(at.port, at.host, resolve)
    // Nobody else may open it, not even between its making and the change of its mode.
    const before = process.umask(0o177)
    server.listen(at.socket, resolve)
    process.umask(before)
  })
  if ('socket' in at) await chmod(at.socket, 0o600)
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : null,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
