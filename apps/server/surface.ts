/**
 * AuthZEN's action and resource → a surface with what was recorded of it: the fields of Ambit's own observation format, so that
 * the evidence decoder itself makes the dimensions. `docs/decision-api.md` has this mapping as a table.
 */
import { SUBSTRATES, type Substrate } from '../../core/model/substrate.ts'
import { got, type Result, refuse } from './refusal.ts'
import type { JsonObject, Sarc } from './sarc-schema.ts'

/** As `ambit-format` writes them; `ignored`: what the caller said and the decision does not look at. */
export interface Surface {
  readonly substrate: Substrate
  readonly action: string
  readonly fields: JsonObject
  readonly ignored: readonly string[]
}

interface Named {
  readonly substrate: Substrate
  readonly action: string
}

/** What a tool call's resource may be besides its own value: who offers the tool, or the tool itself. */
const SERVER = 'mcp_server'
const TOOL = 'tool'
/** AuthZEN's binding for MCP (COAZ-MCP) names the method in the action and the tool in the resource. */
const MCP_CALL = 'tools/call'

const own = (object: JsonObject | undefined, key: string): unknown =>
  object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined

/** `iam/s3:GetObject`; a name that starts with no substrate is a tool's. */
const surfaceOf = ({ action: { name }, resource }: Sarc): Named => {
  if (name === MCP_CALL && resource.type === TOOL) return { substrate: 'tool', action: resource.id }
  const substrate = SUBSTRATES.find(candidate => name.startsWith(`${candidate}/`))
  if (substrate === undefined) return { substrate: 'tool', action: name }
  return { substrate, action: name.slice(substrate.length + 1) }
}

/** Arguments may be said once: in the action, or in the context as MCP gateways do. */
const argumentsOf = ({ action, context }: Sarc): Result<unknown> => {
  const inContext = own(context, 'arguments')
  if (inContext === undefined) return got(action.properties)
  if (action.properties === undefined) return got(inContext)
  return refuse(400, 'the arguments are said twice: in `action.properties` and in `context.arguments`')
}

const serverOf = ({ resource }: Sarc): Result<string | null> => {
  const server = resource.type === SERVER ? resource.id : (own(resource.properties, 'server') ?? null)
  if (server === null || typeof server === 'string') return got(server)
  return refuse(400, 'resource.properties.server is not a text')
}

const toolOf = (sarc: Sarc, action: string): Result<Surface> => {
  const { resource } = sarc
  const given = argumentsOf(sarc)
  if (!given.ok) return given
  if (resource.type === TOOL || resource.type === SERVER) {
    if (resource.type === TOOL && resource.id !== action)
      return refuse(400, 'action.name and resource.id name two tools')
    const server = serverOf(sarc)
    if (!server.ok) return server
    // Without arguments there is nothing that says that there were none.
    const fields = given.value === undefined ? {} : { arguments: given.value }
    const isServerSaid = server.value !== null && given.value !== undefined
    return got({
      substrate: 'tool',
      action,
      fields: isServerSaid ? { ...fields, server: server.value } : fields,
      ignored: [],
    })
  }
  // Any other resource is what the tool is used on: an argument like the rest, never left out of the decision.
  const rest = given.value ?? {}
  if (typeof rest !== 'object' || Array.isArray(rest)) return refuse(400, 'the arguments are not an object')
  if (Object.hasOwn(rest, 'resource')) return refuse(400, 'an argument named `resource` hides the resource')
  const entries: [string, unknown][] = [...Object.entries(rest), ['resource', resource]]
  // Not by assignment or spread of literals: a key `__proto__` stays a key.
  return got({ substrate: 'tool', action, fields: { arguments: Object.fromEntries(entries) }, ignored: [] })
}

interface Kind {
  /** Resource type → the dimension that its id is; null: the id says nothing more. */
  readonly resources: Readonly<Record<string, (action: string) => string | null>>
  /** Names among `action.properties` → dimensions. */
  readonly properties: Readonly<Record<string, string>>
  readonly normalize: (id: string) => string
}

const same = (id: string): string => id

const KINDS: Readonly<Record<Exclude<Substrate, 'tool'>, Kind>> = {
  iam: {
    resources: { arn: () => 'iam.resource', account: () => null },
    properties: { region: 'iam.region' },
    normalize: same,
  },
  network: {
    resources: { host: () => 'network.destination', address: () => 'network.destination' },
    properties: {},
    normalize: id => id.toLowerCase().replace(/\.$/, ''),
  },
  process: {
    resources: { file: action => (action === 'exec' ? 'process.executable' : 'process.file') },
    properties: { arguments: 'process.arguments' },
    normalize: same,
  },
  syscall: { resources: { kernel: () => null }, properties: {}, normalize: same },
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

const otherOf = ({ action: { properties = {} }, resource }: Sarc, { substrate, action }: Named): Result<Surface> => {
  if (substrate === 'tool') return refuse(400, 'a tool has arguments')
  const kind = KINDS[substrate]
  const dimensionOf = Object.hasOwn(kind.resources, resource.type) ? kind.resources[resource.type] : undefined
  if (dimensionOf === undefined) {
    const known = Object.keys(kind.resources).join('`, `')
    return refuse(400, `the resource of an action of \`${substrate}\` has a type of: \`${known}\``)
  }
  const dimension = dimensionOf(action)
  const values = dimension === null ? [] : [{ dimension, value: kind.normalize(resource.id) }]
  const ignored: string[] = []
  for (const [name, value] of Object.entries(properties)) {
    const named = Object.hasOwn(kind.properties, name) ? kind.properties[name] : undefined
    if (named === undefined) ignored.push(`action.properties.${name}`)
    else if (!isScalar(value)) return refuse(400, `action.properties.${name} is not a single value`)
    else values.push({ dimension: named, value: String(value) })
  }
  return got({ substrate, action, fields: { values }, ignored })
}

export const mapSurface = (sarc: Sarc): Result<Surface> => {
  const named = surfaceOf(sarc)
  if (named.action === '') return refuse(400, 'action.name names no action')
  return named.substrate === 'tool' ? toolOf(sarc, named.action) : otherOf(sarc, named)
}
