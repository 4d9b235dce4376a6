/**
 * The `mcpServers` file that most agents read → the same file with every stdio server behind the recording proxy.
 * Servers that are reached over HTTP are left alone, and named: their calls cannot be recorded here. Read by hand, because
 * a schema library takes longer to load than everything else that a recording has to do first.
 */
export interface WrappedConfig {
  readonly text: string
  readonly wrapped: readonly string[]
  readonly untouched: readonly string[]
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The command line of a stdio server; null: it is none. */
const commandOf = (server: unknown): readonly string[] | null => {
  if (!isObject(server) || typeof server.command !== 'string') return null
  const args: unknown = server.args ?? []
  if (!Array.isArray(args) || !args.every(arg => typeof arg === 'string')) return null
  return [server.command, ...args]
}

/** `proxy` is the command line that goes before each server's own. Null: the text is no such file. */
export const wrapMcpConfig = (text: string, proxy: readonly [string, ...string[]]): WrappedConfig | null => {
  const file = parse(text)
  if (!isObject(file) || !isObject(file.mcpServers)) return null
  const [command, ...before] = proxy
  const wrapped: string[] = []
  const untouched: string[] = []
  const servers = Object.entries(file.mcpServers).map(([name, server]): readonly [string, unknown] => {
    const line = commandOf(server)
    if (line === null || !isObject(server)) {
      untouched.push(name)
      return [name, server]
    }
    wrapped.push(name)
    return [name, { ...server, command, args: [...before, ...line] }]
  })
  const mcpServers = Object.fromEntries(servers)
  return { text: `${JSON.stringify({ ...file, mcpServers }, null, 2)}\n`, wrapped, untouched }
}
