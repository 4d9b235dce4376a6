/**
 * The two eras of MCP, in the protocol's own words: up to 2025-11-25 (legacy) a session begins with a handshake; from 2026-07-28 on
 * (modern) there is neither, and every request says for itself which version it speaks, who sends it and what that client can do.
 */
import { isJson, type Json, own } from './message.ts'

export type Era = 'legacy' | 'modern'

/** Newest first. With each the gateway knows what a call looks like. */
export const LEGACY_VERSIONS: readonly string[] = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']
export const MODERN_VERSION = '2026-07-28'

const RESERVED = 'io.modelcontextprotocol/'

export const META = {
  version: `${RESERVED}protocolVersion`,
  clientInfo: `${RESERVED}clientInfo`,
  capabilities: `${RESERVED}clientCapabilities`,
  logLevel: `${RESERVED}logLevel`,
  serverInfo: `${RESERVED}serverInfo`,
  subscription: `${RESERVED}subscriptionId`,
} as const

/** What a modern request says of its client. */
export interface Envelope {
  readonly version: string
  /** Null: it does not say who it is. */
  readonly clientInfo: Json | null
  readonly capabilities: Json
  readonly logLevel: string | null
}

export const metaOf = (message: unknown): unknown => own(own(message, 'params'), '_meta')

/** Whether the message says that it is of the modern era; what it says may still be wrong. */
export const claimsModern = (message: unknown): boolean => {
  const meta = metaOf(message)
  return isJson(meta) && Object.hasOwn(meta, META.version)
}

/** A header that names a version without a handshake, also one that is not known yet. */
export const namesModern = (version: string | null): boolean =>
  version !== null && /^\d{4}-\d{2}-\d{2}$/.test(version) && version >= MODERN_VERSION

const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']

/** Whether a client that asked for this level hears of a message of that one. */
export const isHeardAt = (asked: string | null, level: unknown): boolean =>
  asked !== null && typeof level === 'string' && LEVELS.indexOf(level) >= LEVELS.indexOf(asked)

const isInfo = (value: unknown): value is Json =>
  isJson(value) && typeof own(value, 'name') === 'string' && typeof own(value, 'version') === 'string'

const ABILITIES = ['elicitation', 'sampling', 'roots', 'experimental', 'extensions'] as const

/** A text says what is wrong with it, as the sender may read it. */
export const readEnvelope = (message: unknown): Envelope | string => {
  const meta = metaOf(message)
  const [version, clientInfo, capabilities, logLevel] = [
    own(meta, META.version),
    own(meta, META.clientInfo),
    own(meta, META.capabilities),
    own(meta, META.logLevel),
  ]
  if (typeof version !== 'string') return `\`${META.version}\` is missing from \`_meta\`, or no text`
  if (!isJson(capabilities)) return `\`${META.capabilities}\` is missing from \`_meta\`, or no object`
  if (ABILITIES.some(name => Object.hasOwn(capabilities, name) && !isJson(own(capabilities, name))))
    return `what \`${META.capabilities}\` names is an object`
  if (clientInfo !== undefined && !isInfo(clientInfo)) return `\`${META.clientInfo}\` has a \`name\` and a \`version\``
  if (logLevel !== undefined && (typeof logLevel !== 'string' || !LEVELS.includes(logLevel)))
    return `\`${META.logLevel}\` is one of ${LEVELS.join(', ')}`
  return { version, clientInfo: clientInfo ?? null, capabilities, logLevel: logLevel ?? null }
}

const SAID: ReadonlySet<string> = new Set([META.version, META.clientInfo, META.capabilities, META.logLevel])

/** The same message with other `_meta`; without any where nothing is left. */
export const withMeta = <M extends Json>(message: M, meta: Json): M => {
  const params = own(message, 'params')
  const { _meta: _, ...rest } = isJson(params) ? params : {}
  if (Object.keys(meta).length > 0) return { ...message, params: { ...rest, _meta: meta } }
  return isJson(params) ? { ...message, params: rest } : message
}

/** What is left for one who knows no such fields, and could take them for a claim. */
export const withoutEnvelope = <M extends Json>(message: M): M => {
  const meta = metaOf(message)
  if (!isJson(meta) || !Object.keys(meta).some(key => SAID.has(key))) return message
  return withMeta(message, Object.fromEntries(Object.entries(meta).filter(([key]) => !SAID.has(key))))
}

export const withEnvelope = <M extends Json>(
  message: M,
  { version, clientInfo, capabilities, logLevel }: Envelope,
): M => {
  const meta = metaOf(message)
  return withMeta(message, {
    ...(isJson(meta) ? meta : {}),
    [META.version]: version,
    ...(clientInfo === null ? {} : { [META.clientInfo]: clientInfo }),
    [META.capabilities]: capabilities,
    ...(logLevel === null ? {} : { [META.logLevel]: logLevel }),
  })
}

/** Without what belongs to one round of a request that is asked again: what the client says to questions, and the server's state. */
export const withoutRound = <M extends Json>(message: M): M => {
  const params = own(message, 'params')
  if (!isJson(params) || !(Object.hasOwn(params, 'inputResponses') || Object.hasOwn(params, 'requestState')))
    return message
  const { inputResponses: _, requestState: __, ...rest } = params
  return { ...message, params: rest }
}
