/** Exceptions, alerts, proposals and approvals on the command line, on small evidence. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ambit, evidenceText, filesBelow, fileWith, newFolder } from './cli-session.ts'

const HOSTILE = '\u001b]0;x\u0007\u202eevil'
const json = (text: string): readonly unknown[] =>
  text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))

describe('exceptions', () => {
  const words = (file: string, id: string, ...more: readonly string[]) => [
    ...[
      'exceptions',
      'add',
      file,
      '--id',
      id,
      '--workload',
      'bank/assistant',
      '--owner',
      'ada',
      '--reason',
      `why ${HOSTILE}`,
    ],
    ...['--for', '4h', ...more],
  ]

  test('are added, listed and checked; nothing of them reaches the terminal as more than text', async () => {
    const file = join(newFolder(), 'exceptions.yaml')
    const one = ['--action', 'send_money', '--value', 'tool.args.recipient=GB29', '--value', 'tool.args.amount=5']
    const added = await ambit(words(file, 'e-1', ...one))
    expect(added).toMatchObject({ code: 0, err: '' })
    expect(added.out).not.toContain('\u001b')
    expect(added.out).not.toContain('\u202e')
    expect(readFileSync(file, 'utf8')).toContain('- 5\n')
    expect((await ambit(words(file, 'e-2', '--action', 'delete_file', '--any-arguments'))).err).toContain(
      'exception-approval',
    )
    expect((await ambit(words(file, 'e-1', ...one))).err).toContain('exception-duplicate')
    expect((await ambit(words(file, 'e-3', '--all-actions', '--any-arguments', '--approved-by', 'bob'))).code).toBe(0)
    expect(await ambit(['exceptions', 'check', file])).toMatchObject({
      code: 0,
      out: '2 exceptions accepted, nothing is refused\n',
    })
    const listed = await ambit(['exceptions', 'list', file, '--format', 'json', '--at', '2100-01-01T00:00:00Z'])
    expect(JSON.parse(listed.out)).toMatchObject({
      exceptions: [
        { id: 'e-1', state: 'ended' },
        { id: 'e-3', state: 'ended' },
      ],
    })
  })

  test('words that do not say what is meant are asked again', async () => {
    const file = join(newFolder(), 'exceptions.yaml')
    for (const more of [
      [],
      ['--action', 'a'],
      ['--action', 'a', '--any-arguments', '--value', 'a=b'],
      ['--any-arguments'],
    ])
      expect((await ambit(words(file, 'e', ...more))).code).toBe(2)
    expect(existsSync(file)).toBe(false)
  })

  test('a wrong entry is an answer of no, and the others stand', async () => {
    const file = fileWith('exceptions: [{id: a}, 3]', 'exceptions.yaml')
    expect(await ambit(['exceptions', 'check', file])).toMatchObject({ code: 1 })
    expect(await ambit(['exceptions', 'list', join(dirname(file), 'none.yaml')])).toMatchObject({ code: 2 })
  })
})

/**
 * Sessions of one kind of task, six hours apart: the user asks for the rent to be paid, a text that is read says to whom, and the
 * agent pays. So each recipient is one that a text names, and only what most of these sessions do counts as need.
 */
const tasks = (from: number, count: number, recipient: string): string => {
  const workload = { namespace: 'bank', name: 'assistant' }
  const format = 'ambit.observation/v1'
  const lines = Array.from({ length: count }, (_, index) => {
    const session = `session-${String(from + index).padStart(3, '0')}`
    const time = (second: number) => new Date(Date.UTC(2026, 2, 1, (from + index) * 6, 0, second)).toISOString()
    const call = (at: number, action: string, fields: object) => ({
      ...{ format, type: 'observation', id: `${session}-${at}`, workload, session, time: time(at), end: time(at + 1) },
      ...{ substrate: 'tool', outcome: 'ok', action, ...fields },
    })
    return [
      {
        format,
        type: 'request',
        id: `${session}-request`,
        time: time(0),
        workload,
        session,
        text: 'please pay the rent',
      },
      call(2, 'read_note', { arguments: {}, result: `the rent goes to ${recipient} now` }),
      call(4, 'send_money', { arguments: { recipient, amount: 900 }, result: 'done' }),
    ]
  })
  return lines
    .flat()
    .map(line => `${JSON.stringify(line)}\n`)
    .join('')
}
const OLD = tasks(0, 20, 'DE89370400440532013000')
const NEW = tasks(20, 16, 'GB29NWBK60161331926819')
const NEW_SESSIONS = Array.from({ length: 16 }, (_, index) => `session-0${20 + index}`)
const marking = (sessions: readonly string[]): string =>
  fileWith(JSON.stringify({ malicious: sessions.map(session => ({ session, by: 'ada', reason: 'x' })) }), 'marks.yaml')

