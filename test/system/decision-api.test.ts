/** `ambit decision-api` as a process: derived policies, made tokens, receipts, reload, TLS, signals. */
import { execFileSync, spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { policyDigest } from '../../core/model/digest.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { writePolicy } from '../../io/policy-file/write-policy.ts'
import { policyOf } from '../contracts/policy-of.ts'
import { ambit, newFolder } from './cli-session.ts'
import { endServers, makeTokens, startServer } from './server-process.ts'

const AMBIT = fileURLToPath(new URL('../../dist/apps/cli/main.js', import.meta.url))
const EVALUATION = '/access/v1/evaluation'

const signed = (policy: DerivedPolicy): DerivedPolicy => ({ ...policy, digest: policyDigest(policy) })
const valid = (policy: DerivedPolicy): DerivedPolicy =>
  signed({ ...policy, validity: { ...policy.validity, notAfter: '2999-01-01T00:00:00Z' } })
const POLICY = valid(
  policyOf([
    {
      substrate: 'tool',
      action: 'pay',
      allow: { 'tool.args.amount': { kind: 'range', min: 0, max: 10 } },
      review: { 'tool.args.amount': { kind: 'range', min: 0, max: 100 } },
    },
  ]),
)
const WORKLOAD = 'research/research-agent'

const pay = (amount: number, session?: string) => ({
  subject: { type: 'workload', id: WORKLOAD, ...(session === undefined ? {} : { properties: { session } }) },
  action: { name: 'tool/pay' },
  resource: { type: 'tool', id: 'pay' },
  context: { arguments: { amount } },
})

afterEach(endServers)

const start = (...words: readonly string[]) => startServer('decision-api', words)

const ask = async (url: string, body: unknown, token: string) => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails where it is not there
  const answer: any = await response.json()
  return { status: response.status, body: answer }
}

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const end = Date.now() + 30_000
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('it did not happen')
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

test('asks, holds, approves on the command line, reloads, loses its policy, ends; every decision has its receipt', async () => {
  const folder = newFolder()
  const [agent = '', person = '', operator = ''] = await makeTokens(
    folder,
    ['agent', '--decide', WORKLOAD],
    ['person', '--approve', 'research/*'],
    ['operator', '--admin'],
  )
  const file = join(folder, 'policy.yaml')
  writeFileSync(file, writePolicy(POLICY))
  const keys = generateKeyPairSync('ed25519')
  writeFileSync(join(folder, 'signing.pem'), keys.privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
  writeFileSync(join(folder, 'public.pem'), keys.publicKey.export({ format: 'pem', type: 'spki' }))
  writeFileSync(join(folder, 'digest.key'), randomBytes(32), { mode: 0o600 })
  writeFileSync(
    join(folder, 'api.yaml'),
    `policies: policy.yaml
tokens: tokens.yaml
listen: { port: 0 }
accessLog: true
reloadSeconds: 3600
receipts: { folder: receipts, signingKey: signing.pem, digestKey: digest.key, allows: true }
alerts: { file: alerts.jsonl }
`,
  )
  const { url, child, said, ended } = await start('--config', join(folder, 'api.yaml'))
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  expect((await ask(url + EVALUATION, pay(5), agent)).body.decision).toBe(true)
  expect((await ask(url + EVALUATION, pay(500), agent)).body).toMatchObject({
    decision: false,
    context: { verdict: 'deny' },
  })

  const held = (await ask(url + EVALUATION, pay(50, 'one'), agent)).body.context
  expect(held.review.state).toBe('pending')
  const approve = spawnSync(
    process.execPath,
    [AMBIT, 'approvals', 'approve', held.id, '--at', url, '--reason', 'checked'],
    {
      env: { ...process.env, AMBIT_TOKEN: person },
      encoding: 'utf8',
    },
  )
  expect([approve.status, approve.stderr]).toEqual([0, ''])
  // An approval counts once it is written down: whoever asked waits for that, and asks again or goes on.
  const settled = await fetch(`${url}${held.review.poll}?wait=20`, { headers: { authorization: `Bearer ${agent}` } })
  expect(await settled.json()).toMatchObject({ state: 'approved', decision: true, reason: 'checked' })
  expect((await ask(url + EVALUATION, pay(50, 'one'), agent)).body).toMatchObject({
    decision: true,
    context: { because: 'approved' },
  })

  writeFileSync(file, writePolicy(valid(policyOf([{ substrate: 'tool', action: 'other' }]))))
  expect((await ask(`${url}/admin/v1/reload`, {}, agent)).status).toBe(403)
  expect((await ask(`${url}/admin/v1/reload`, {}, operator)).body.changes).toHaveLength(1)
  expect((await ask(url + EVALUATION, pay(5), agent)).body.context.code).toBe('surface-unknown')
  writeFileSync(file, 'not a policy')
  child.kill('SIGHUP')
  await until(async () => (await ask(url + EVALUATION, pay(5), agent)).body.context.code === 'policy-unreadable')
  expect((await fetch(`${url}/readyz`)).status).toBe(503)

  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  for (const secret of [agent, person, operator]) {
    expect(said()).not.toContain(secret)
    for (const name of readdirSync(join(folder, 'receipts')))
      expect(readFileSync(join(folder, 'receipts', name), 'latin1')).not.toContain(secret)
  }
  expect(
    said()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).event),
  ).toEqual(expect.arrayContaining(['listening', 'request', 'policy-reloaded', 'decision-api-stopped']))
  const audit = await ambit(['audit', 'verify', join(folder, 'receipts'), '--key', join(folder, 'public.pem')])
  expect([audit.code, audit.err]).toEqual([0, ''])
  const shown = (await ambit(['audit', 'show', join(folder, 'receipts')])).out
  const kinds = shown
    .trim()
    .split('\n')
    .map(line => JSON.parse(line).event.kind)
  expect(new Set(kinds)).toEqual(new Set(['start', 'decision', 'alert', 'approval', 'reload', 'stop']))
  const alerts = readFileSync(join(folder, 'alerts.jsonl'), 'utf8').trimEnd().split('\n')
  expect(alerts.map(line => JSON.parse(line).kind)).toEqual(expect.arrayContaining(['deviation', 'soft-violation']))
})

