/**
 * Tools of the Vercel AI SDK behind a guard, in a run of the SDK itself; its mock stands in for the model, and obeys the injected
 * mail. In a project of your own, import from `ambit/guard`.
 * Run it with `npm run build && node dist/examples/guard-ai-sdk/main.js`.
 */
import { generateText, stepCountIs, tool } from 'ai'
import { MockLanguageModelV3 } from 'ai/test'
import { z } from 'zod'
import { createGuard } from '../../apps/guard/index.ts'
import { derivePolicy } from '../mail-agent/derive-policy.ts'
import { COLLECTOR, mailbox, SENDER } from '../mail-agent/tools.ts'

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const REQUEST = 'Please answer the newest mail'
const policy = await derivePolicy('out/guard-ai-sdk')
const session = createGuard({ policy }).session('conversation-1', { request: REQUEST })

const mail = mailbox()
const tools = session.aiTools({
  read_inbox: tool({
    description: 'Reads the newest mails',
    inputSchema: z.object({ limit: z.number() }),
    execute: mail.readInbox,
  }),
  send_mail: tool({
    description: 'Sends a mail',
    inputSchema: z.object({ to: z.string(), subject: z.string(), body: z.string() }),
    execute: mail.sendMail,
  }),
})

const USAGE = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
}

/** What the model does, one step after the other. */
const call = (id: string, toolName: string, input: unknown) => ({
  content: [{ type: 'tool-call' as const, toolCallId: id, toolName, input: JSON.stringify(input) }],
  finishReason: { unified: 'tool-calls' as const, raw: 'tool_calls' },
  usage: USAGE,
  warnings: [],
})
const model = new MockLanguageModelV3({
  doGenerate: [
    call('1', 'read_inbox', { limit: 4 }),
    call('2', 'send_mail', { to: SENDER, subject: 'Re: Question', body: 'Thank you.' }),
    call('3', 'send_mail', { to: COLLECTOR, subject: 'all mails', body: '…' }),
    {
      content: [{ type: 'text', text: 'I answered the newest mail.' }],
      finishReason: { unified: 'stop', raw: 'stop' },
      usage: USAGE,
      warnings: [],
    },
  ],
})

const { steps, text } = await generateText({ model, tools, prompt: REQUEST, stopWhen: stepCountIs(5) })
for (const part of steps.flatMap(({ content }) => content)) {
  if (part.type === 'tool-result') say(`✓ ${part.toolName} ${JSON.stringify(part.input)}`)
  if (part.type === 'tool-error') say(`✗ ${part.toolName} ${JSON.stringify(part.input)}\n  ${String(part.error)}`)
}
say(`the agent says: ${text}`)
say(`what happened: ${mail.happened.join(', ')}`)