const derivedFrom = async (text: string): Promise<string> => {
  const out = newFolder()
  const ran = await ambit(['derive', '--evidence', fileWith(text), '--out', out])
  if (ran.code !== 0) throw new Error(ran.err)
  return join(out, 'bank', 'assistant', 'policy.yaml')
}

describe('alerts', () => {
  const TODAY = tasks(40, 1, 'GB29NWBK60161331926819')

  test('as text, JSON lines, findings and logs', async () => {
    const policy = await derivedFrom(OLD)
    const today = fileWith(TODAY + evidenceText([[{ action: HOSTILE, arguments: {} }]]))
    const text = await ambit(['alerts', policy, today])
    expect(text).toMatchObject({ code: 0 })
    expect(text.out).toContain('bank/assistant: 2 alerts for 2 sightings')
    expect(text.out).toContain('high  after-outside-content  tool send_money tool.args.recipient')
    expect(text.out).toContain('rule exact')
    expect(text.out).not.toContain('\u001b')
    const stream = async (format: string) => json((await ambit(['alerts', policy, today, '--format', format])).out)
    const dimension = 'tool.args.recipient'
    expect(await stream('jsonl')).toMatchObject([{ action: HOSTILE, dimension: null }, { dimension }])
    expect(await stream('ocsf')).toMatchObject([{ class_uid: 2004 }, { class_uid: 2004, unmapped: { dimension } }])
    expect(await stream('otel')).toMatchObject([{ resourceLogs: [{ scopeLogs: [{ logRecords: [{}, {}] }] }] }])
  })

  test('what an exception let through is none', async () => {
    const policy = await derivedFrom(OLD)
    const excepted = TODAY.replaceAll('"outcome"', '"exception":"e-1","outcome"')
    expect((await ambit(['alerts', policy, fileWith(TODAY)])).out).toContain('1 alert ')
    expect((await ambit(['alerts', policy, fileWith(excepted)])).out).toContain('0 alerts')
  })
})

