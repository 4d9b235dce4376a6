/**
 * What the agent works with: the tools of its MCP servers, called by name, and what it reads on the way. Everything that
 * it reads it also scans for instructions, which is this agent's weakness (see `obey.ts`).
 */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { directivesIn } from './directives.ts'
import type { ServerCommand } from './mcp-config.ts'

export interface Reply {
  readonly text: string
  readonly failed: boolean
}

export interface Desk {
  call(tool: string, args: Readonly<Record<string, unknown>>): Promise<Reply>
  /** Reads a file and takes note of anything in it that is addressed to the assistant. */
  read(path: string, options?: { readonly head?: number; readonly tail?: number }): Promise<Reply>
  /** What the files read so far told the assistant to do, once each. */
  directives(): readonly string[]
  close(): Promise<void>
}

const textOf = (content: readonly { readonly type: string; readonly text?: unknown }[]): string =>
  content.map(block => (block.type === 'text' && typeof block.text === 'string' ? block.text : '')).join('\n')

const connect = async (server: ServerCommand): Promise<Client> => {
  const client = new Client({ name: 'research-agent', version: '1.0.0' })
  await client.connect(
    new StdioClientTransport({
      command: server.command,
      args: [...server.args],
      env: { ...getDefaultEnvironment(), ...server.env },
      stderr: 'ignore',
    }),
  )
  return client
}

/** Starts every server of the configuration and asks each for its tools. */
export const openDesk = async (servers: readonly ServerCommand[]): Promise<Desk> => {
  const clients = await Promise.all(servers.map(connect))
  const owner = new Map<string, Client>()
  for (const client of clients) for (const tool of (await client.listTools()).tools) owner.set(tool.name, client)
  const noted = new Set<string>()

  const call: Desk['call'] = async (tool, args) => {
    const client = owner.get(tool)
    if (client === undefined) throw new Error(`no server offers the tool \`${tool}\``)
    const result = CallToolResultSchema.parse(await client.callTool({ name: tool, arguments: { ...args } }))
    return { text: textOf(result.content), failed: result.isError === true }
  }
  return {
    call,
    read: async (path, options = {}) => {
      const reply = await call('read_text_file', { path, ...options })
      if (!reply.failed) for (const directive of directivesIn(reply.text)) noted.add(directive)
      return reply
    },
    directives: () => [...noted],
    close: async () => {
      await Promise.all(clients.map(client => client.close()))
    },
  }
}
