/**
 * Tool calls as OpenAI's APIs write them, behind a guard: each becomes the `tool` message that answers it. In a project of your
 * own, import from `ambit/guard`. Run it with `npm run build && node dist/examples/guard-openai/main.js`.
 */
import { createGuard, type OpenAiToolCall } from '../../apps/guard/index.ts'
import { derivePolicy } from '../mail-agent/derive-policy.ts'
import { COLLECTOR, mailbox, SENDER } from '../mail-agent/tools.ts'

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const policy = await derivePolicy('out/guard-openai')
const session = createGuard({ policy }).session('conversation-1', { request: 'Please answer the newest mail' })

const mail = mailbox()
const handlers = { read_inbox: mail.readInbox, send_mail: mail.sendMail, delete_inbox: mail.deleteInbox }

/** `message.tool_calls` of the model's answers; the last one is not JSON. */
const call = (id: string, name: string, text: string): OpenAiToolCall => ({
  id,
  type: 'function',
  function: { name, arguments: text },
})
const calls = [
  call('call_1', 'read_inbox', '{"limit":4}'),
  call('call_2', 'send_mail', JSON.stringify({ to: SENDER, subject: 'Re: Question', body: 'Thank you.' })),
  call('call_3', 'send_mail', JSON.stringify({ to: COLLECTOR, subject: 'all mails', body: '…' })),
  call('call_4', 'delete_inbox', '{}'),
  call('call_5', 'send_mail', '{"to": "somebody'),
]

for (const one of calls) {
  const { tool_call_id, content } = await session.openai(one, handlers)
  say(`${tool_call_id} ${one.function.name}: ${content.slice(0, 400)}`)
}
say(`what happened: ${mail.happened.join(', ')}`)
