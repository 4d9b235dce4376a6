/**
 * The `mcpServers` file that most agents read → the same file with every stdio server behind the recording proxy.
 * Servers that are reached over HTTP are left alone, and named: their calls cannot be recorded here.
 */
import { z } from 'zod'

const FILE = z.looseObject({ mcpServers: z.record(z.string(), z.looseObject({})) })
const STDIO = z.looseObject({ command: z.string(), args: z.array(z.string()).default([]) })

export interface WrappedConfig {
  readonly text: string
  readonly wrapped: readonly string[]
  readonly untouched: readonly string[]
}

/** `proxy` is the command line that goes before each server's own. Null: the text is no such file. */
export const wrapMcpConfig = (text: string, proxy: readonly [string, ...string[]]): WrappedConfig | null => {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return null
  }
  const file = FILE.safeParse(parsed)
  if (!file.success) return null
  const wrapped: string[] = []
  const untouched: string[] = []
  const servers = Object.entries(file.data.mcpServers).map(([name, entry]) => {
    const server = STDIO.safeParse(entry)
    if (!server.success) {
      untouched.push(name)
      return [name, entry]
    }
    wrapped.push(name)
    const [command, ...before] = proxy
    return [name, { ...server.data, command, args: [...before, server.data.command, ...server.data.args] }]
  })
  const mcpServers = Object.fromEntries(servers)
  return { text: `${JSON.stringify({ ...file.data, mcpServers }, null, 2)}\n`, wrapped, untouched }
}
