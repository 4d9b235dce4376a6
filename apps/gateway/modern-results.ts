/** What servers and the gateway answer → what a client of the modern era reads: kinds of results, how long they hold, who speaks. */
import { META, MODERN_VERSION } from '../../io/mcp/eras.ts'
import { CODES, errorMessage, isJson, type Json, own, type ResponseMessage } from '../../io/mcp/message.ts'

/** Results that say how long they hold. */
const CACHEABLE: ReadonlySet<string> = new Set([
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
])

/** A policy may change what is shown at any time. INVARIANT: nothing holds for another client: each is shown what its policy allows. */
const holding = (method: string, result: Json): Json => {
  if (!CACHEABLE.has(method)) return result
  const given = own(result, 'ttlMs')
  const isGiven = method !== 'tools/list' && typeof given === 'number' && Number.isFinite(given) && given >= 0
  return { ...result, ttlMs: isGiven ? given : 0, cacheScope: 'private' }
}

const signed = (result: Json, hello: unknown): Json => {
  const [meta, info] = [own(result, '_meta'), own(hello, 'serverInfo')]
  if (info === undefined || own(meta, META.serverInfo) !== undefined) return result
  return { ...result, _meta: { ...(isJson(meta) ? meta : {}), [META.serverInfo]: info } }
}

/** Codes of versions before, which this one does not send any more. */
const RENAMED: Readonly<Record<number, number>> = { [-32002]: CODES.params, [-32042]: CODES.internal }

export const forModernClient = (method: string, response: ResponseMessage, hello: unknown): ResponseMessage => {
  const [error, result] = [own(response, 'error'), own(response, 'result')]
  const renamed = RENAMED[Number(own(error, 'code'))]
  if (isJson(error)) return renamed === undefined ? response : { ...response, error: { ...error, code: renamed } }
  if (!isJson(result)) return response
  const { resultType = 'complete' } = result
  // What servers ask comes as questions of their own; a result that says so beside is none that anybody could answer.
  if (resultType === 'input_required' || typeof resultType !== 'string')
    return errorMessage(response.id, CODES.internal, 'the server asked for input where it cannot be given')
  return { ...response, result: signed(holding(method, { ...result, resultType }), hello) }
}

/** `server/discover`, from what the servers said when they began. */
export const discovery = (hello: unknown): Json => {
  const capabilities = own(hello, 'capabilities')
  // Tasks became an extension, with other methods.
  const { tasks: _, ...able } = isJson(capabilities) ? capabilities : {}
  const instructions = own(hello, 'instructions')
  return signed(
    {
      resultType: 'complete',
      supportedVersions: [MODERN_VERSION],
      capabilities: able,
      ...(typeof instructions === 'string' ? { instructions } : {}),
      ttlMs: 0,
      cacheScope: 'private',
    },
    hello,
  )
}
