/**
 * A server with everything that the conformance suite asks for, over streamable HTTP with the SDK's own transport: what stands
 * before the gateway in the comparison, and behind it. A program of its own; it says where it listens.
 */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  GetPromptRequestSchema,
  type JSONRPCMessage,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  ResultSchema,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { IMAGE, resource, TOOLS, text } from './tools.ts'

const PROMPTS: Readonly<Record<string, readonly string[]>> = {
  test_simple_prompt: [],
  test_prompt_with_arguments: ['arg1', 'arg2'],
  test_prompt_with_embedded_resource: ['resourceUri'],
  test_prompt_with_image: [],
}

const promptContent = (name: string, args: Readonly<Record<string, string>>): readonly unknown[] => {
  if (name === 'test_prompt_with_image') return [IMAGE, text('What is on it?')]
  if (name === 'test_prompt_with_embedded_resource')
    return [resource(args.resourceUri ?? '', 'text/plain', 'An embedded text.'), text('What does it say?')]
  return [text(`A prompt with ${JSON.stringify(args)}`)]
}

const contentsOf = (uri: string) => {
  if (uri === 'test://static-binary') return { uri, mimeType: 'image/png', blob: IMAGE.data }
  const [, id] = /^test:\/\/template\/(.+)\/data$/.exec(uri) ?? []
  if (id === undefined) return { uri, mimeType: 'text/plain', text: 'This is the content of the static text resource.' }
  return {
    uri,
    mimeType: 'application/json',
    text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
  }
}

/** Kept as long as the program runs: it lives for one run of the suite. */
const eventStore = () => {
  const events: { readonly id: string; readonly stream: string; readonly message: JSONRPCMessage }[] = []
  return {
    storeEvent: async (stream: string, message: JSONRPCMessage): Promise<string> => {
      const id = `${stream}/${events.length}`
      events.push({ id, stream, message })
      return id
    },
    replayEventsAfter: async (
      last: string,
      { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> },
    ): Promise<string> => {
      const at = events.findIndex(({ id }) => id === last)
      const stream = events[at]?.stream ?? ''
      for (const event of events.slice(at + 1))
        if (event.stream === stream && Object.keys(event.message).length > 0) await send(event.id, event.message)
      return stream
    },
  }
}

const newServer = (): Server => {
  const capabilities = { tools: {}, prompts: {}, resources: { subscribe: true }, logging: {}, completions: {} }
  const server = new Server({ name: 'conformance', version: '1' }, { capabilities })
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: Object.entries(TOOLS).map(([name, { inputSchema }]) => ({
      name,
      description: `What the suite calls ${name}`,
      inputSchema: { ...inputSchema, type: 'object' as const },
    })),
  }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = TOOLS[params.name]
    if (tool === undefined) throw new Error(`unknown tool \`${params.name}\``)
    try {
      const content = await tool.run(params.arguments ?? {}, {
        notify: extra.sendNotification,
        ask: request => extra.sendRequest(request, ResultSchema),
        closeStream: () => extra.closeSSEStream?.(),
        progressToken: params._meta?.progressToken,
      })
      return { content: [...content] }
    } catch (error) {
      return { content: [text(error instanceof Error ? error.message : error)], isError: true }
    }
  })
  server.setRequestHandler(ListPromptsRequestSchema, () => ({
    prompts: Object.entries(PROMPTS).map(([name, names]) => ({
      name,
      description: `What the suite calls ${name}`,
      arguments: names.map(argument => ({ name: argument, required: true })),
    })),
  }))
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => ({
    messages: promptContent(params.name, params.arguments ?? {}).map(content => ({ role: 'user', content })),
  }))
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: ['static-text', 'static-binary', 'watched-resource'].map(name => ({ uri: `test://${name}`, name })),
  }))
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [{ uriTemplate: 'test://template/{id}/data', name: 'template' }],
  }))
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => ({ contents: [contentsOf(params.uri)] }))
  server.setRequestHandler(CompleteRequestSchema, () => ({ completion: { values: ['paris', 'park'], total: 2 } }))
  for (const schema of [SetLevelRequestSchema, SubscribeRequestSchema, UnsubscribeRequestSchema])
    server.setRequestHandler(schema, () => ({}))
  return server
}

const sessions = new Map<string, StreamableHTTPServerTransport>()
const http = createServer(async (request, response) => {
  const body = request.method === 'POST' ? JSON.parse(await textOf(request)) : undefined
  const id = request.headers['mcp-session-id']
  let transport = typeof id === 'string' ? sessions.get(id) : undefined
  if (transport === undefined) {
    const begun = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: session => void sessions.set(session, begun),
      eventStore: eventStore(),
      retryInterval: 500,
      enableDnsRebindingProtection: true,
      allowedHosts: [`localhost:${port()}`, `127.0.0.1:${port()}`],
    })
    await newServer().connect(begun)
    transport = begun
  }
  await transport.handleRequest(request, response, body)
})
const port = (): number => {
  const address = http.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
http.listen(0, '127.0.0.1', () => console.log(`http://localhost:${port()}/mcp`))
