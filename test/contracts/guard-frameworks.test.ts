/** The guard × how frameworks call tools: the Vercel AI SDK's tools and its own runs, OpenAI's tool calls. */
import { generateText, stepCountIs, streamText, type Tool, tool } from 'ai'
import { MockLanguageModelV3, simulateReadableStream } from 'ai/test'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { createGuard } from '../../apps/guard/index.ts'
import { NOW } from './decision-api-server.ts'
import { policyOf } from './policy-of.ts'

const POLICY = policyOf([
  { substrate: 'tool', action: 'send', allow: { 'tool.args.to': { kind: 'set', values: ['ada@example.com'] } } },
  { substrate: 'tool', action: 'reply', allow: { 'tool.args.to': { kind: 'field' } } },
  { substrate: 'tool', action: 'list' },
])
const sessionOf = () => createGuard({ policy: POLICY, now: () => NOW }).session('one')

const USAGE = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
}
const calling = (toolName: string, input: unknown) => ({
  content: [{ type: 'tool-call' as const, toolCallId: toolName, toolName, input: JSON.stringify(input) }],
  finishReason: { unified: 'tool-calls' as const, raw: undefined },
  usage: USAGE,
  warnings: [],
})
const STOP = {
  content: [{ type: 'text' as const, text: 'done' }],
  finishReason: { unified: 'stop' as const, raw: undefined },
  usage: USAGE,
  warnings: [],
}

describe('Vercel AI SDK', () => {
  const toolsOf = (ran: unknown[]) => ({
    send: tool({
      description: 'sends',
      inputSchema: z.object({ to: z.string() }),
      execute: async ({ to }) => {
        ran.push(to)
        return { sent: to }
      },
    }),
    list: tool({
      description: 'lists',
      inputSchema: z.object({}),
      async *execute() {
        yield ['first@example.com']
        yield ['first@example.com', 'last@example.com']
      },
    }),
    reply: tool({ inputSchema: z.object({ to: z.string() }), execute: async ({ to }) => to }),
  })

  test('types of tools stay as they are', () => {
    const tools = toolsOf([])
    const guarded = sessionOf().aiTools(tools)
    expectTypeOf(guarded).toEqualTypeOf<typeof tools>()
    expectTypeOf(guarded.send).toExtend<Tool<{ to: string }, { sent: string }>>()
    expect(guarded.send.description).toBe('sends')
    expect(guarded.send.inputSchema).toBe(tools.send.inputSchema)
  })

  test('in a run of the SDK: allowed calls have results, denied ones are tool errors that the model reads', async () => {
    const ran: unknown[] = []
    const model = new MockLanguageModelV3({
      doGenerate: [
        calling('send', { to: 'ada@example.com' }),
        calling('send', { to: 'eve@example.com' }),
        calling('list', {}),
        calling('reply', { to: 'last@example.com' }),
        STOP,
      ],
    })
    const { steps } = await generateText({
      model,
      tools: sessionOf().aiTools(toolsOf(ran)),
      prompt: 'go',
      stopWhen: stepCountIs(9),
    })
    const parts = steps.flatMap(({ content }) => content).filter(({ type }) => /^tool-(result|error)$/.test(type))
    expect(parts).toMatchObject([
      { type: 'tool-result', output: { sent: 'ada@example.com' } },
      { type: 'tool-error', error: { code: 'AMBIT_DENIED' } },
      { type: 'tool-result', output: ['first@example.com', 'last@example.com'] },
      { type: 'tool-result', output: 'last@example.com' },
    ])
    expect(ran).toEqual(['ada@example.com'])
    const told = JSON.stringify(model.doGenerateCalls[2]?.prompt)
    expect(told).toContain('Do not retry it unchanged')
  })

  test('a streaming run is guarded alike', async () => {
    const ran: unknown[] = []
    const model = new MockLanguageModelV3({
      doStream: {
        stream: simulateReadableStream({
          chunks: [
            {
              type: 'tool-call',
              toolCallId: '1',
              toolName: 'send',
              input: '{"to":"eve@example.com"}',
            },
            { type: 'finish', finishReason: { unified: 'tool-calls', raw: undefined }, usage: USAGE },
          ],
        }),
      },
    })
    const types: string[] = []
    const run = streamText({ model, tools: sessionOf().aiTools(toolsOf(ran)), prompt: 'go' })
    for await (const { type } of run.fullStream) types.push(type)
    expect(types).toContain('tool-error')
    expect(types).not.toContain('tool-result')
    expect(ran).toEqual([])
  })

  test('a tool that runs elsewhere is not passed silently', () => {
    const session = sessionOf()
    const tools = { search: tool({ inputSchema: z.object({ q: z.string() }) }) }
    expect(() => session.aiTools(tools)).toThrow('has no `execute`')
    expect(session.aiTools(tools, { unguarded: ['search'] })).toEqual(tools)
  })

  test('a stream from a plain function is refused: nobody would see what it says', async () => {
    const session = sessionOf()
    const stream = { execute: (_: object) => (async function* () {})() }
    await expect(session.aiTools({ list: stream }).list.execute({})).rejects.toThrow('async function*')
  })
})

describe('OpenAI tool calls', () => {
  const call = (name: string, text: string) => ({
    id: `id-${name}`,
    type: 'function',
    function: { name, arguments: text },
  })
  const handlers = { send: ({ to }: { to: string }) => ({ sent: to }), list: () => ['bob@example.com'] }

  test('results and errors are messages with the id of the call', async () => {
    const session = sessionOf()
    expect(await session.openai(call('send', '{"to":"ada@example.com"}'), handlers)).toEqual({
      role: 'tool',
      tool_call_id: 'id-send',
      content: '{"sent":"ada@example.com"}',
    })
    const denied = await session.openai(call('send', '{"to":"eve@example.com"}'), handlers)
    expect(JSON.parse(denied.content).error).toMatchObject({ code: 'AMBIT_DENIED', reason: 'value-denied' })
  })

  test.each([
    ['not JSON', '{"to": "ada'],
    ['a number', '7'],
    ['a text', '"ada@example.com"'],
  ])('arguments that are %s never reach the tool', async (_, text) => {
    let ran = false
    const tools = {
      send: () => {
        ran = true
      },
    }
    const { content } = await sessionOf().openai(call('send', text), tools)
    expect(JSON.parse(content).error.reason).toBe('arguments-unseen')
    expect(ran).toBe(false)
  })

  test('no handler, and names that every object has, are no tools', async () => {
    const session = createGuard({ policy: POLICY, mode: 'observe', now: () => NOW }).session('one')
    for (const name of ['missing', 'constructor', '__proto__', 'toString']) {
      const { content } = await session.openai(call(name, '{}'), handlers)
      expect(content).toContain('there is no tool')
    }
  })

  test('empty arguments are none; a handler that throws is an answer', async () => {
    const session = sessionOf()
    expect((await session.openai(call('list', ''), handlers)).content).toBe('["bob@example.com"]')
    const failing = {
      list: () => {
        throw new Error('no connection')
      },
    }
    expect((await session.openai(call('list', '{}'), failing)).content).toBe('{"error":{"message":"no connection"}}')
  })
})
