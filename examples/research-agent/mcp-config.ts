/** The `mcpServers` file that most agents read → the commands to start. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'

export interface ServerCommand {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const FILE = z.object({
  mcpServers: z.record(
    z.string(),
    z.object({
      command: z.string(),
      args: z.array(z.string()).default([]),
      env: z.record(z.string(), z.string()).default({}),
    }),
  ),
})

export const readMcpConfig = async (path: string): Promise<readonly ServerCommand[]> => {
  const { mcpServers } = FILE.parse(JSON.parse(await readFile(path, 'utf8')))
  return Object.entries(mcpServers).map(([name, server]) => ({ name, ...server }))
}
