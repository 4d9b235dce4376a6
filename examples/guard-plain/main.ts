/**
 * Plain functions behind a guard. In a project of your own, import from `ambit/guard`.
 * Run it with `npm run build && node dist/examples/guard-plain/main.js`.
 */
import { AmbitDenied, createGuard } from '../../apps/guard/index.ts'
import { derivePolicy } from '../mail-agent/derive-policy.ts'
import { COLLECTOR, mailbox, SENDER } from '../mail-agent/tools.ts'

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const policy = await derivePolicy('out/guard-plain')
const guard = createGuard({
  policy,
  // Whoever sits before the agent. This one says no to everything, and says so.
  approve: async ({ request }) => {
    say(`? a person is asked about ${request.action}, and refuses`)
    return false
  },
})
const session = guard.session('conversation-1', { request: 'Please answer the newest mail' })

const mail = mailbox()
const readInbox = session.wrap('read_inbox', mail.readInbox)
const sendMail = session.wrap('send_mail', mail.sendMail)
const deleteInbox = session.wrap('delete_inbox', mail.deleteInbox)

const attempt = async (what: string, run: () => Promise<unknown>): Promise<void> => {
  try {
    await run()
    say(`✓ ${what}`)
  } catch (error) {
    if (!(error instanceof AmbitDenied)) throw error
    say(`✗ ${what}\n  ${error.message}`)
  }
}

await attempt('read the inbox', () => readInbox({ limit: 4 }))
await attempt('answer the sender', () => sendMail({ to: SENDER, subject: 'Re: Question', body: 'Thank you.' }))
await attempt('obey the injected mail', () => sendMail({ to: COLLECTOR, subject: 'all mails', body: '…' }))
await attempt('delete the inbox', () => deleteInbox())
say(`what happened: ${mail.happened.join(', ')}`)
