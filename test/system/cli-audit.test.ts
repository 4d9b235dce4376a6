/** `ambit audit` on a log that an enforcement point wrote of a derived policy: verified, recomputed, shown, and told when changed. */
import { createHmac } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { receiptOf } from '../../core/decide/receipt.ts'
import type { ReceiptEvent } from '../../core/model/receipt.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import type { Decision } from '../../core/model/verdict.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { emptyContext, step } from '../../core/policy/step.ts'
import { loadPolicy } from '../../io/policy-file/load-policies.ts'
import { readDigestKey, readSigningKey } from '../../io/receipts/keys.ts'
import { openReceiptLog } from '../../io/receipts/receipt-log.ts'
import { ambit, derivedRent, newFolder } from './cli-session.ts'

const SECRET = 'AKIAABCDEFGHIJKLMNOP'
const PRIVATE = 'my landlord is Ms Example'

let keys = ''
let log = ''
let policies = ''
let head = ''

const audit = (...words: readonly string[]) => ambit(['audit', ...words])
const verify = (folder: string, ...more: readonly string[]) =>
  audit('verify', folder, '--key', join(keys, 'public-key.pem'), ...more)
const withPolicies = (): readonly string[] => ['--policies', policies, '--digest-key', join(keys, 'digest-key')]

const EFFECTS = { allow: 'run', review: 'hold', deny: 'refuse' } as const

/** What an enforcement point would write of these calls. `lie`: a decision that it did not make. */
const write = async (folder: string, lie: Decision | null): Promise<void> => {
  const policy = await loadPolicy(policies)
  const signingKey = await readSigningKey(join(keys, 'signing-key.pem'))
  const digestKey = await readDigestKey(join(keys, 'digest-key'))
  if (!policy.ok || !signingKey.ok || !digestKey.ok) throw new Error('no policy or keys')
  const now = () => Date.parse(policy.value.validity.notAfter) - 86_400_000
  const opened = await openReceiptLog({ folder, signingKey: signingKey.value, digestKey: digestKey.value, now })
  if (!opened.ok) throw new Error(JSON.stringify(opened.problems))
  const receipts = opened.value
  const redaction = { digest: receipts.digest, keep: new Set<string>(), hide: new Set<string>() }
  const context = step(emptyContext({ request: true, results: true }), {
    kind: 'request',
    text: 'pay GB29NWBK60161331926819',
  })
  const append = (session: string, event: ReceiptEvent) =>
    receipts.append({
      workload: 'bank/assistant',
      session,
      identity: { subject: 'stdio', client: null },
      policy: policy.value.digest,
      evidence: [],
      event,
    })
  await append('s-0', { kind: 'start', detail: 'gateway' })
  const call = (recipient: Scalar, more: ActionRequest['values'] = []): ActionRequest => ({
    substrate: 'tool',
    action: 'send_money',
    visibility: 'seen',
    values: [
      { dimension: 'tool.args.recipient', value: recipient },
      { dimension: 'tool.args.amount', value: 900 },
      ...more,
    ],
  })
  const calls = [
    call('DE89370400440532013000'),
    call('GB29NWBK60161331926819'),
    call('FR7630006000011234567890189'),
    call('DE89370400440532013000', [{ dimension: 'tool.args.note', value: PRIVATE }]),
    call('DE89370400440532013000', [{ dimension: 'tool.args.key', value: SECRET }]),
    { substrate: 'tool', action: 'delete_everything', visibility: 'seen', values: [] } as const,
  ]
  for (const [index, request] of calls.entries()) {
    const decided = index === 5 && lie !== null ? lie : evaluate(policy.value, request, context)
    await append(`s-${index}`, {
      kind: 'decision',
      ...receiptOf(request, decided, context, policy.value, redaction),
      mode: 'enforce',
      effect: EFFECTS[decided.verdict],
      because: 'verdict',
      exception: null,
      call: `c-${index}`,
    })
  }
  await receipts.close()
}

beforeAll(async () => {
  keys = join(newFolder(), 'keys')
  log = join(newFolder(), 'log')
  const made = await audit('keygen', '--out', keys)
  if (made.code !== 0) throw new Error(made.err)
  policies = (await derivedRent()).out
  await write(log, null)
  const ran = await audit('head', log, '--key', join(keys, 'public-key.pem'))
  head = join(newFolder(), 'head.json')
  writeFileSync(head, ran.out)
})

const changed = (change: (text: string) => string): string => {
  const folder = newFolder()
  for (const name of readdirSync(log)) writeFileSync(join(folder, name), change(readFileSync(join(log, name), 'utf8')))
  return folder
}

