/** `ambit approvals`: the calls that an enforcement point holds for a person, and the person's answer. */
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { jsonText } from '../../io/json-text.ts'
import { done, failed, type Outcome } from '../../io/problem.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { showProblems } from './problems.ts'
import { printable } from './terminal.ts'

export interface ApprovalsOptions {
  /** The admin socket of a gateway, or the URL of a gateway's admin address or a decision API. */
  readonly at: string
  readonly reason: string | null
  readonly format: 'text' | 'json'
}

const CALLS = '/review/v1/calls'
const TOKEN = 'AMBIT_TOKEN'
const TIMEOUT = 30_000

interface Reply {
  readonly status: number
  readonly body: unknown
}

const ask = (at: string, method: 'GET' | 'POST', path: string, body: unknown): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const token = process.env[TOKEN]
    const headers = {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    }
    const isUrl = /^https?:\/\//i.test(at)
    const options = { method, headers, timeout: TIMEOUT }
    const start = at.toLowerCase().startsWith('https:') ? requestHttps : requestHttp
    const call = isUrl
      ? start(new URL(path, at), options)
      : requestHttp({ ...options, socketPath: at, path, headers: { ...headers, host: 'localhost' } })
    call.once('error', reject)
    call.once('timeout', () => call.destroy(new Error('no answer in time')))
    call.once('response', response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        try {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) })
        } catch {
          resolve({ status: response.statusCode ?? 0, body: null })
        }
      })
    })
    call.end(body === undefined ? undefined : JSON.stringify(body))
  })

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Object.getOwnPropertyDescriptor(value, key)?.value
    : undefined

const text = (value: unknown): string => printable(typeof value === 'string' ? value : (jsonText(value ?? null) ?? ''))

const asked = async (at: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Outcome<unknown>> => {
  try {
    const reply = await ask(at, method, path, body)
    if (reply.status >= 200 && reply.status < 300) return done(reply.body)
    const plain = typeof reply.body === 'string' ? reply.body : null
    const said =
      plain ?? own(reply.body, 'error') ?? own(own(reply.body, 'error'), 'message') ?? `status ${reply.status}`
    const help = reply.status === 401 ? `put a token with the scope into \`${TOKEN}\`` : null
    return failed({ code: 'usage', what: `it was not accepted: ${text(said)}`, where: at, help })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return failed({
      code: 'usage',
      what: `cannot be reached: ${reason}`,
      where: at,
      help: 'is the gateway running, with `admin` in its configuration?',
    })
  }
}

const lineOf = (call: unknown): string => {
  const deviations = own(call, 'deviations')
  const [first] = Array.isArray(deviations) ? deviations : []
  const what =
    first === undefined
      ? ''
      : `\n    ${text(own(first, 'dimension'))} is ${text(jsonText(own(first, 'observed')))}, allowed is ${text(own(first, 'allowed'))}`
  const identity = own(own(call, 'identity'), 'subject')
  const trigger = own(call, 'triggered')
  return [
    `${text(own(call, 'call'))}  ${text(own(call, 'surface'))}  ${text(own(call, 'code') ?? own(own(call, 'decision'), 'code') ?? '')}`,
    `    ${text(own(call, 'workload'))}, asked by ${text(identity ?? 'nobody who was authenticated')}, until ${text(own(call, 'until'))}${what}`,
    ...(typeof trigger === 'string' ? [`    ${text(trigger)}`] : []),
  ].join('\n')
}

export const listApprovals = async ({ at, format }: ApprovalsOptions, io: Io): Promise<ExitCode> => {
  const listed = await asked(at, 'GET', CALLS)
  if (!listed.ok) {
    showProblems(io, listed.problems)
    return EXIT.usage
  }
  const calls = own(listed.value, 'calls')
  if (format === 'json') io.stdout.write(`${jsonText(calls ?? [], 2)}\n`)
  else if (!Array.isArray(calls) || calls.length === 0) io.stdout.write('no call is held\n')
  else io.stdout.write(`${calls.map(lineOf).join('\n')}\n`)
  return EXIT.done
}

/** Exit code 1 where the call is not held any more, or not yours to answer. */
export const answerApproval = async (
  call: string,
  answer: 'approved' | 'refused',
  { at, reason }: ApprovalsOptions,
  io: Io,
): Promise<ExitCode> => {
  const answered = await asked(at, 'POST', `${CALLS}/${encodeURIComponent(call)}`, { answer, reason })
  if (answered.ok) {
    io.stdout.write(`${answer}: ${printable(call)}\n`)
    return EXIT.done
  }
  showProblems(io, answered.problems)
  return answered.problems.some(({ what }) => what.startsWith('cannot be reached')) ? EXIT.usage : EXIT.no
}
