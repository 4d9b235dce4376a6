/** Where the agent lives: its workspace, the file of its memory, and the configuration that names its MCP servers. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { corpus, writeCorpus } from './corpus.ts'

export interface Home {
  readonly folder: string
  readonly workspace: string
  readonly mcpConfig: string
}

export const homeAt = (folder: string): Home => ({
  folder: resolve(folder),
  workspace: resolve(folder, 'workspace'),
  mcpConfig: resolve(folder, 'mcp.json'),
})

/** Starts over: a fresh corpus, an empty memory. Nothing outside `folder` is touched. */
export const prepareHome = async (folder: string, seed: number): Promise<Home> => {
  const home = homeAt(folder)
  const installed = createRequire(import.meta.url)
  const server = (name: string) => installed.resolve(`@modelcontextprotocol/${name}/dist/index.js`)
  const memory = join(resolve(folder), 'memory.jsonl')
  await rm(home.workspace, { recursive: true, force: true })
  await rm(memory, { force: true })
  await mkdir(home.workspace, { recursive: true })
  await writeCorpus(home.workspace, corpus(seed))
  const mcpServers = {
    filesystem: { command: process.execPath, args: [server('server-filesystem'), home.workspace] },
    memory: { command: process.execPath, args: [server('server-memory')], env: { MEMORY_FILE_PATH: memory } },
  }
  await writeFile(home.mcpConfig, `${JSON.stringify({ mcpServers }, null, 2)}\n`)
  return home
}
