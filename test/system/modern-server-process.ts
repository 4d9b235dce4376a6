/**
 * An MCP server of the modern era alone (2026-07-28), with the SDK that speaks it, over standard streams or (`http`) streamable HTTP:
 * what the tests put behind the gateway. It refuses whoever begins with a handshake. The last word is a folder that its tools write into.
 */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import {
  acceptedContent,
  createMcpHandler,
  inputRequired,
  inputResponse,
  McpServer,
} from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'
import { serveFetch } from '../../bench/conformance/fetch-handler.ts'

const [, , how = 'stdio', folder = '.'] = process.argv
const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: String(value) }] })

let notes = 'the first note'
let hasMore = false
let changed = (_: 'tools' | 'note'): void => undefined

const newServer = (): McpServer => {
  const capabilities = { tools: { listChanged: true }, resources: { subscribe: true, listChanged: true }, logging: {} }
  const server = new McpServer({ name: 'modern', version: '1' }, { capabilities })
  if (how === 'stdio')
    changed = what => {
      // Of tools it tells itself.
      if (what === 'note') void server.server.sendResourceUpdated({ uri: 'note://one' })
    }
  server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text: said }) => {
    if (said === 'the note changed') changed('note')
    return text(said)
  })
  const region = z.string().meta({ 'x-mcp-header': 'Region' })
  server.registerTool('place', { inputSchema: z.object({ region }) }, ({ region: where }) => text(where))
  server.registerTool('write', { inputSchema: z.object({ line: z.string() }) }, ({ line }) => {
    appendFileSync(join(folder, 'written.txt'), `${line}\n`)
    return text('written')
  })
  server.registerTool('who', {}, (ctx: { mcpReq: { envelope?: unknown } }) => text(JSON.stringify(ctx.mcpReq.envelope)))
  server.registerTool('book', { inputSchema: z.object({ what: z.string() }) }, ({ what }, ctx) => {
    const form = z.object({ day: z.string() })
    const { inputResponses } = ctx.mcpReq
    const day = acceptedContent(inputResponses, 'day', form)?.day ?? ctx.mcpReq.requestState<string>()
    const roots = inputResponse(inputResponses, 'roots')
    if (day === undefined || day === '')
      return inputRequired({
        inputRequests: { day: inputRequired.elicit({ message: `Which day?`, requestedSchema: form }) },
      })
    if (roots.kind !== 'roots')
      return inputRequired({ inputRequests: { roots: inputRequired.listRoots() }, requestState: day })
    appendFileSync(join(folder, 'written.txt'), `${what} on ${day}\n`)
    return text(`${what} on ${day} in ${roots.roots.map(({ uri }) => uri).join()}`)
  })
  server.registerTool('slow', { inputSchema: z.object({ steps: z.number() }) }, async ({ steps }, ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken
    for (let step = 1; step <= steps && !ctx.mcpReq.signal.aborted; step++) {
      if (progressToken !== undefined)
        await ctx.mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress: step, total: steps },
        })
      await wait(100)
    }
    if (ctx.mcpReq.signal.aborted) appendFileSync(join(folder, 'cancelled.txt'), 'slow\n')
    return text('done')
  })
  server.registerTool('more', {}, () => {
    hasMore = true
    server.registerTool('added', {}, () => text('added'))
    changed('tools')
    return text('more')
  })
  if (hasMore && how !== 'stdio') server.registerTool('added', {}, () => text('added'))
  server.registerTool('note', { inputSchema: z.object({ note: z.string() }) }, ({ note }) => {
    notes = note
    changed('note')
    return text('noted')
  })
  server.registerTool('list', { outputSchema: z.array(z.string()) }, () => ({
    content: [],
    structuredContent: ['a', 'b'],
  }))
  server.registerResource('one', 'note://one', {}, uri => ({ contents: [{ uri: uri.href, text: notes }] }))
  return server
}

if (how === 'stdio') serveStdio(newServer, { legacy: 'reject' })
else {
  const handler = createMcpHandler(newServer, { legacy: 'reject' })
  changed = what => (what === 'tools' ? handler.notify.toolsChanged() : handler.notify.resourceUpdated('note://one'))
  serveFetch(handler, '127.0.0.1')
}