test('TLS, with certificates of callers', async () => {
  const folder = newFolder()
  const openssl = (...words: readonly string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' })
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
    '-keyout',
    'key.pem',
    '-out',
    'cert.pem',
  )
  const [token = ''] = await makeTokens(folder, ['agent', '--decide', WORKLOAD])
  writeFileSync(join(folder, 'policy.yaml'), writePolicy(POLICY))
  writeFileSync(
    join(folder, 'api.yaml'),
    'policies: policy.yaml\ntokens: tokens.yaml\nlisten: { port: 0, cert: cert.pem, key: key.pem, clientCa: cert.pem }\n',
  )
  const { url } = await start('--config', join(folder, 'api.yaml'))
  expect(url).toMatch(/^https:/)
  const [cert, key] = [readFileSync(join(folder, 'cert.pem')), readFileSync(join(folder, 'key.pem'))]
  const over = (tls: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const call = request(url + EVALUATION, { method: 'POST', headers, ca: cert, ...tls }, response => {
        let text = ''
        response.setEncoding('utf8').on('data', chunk => {
          text += chunk
        })
        response.on('end', () => resolve(JSON.parse(text)))
      })
      call.on('error', reject)
      call.end(JSON.stringify(pay(5)))
    })
  expect(await over({ cert, key })).toMatchObject({ decision: true })
  await expect(over({})).rejects.toThrow()
})

test('what is wrong is said before it listens', async () => {
  const folder = newFolder()
  await makeTokens(folder, ['agent', '--decide', '*'])
  const config = (text: string): string => {
    const file = join(folder, 'api.yaml')
    writeFileSync(file, text)
    return file
  }
  const failing = async (...words: readonly string[]) => {
    const { code, err } = await ambit(['decision-api', ...words])
    expect(code).toBe(2)
    return err
  }
  expect(await failing()).toContain('neither `--config` nor `--policy`')
  expect(await failing('--policy', 'x')).toContain('no `--tokens`')
  expect(await failing('--config', 'x', '--policy', 'y')).toContain('exclude each other')
  expect(await failing('--policy', 'x', '--tokens', join(folder, 'none.yaml'))).toContain('file-unreadable')
  expect(await failing('--policy', 'x', '--tokens', join(folder, 'tokens.yaml'), '--port', '99999')).toContain('port')
  const base = 'policies: p\ntokens: tokens.yaml\n'
  expect(await failing('--config', config(`${base}listen: { host: 0.0.0.0 }\n`))).toContain('in the clear')
  expect(await failing('--config', config(`${base}listen: { cert: c.pem }\n`))).toContain('both `cert` and `key`')
  expect(await failing('--config', config(`${base}listen: { cert: c.pem, key: k.pem }\n`))).toContain('cannot be read')
  expect(await failing('--config', config(`${base}listens: {}\n`))).toContain('did you mean `listen`')
  rmSync(folder, { recursive: true })
})
