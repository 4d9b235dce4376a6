/**
 * The same for 2026-07-28: a server that speaks this version alone, over streamable HTTP with the SDK's own transport. A program of its
 * own; it says where it listens.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type CallToolResult,
  completable,
  createMcpHandler,
  fromJsonSchema,
  inputRequired,
  McpServer,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { serveFetch } from './fetch-handler.ts'
import { done, ROUNDS, said, USER_CONTEXT, verifyState } from './modern-tools.ts'
import { IMAGE, resource, TOOLS, text } from './tools.ts'

/** Those of them that ask the client nothing, and need no session. */
const PLAIN = [
  'test_simple_text',
  'test_image_content',
  'test_audio_content',
  'test_embedded_resource',
  'test_multiple_content_types',
  'test_tool_with_progress',
  'test_error_handling',
  'json_schema_2020_12_tool',
]

const abilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  completions: {},
  logging: {},
}

const about = (name: string) => ({ description: `What the suite calls ${name}` })

const addTools = (server: McpServer): void => {
  for (const name of PLAIN) {
    const tool = TOOLS[name]
    if (tool === undefined) continue
    const inputSchema = fromJsonSchema<Record<string, unknown>>({ ...tool.inputSchema, type: 'object' })
    server.registerTool(name, { ...about(name), inputSchema }, async (args, { mcpReq }) => {
      const around = {
        notify: (notification: unknown) => mcpReq.notify(notification as never),
        ask: () => Promise.reject(new Error('nobody is asked here')),
        closeStream: () => undefined,
        progressToken: mcpReq._meta?.progressToken,
      }
      return { content: [...(await tool.run(args, around))] } as CallToolResult
    })
  }
  for (const [name, round] of Object.entries(ROUNDS)) server.registerTool(name, about(name), round)
  const region = z.string().meta({ 'x-mcp-header': 'Region' })
  const custom = { ...about('test_custom_headers'), inputSchema: z.object({ region }) }
  server.registerTool('test_custom_headers', custom, args => done(args.region))
  server.registerTool('test_missing_capability', about('test_missing_capability'), () => done('it has it'))
  for (const name of ['test_logging_tool', 'test_tool_with_logging'])
    server.registerTool(name, about(name), async (context: ServerContext) => {
      await context.mcpReq.log('info', 'a step')
      return done('logged')
    })
  server.registerTool('test_trigger_tool_change', about('test_trigger_tool_change'), () => {
    handler.notify.toolsChanged()
    return done('changed')
  })
  server.registerTool('test_trigger_prompt_change', about('test_trigger_prompt_change'), () => {
    handler.notify.promptsChanged()
    return done('changed')
  })
}

type PromptContent = { readonly role: 'user'; readonly content: never }
const user = (content: unknown): PromptContent => ({ role: 'user', content: content as never })

const addPrompts = (server: McpServer): void => {
  const word = z.string()
  const city = completable(word, value => ['paris', 'park', 'party'].filter(each => each.startsWith(value)))
  server.registerPrompt('test_simple_prompt', about('test_simple_prompt'), () => ({
    messages: [user(text('A simple prompt'))],
  }))
  const argsSchema = z.object({ arg1: city.describe('a city'), arg2: word.describe('a word') })
  server.registerPrompt('test_prompt_with_arguments', { ...about('test_prompt_with_arguments'), argsSchema }, args => ({
    messages: [user(text(`A prompt with ${JSON.stringify(args)}`))],
  }))
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { ...about('test_prompt_with_embedded_resource'), argsSchema: z.object({ resourceUri: word }) },
    ({ resourceUri }) => ({ messages: [user(resource(resourceUri, 'text/plain', 'An embedded text.'))] }),
  )
  server.registerPrompt('test_prompt_with_image', about('test_prompt_with_image'), () => ({ messages: [user(IMAGE)] }))
  server.registerPrompt(
    'test_input_required_result_prompt',
    about('test_input_required_result_prompt'),
    (context: ServerContext) =>
      said(context, 'user_context') === undefined
        ? inputRequired({ inputRequests: USER_CONTEXT })
        : { messages: [user(text('A prompt in context'))] },
  )
}

const addResources = (server: McpServer): void => {
  const words = 'This is the content of the static text resource.'
  for (const name of ['static-text', 'watched-resource'])
    server.registerResource(name, `test://${name}`, {}, uri => ({
      contents: [{ uri: uri.href, mimeType: 'text/plain', text: words }],
    }))
  server.registerResource('static-binary', 'test://static-binary', {}, uri => ({
    contents: [{ uri: uri.href, mimeType: 'image/png', blob: String(IMAGE.data) }],
  }))
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined })
  server.registerResource('template', template, {}, (uri, { id }) => {
    const value = { id, templateTest: true, data: `Data for ID: ${id}` }
    return { contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify(value) }] }
  })
}

const handler = createMcpHandler(
  () => {
    const options = { capabilities: abilities, requestState: { verify: verifyState } }
    const server = new McpServer({ name: 'conformance', version: '1' }, options)
    addTools(server)
    addPrompts(server)
    addResources(server)
    return server
  },
  { legacy: 'reject' },
)

const CALL = z.object({
  id: z.union([z.string(), z.number()]),
  params: z.object({
    name: z.literal('test_missing_capability'),
    _meta: z.object({ 'io.modelcontextprotocol/clientCapabilities': z.object({ sampling: z.undefined().optional() }) }),
  }),
})

/** A tool that needs what its client cannot do: the SDK makes a tool's own error of everything that a tool throws. */
const lacking = (body: string | null): string | null => {
  if (body?.includes('test_missing_capability') !== true) return null
  const call = CALL.safeParse(JSON.parse(body))
  if (!call.success) return null
  const data = { requiredCapabilities: { sampling: {} } }
  const error = { code: -32021, message: 'it needs sampling', data }
  return JSON.stringify({ jsonrpc: '2.0', id: call.data.id, error })
}

const isLocal = (name: string | undefined): boolean => /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(name ?? '')

const admits = ({ headers: { host, origin } }: IncomingMessage, response: ServerResponse): boolean => {
  if (isLocal(host) && (origin === undefined || isLocal(origin.replace(/^https?:\/\//, '')))) return true
  response.writeHead(403).end()
  return false
}

serveFetch(handler, 'localhost', admits, (body, response) => {
  const refused = lacking(body)
  if (refused !== null) response.writeHead(400, { 'content-type': 'application/json' }).end(refused)
  return refused !== null
})
