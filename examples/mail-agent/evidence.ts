/**
 * Forty recorded sessions of a mail agent, as its platform would have written them in Ambit's own observation format: who asked
 * what, which tools were called with what, what they returned. Each answers one mail of one sender.
 */
import { mailsOf } from './mails.ts'

const SESSIONS = 40
const DAYS = 10
const DAY = 86_400_000

interface Line {
  readonly type: 'request' | 'observation'
  readonly [field: string]: unknown
}

export const WORKLOAD = { namespace: 'example', name: 'mail-agent' }

const session = (index: number, start: number): readonly Line[] => {
  const id = `recorded-${index}`
  const mails = mailsOf(index)
  const [mail] = mails
  const time = (seconds: number): string => new Date(start + seconds * 1_000).toISOString()
  const common = { format: 'ambit.observation/v1', workload: WORKLOAD, session: id }
  const call = (place: number, action: string, given: unknown, result: unknown): Line => ({
    ...common,
    type: 'observation',
    id: `${id}-${place}`,
    time: time(2 * place),
    end: time(2 * place + 1),
    substrate: 'tool',
    action,
    arguments: given,
    result,
    outcome: 'ok',
  })
  return [
    { ...common, type: 'request', id: `${id}-request`, time: time(0), text: 'Please answer the newest mail' },
    call(1, 'read_inbox', { limit: 3 + (index % 3) }, mails),
    call(2, 'send_mail', { to: mail.from, subject: `Re: ${mail.subject}`, body: `Thank you, ${index} noted.` }, 'sent'),
  ]
}

/** JSON lines; the last session ended just before `now` (milliseconds since the epoch). */
export const evidence = (now: number): string =>
  Array.from({ length: SESSIONS }, (_, index) => session(index, now - DAY * (DAYS - (index * DAYS) / SESSIONS)))
    .flat()
    .map(line => `${JSON.stringify(line)}\n`)
    .join('')