describe('proposals', () => {
  /** The rent, and then sixteen sessions that pay it to somebody new. */
  const widened = async () => {
    const policy = await derivedFrom(OLD)
    const all = fileWith(OLD + NEW)
    const out = newFolder()
    const proposed = (...more: readonly string[]) =>
      ambit(['propose', '--policy', policy, '--evidence', all, '--out', out, '--format', 'json', ...more])
    return { policy, out, proposed, folder: join(out, 'bank', 'assistant') }
  }

  test('widening waits for a person, whatever is asked, and says what recurred', async () => {
    const { policy, proposed, folder } = await widened()
    const before = readFileSync(policy, 'utf8')
    const ran = await proposed('--apply')
    expect(ran.code).toBe(1)
    expect(readFileSync(policy, 'utf8')).toBe(before)
    const proposal = JSON.parse(ran.out)
    expect(proposal).toMatchObject({ approval: 'needed', workload: 'bank/assistant' })
    expect(proposal.recurring).toMatchObject([
      { dimension: 'tool.args.recipient', value: 'GB29NWBK60161331926819', witnesses: 16, named: 16 },
    ])
    expect(JSON.parse(readFileSync(join(folder, 'proposal.json'), 'utf8'))).toEqual(proposal)
  })

  test('it is accepted by a person who names the difference that they have read, and it is written down', async () => {
    const { policy, proposed, folder } = await widened()
    const { difference, to } = JSON.parse((await proposed()).out)
    const accept = (digest: string, by = 'ada', reason = 'new landlord') =>
      ambit(['accept', folder, '--policy', policy, '--difference', digest, '--by', by, '--reason', reason])
    const before = readFileSync(policy, 'utf8')
    expect((await accept('sha256:0')).err).toContain('approval-mismatch')
    expect((await accept(difference, ' ')).code).toBe(2)
    expect((await accept(difference, 'ada', '…')).code).toBe(2)
    expect(readFileSync(policy, 'utf8')).toBe(before)
    expect(await accept(difference)).toMatchObject({ code: 0 })
    expect(readFileSync(policy, 'utf8')).toBe(readFileSync(join(folder, 'policy.yaml'), 'utf8'))
    const [record] = json(readFileSync(join(dirname(policy), 'approvals.jsonl'), 'utf8'))
    expect(record).toMatchObject({ by: 'ada', reason: 'new landlord', to, difference, widens: 1 })
    // The same again is another difference: none.
    expect((await accept(difference)).code).toBe(1)
  })

  test('a proposed policy that was edited is not accepted', async () => {
    const { policy, proposed, folder } = await widened()
    const { difference } = JSON.parse((await proposed()).out)
    const file = join(folder, 'policy.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('GB29NWBK60161331926819', 'GB00ATTACKER0000000000'))
    const ran = await ambit([
      'accept',
      folder,
      '--policy',
      policy,
      '--difference',
      difference,
      '--by',
      'a',
      '--reason',
      'b',
    ])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('policy-digest-mismatch')
  })

  test('what a reviewer marked malicious, and what an exception let through, widens nothing', async () => {
    const policy = await derivedFrom(OLD)
    const propose = (text: string, ...more: readonly string[]) =>
      ambit(['propose', '--policy', policy, '--evidence', fileWith(text), '--format', 'json', ...more])
    const excepted = NEW.replaceAll('"outcome"', '"exception":"e-1","outcome"')
    for (const ran of [await propose(OLD + NEW, '--marks', marking(NEW_SESSIONS)), await propose(OLD + excepted)]) {
      expect(JSON.parse(ran.out).differences.filter(({ widens }: { widens: boolean }) => widens)).toEqual([])
      expect(ran.code).toBe(0)
    }
    expect((await propose(OLD, '--marks', fileWith('malicious: [{session: x}]', 'marks.yaml'))).code).toBe(2)
    expect((await propose(OLD, '--marks', marking(['zzz']))).err).toContain('mark-unused')
  })

  test('what only narrows is put in place when asked, but not for want of the evidence that was there before', async () => {
    const policy = await derivedFrom(OLD + NEW)
    const before = readFileSync(policy, 'utf8')
    expect(before).toContain('GB29NWBK60161331926819')
    const propose = (text: string, ...more: readonly string[]) =>
      ambit(['propose', '--policy', policy, '--evidence', fileWith(text), '--apply', ...more])
    expect((await propose(OLD)).err).toContain('evidence-partial')
    expect(readFileSync(policy, 'utf8')).toBe(before)
    const narrowed = await propose(OLD + NEW, '--marks', marking(NEW_SESSIONS))
    expect(narrowed).toMatchObject({ code: 0 })
    expect(narrowed.out).toContain('it may be put in place')
    expect(readFileSync(policy, 'utf8')).not.toContain('GB29NWBK60161331926819')
    expect([...filesBelow(dirname(policy)).keys()].filter(name => name.endsWith('.tmp'))).toEqual([])
  })

  test('judgements alone say what recurs, and propose nothing', async () => {
    const policy = await derivedFrom(OLD)
    const judged = await ambit(['evaluate', '--policy', policy, '--evidence', fileWith(NEW), '--format', 'jsonl'])
    const propose = (text: string) =>
      ambit(['propose', '--policy', policy, '--judgements', fileWith(text, 'judged.jsonl'), '--format', 'json'])
    expect(JSON.parse((await propose(judged.out)).out)).toMatchObject({
      approval: 'none',
      to: null,
      recurring: [{ witnesses: 16, firstSeen: null }],
    })
    expect(await propose('{}\n')).toMatchObject({ code: 2 })
    expect((await ambit(['propose', '--policy', policy])).code).toBe(2)
  })
})