describe('ambit audit', () => {
  test('makes keys once, and does not write over them', async () => {
    expect(readdirSync(keys).sort()).toEqual(['digest-key', 'public-key.pem', 'signing-key.pem'])
    const again = await audit('keygen', '--out', keys)
    expect(again).toMatchObject({ code: 2 })
    expect(again.err).toContain('there is a key already')
  })

  test('verifies a log and computes its decisions again, but where they rest on a text that it does not hold', async () => {
    const ran = await verify(log, ...withPolicies(), '--head', head)
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(ran.out).toContain('4 of 6 decisions computed again from their policy, and the same')
    expect(ran.out).toContain('the record holds only its digest: tool.args.note')
    expect(ran.out).toContain('the log holds')
  })

  test('says what it did not compute again, and that the end may be cut', async () => {
    const ran = await verify(log)
    expect(ran.code).toBe(0)
    expect(ran.out).toContain('note: 6 decisions not computed again: the policy that they pin was not given')
    expect(ran.out).toContain('`--head` with a head that was kept elsewhere does')
  })

  test('does not use another digest key', async () => {
    const others = join(newFolder(), 'others')
    await audit('keygen', '--out', others)
    const ran = await verify(log, '--policies', policies, '--digest-key', join(others, 'digest-key'))
    expect(ran.code).toBe(0)
    expect(ran.err).toContain('the digest key is not used')
    expect(ran.out).not.toContain('decision-differs')
  })

  test('finds a decision that the policy does not make, although it is signed', async () => {
    const folder = join(newFolder(), 'log')
    await write(folder, { verdict: 'allow', code: 'permitted', permission: 'tool/send_money', deviations: [] })
    expect((await verify(folder)).code).toBe(0)
    const ran = await verify(folder, ...withPolicies())
    expect(ran.code).toBe(1)
    expect(ran.out).toContain('decision-differs')
    expect(ran.out).toContain('record 6')
  })

  test('tells changes apart, in JSON too, and exits with 1', async () => {
    const cut = changed(text => text.slice(0, -20))
    const edited = changed(text => text.replace('"effect":"refuse"', '"effect":"hold"'))
    const shorter = changed(text =>
      text
        .split('\n')
        .slice(0, 4)
        .map(line => `${line}\n`)
        .join(''),
    )
    for (const [folder, code] of [
      [cut, 'torn-tail'],
      [edited, 'record-edited'],
      [shorter, 'truncated'],
    ] as const) {
      const ran = await verify(folder, '--head', head, '--format', 'json')
      const report: { readonly findings: readonly { readonly code: string }[] } = JSON.parse(ran.out)
      expect([ran.code, report.findings.map(finding => finding.code)]).toEqual([1, expect.arrayContaining([code])])
    }
  })

  test('a wrong key, no key and no log', async () => {
    const others = join(newFolder(), 'others')
    await audit('keygen', '--out', others)
    const wrong = await audit('verify', log, '--key', join(others, 'public-key.pem'))
    expect(wrong.code).toBe(1)
    expect(wrong.out).toContain('key-unknown')
    expect(await audit('verify', log, '--key', 'nowhere.pem')).toMatchObject({ code: 2 })
    expect(await verify(join(log, 'nowhere'))).toMatchObject({ code: 2 })
    expect(await verify(newFolder())).toMatchObject({ code: 3 })
  })

  test('shows what is asked for, as JSON lines', async () => {
    const ran = await audit('show', log, '--verdict', 'deny')
    const sessions = ran.out
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line).session)
    expect(sessions).toContain('s-5')
    expect(sessions).not.toContain('s-0')
    expect((await audit('show', log, '--kind', 'start')).out.trim().split('\n')).toHaveLength(1)
    expect((await audit('show', log, '--session', 's-3')).out.trim().split('\n')).toHaveLength(1)
  })

  test('shows hostile text as text', async () => {
    const folder = newFolder()
    const name = 'receipts-000000000000000.jsonl'
    writeFileSync(join(folder, name), '\u001b[2J{"a":1}\n')
    for (const ran of [await verify(folder), await audit('show', folder)])
      expect(ran.out + ran.err).not.toContain('\u001b[2J')
  })

  test('at rest there is no secret, no redacted value and no key', () => {
    const signing = readFileSync(join(keys, 'signing-key.pem'), 'utf8').split('\n')[1] ?? ''
    const digesting = readFileSync(join(keys, 'digest-key'), 'utf8').trim()
    const bytes = readdirSync(log)
      .map(name => readFileSync(join(log, name), 'utf8'))
      .join('\n')
    // What the policy names is there: the test looks at the right bytes.
    expect(bytes).toContain('DE89370400440532013000')
    for (const hidden of [
      SECRET,
      PRIVATE,
      'landlord',
      'FR7630006000011234567890189',
      'GB29NWBK60161331926819',
      signing,
      digesting,
    ])
      expect(bytes).not.toContain(hidden)
  })

  test('a digest is what other tools make of the value with the key', () => {
    const key = readFileSync(join(keys, 'digest-key'), 'utf8').trim()
    const digest = createHmac('sha256', key).update('"FR7630006000011234567890189"').digest('hex')
    const bytes = readFileSync(join(log, 'receipts-000000000000000.jsonl'), 'utf8')
    expect(bytes).toContain(`"digest":"hmac-sha256:${digest}"`)
  })
})
