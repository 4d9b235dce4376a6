/** The guard's examples as a user runs them, in empty folders: the answer goes out, what the injected mail wants never does. */
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { AmbitDenied, createGuard, openReceipts } from '../../apps/guard/index.ts'
import { policyOf } from '../contracts/policy-of.ts'
import { ambit } from './cli-session.ts'
import { newFolder } from './recording.ts'

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url))
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const run = (example: string) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(DIST, 'examples', example, 'main.js')], {
    cwd: newFolder(),
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout.trim().split('\n')
}

const HAPPENED = /^what happened: mail to \S+@partner-1\.example$/

describe('examples of the guard', () => {
  test('plain functions', () => {
    const lines = run('guard-plain')
    expect(lines.filter(line => /^[✓✗?]/.test(line))).toEqual([
      '✓ read the inbox',
      '✓ answer the sender',
      '? a person is asked about send_mail, and refuses',
      '✗ obey the injected mail',
      '✗ delete the inbox',
    ])
    expect(lines.at(-1)).toMatch(HAPPENED)
  })

  test('a run of the Vercel AI SDK', () => {
    const lines = run('guard-ai-sdk')
    expect(lines.filter(line => /^[✓✗]/.test(line)).map(line => line.split(' ').slice(0, 2).join(' '))).toEqual([
      '✓ read_inbox',
      '✓ send_mail',
      '✗ send_mail',
    ])
    expect(lines.at(-1)).toMatch(HAPPENED)
  })

  test('tool calls of OpenAI', () => {
    const lines = run('guard-openai')
    const denied = lines.filter(line => line.includes('AMBIT_DENIED')).map(line => line.split(' ')[0])
    expect(denied).toEqual(['call_3', 'call_4', 'call_5'])
    expect(lines.at(-1)).toMatch(HAPPENED)
  })
})

test('`ambit/guard` is what a program that depends on the package gets, with its types', () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const { types, default: code } = exports['./guard']
  const folder = newFolder()
  writeFileSync(
    join(folder, 'consumer.ts'),
    `import { AmbitDenied, createGuard, type DerivedPolicy } from ${JSON.stringify(join(ROOT, types).replace(/\.d\.ts$/, '.js'))}
declare const policy: DerivedPolicy
const send: (input: { to: string }) => Promise<number> = createGuard({ policy }).session().wrap('send', (input: { to: string }) => input.to.length)
export const denied = (error: unknown): string => (error instanceof AmbitDenied ? error.ruling.decision.code : '')
// @ts-expect-error an address is a text
send({ to: 5 })
`,
  )
  const flags = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'es2023']
  const tsc = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/typescript/bin/tsc'),
      ...flags,
      '--typeRoots',
      join(ROOT, 'node_modules/@types'),
      '--types',
      'node',
      join(folder, 'consumer.ts'),
    ],
    { encoding: 'utf8' },
  )
  expect(tsc.stdout).toBe('')
  // By its name, as the package itself may: no parser and no service table is loaded to decide a call.
  const loaded = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import * as guard from 'ambit/guard'; import { readFileSync } from 'node:fs'; console.log(Object.keys(guard).sort().join())`,
    ],
    { cwd: ROOT, encoding: 'utf8' },
  )
  expect(loaded.stdout.trim()).toBe('AmbitDenied,createGuard,openReceipts,readPolicyFile')
  expect(code).toBe('./dist/apps/guard/index.js')
})

/** Packages and built-in modules that the file, and what it imports statically, loads. */
const loadedBy = (file: string, seen: Set<string>): readonly string[] => {
  if (seen.has(file)) return []
  seen.add(file)
  const names = [
    ...readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b(?:[^;'"=]* from)? ['"]([^'"]+)['"]/gm),
  ].map(([, name = '']) => name)
  return names.flatMap(name => (name.startsWith('.') ? loadedBy(join(dirname(file), name), seen) : [name]))
}

test('the guard loads no parser, schema or plug-in', () => {
  const seen = new Set<string>()
  const loaded = new Set(loadedBy(join(DIST, 'apps/guard/index.js'), seen))
  expect(seen.size).toBeGreaterThan(20)
  expect([...loaded].filter(name => !name.startsWith('node:') && !name.startsWith('@noble/hashes/'))).toEqual([])
})

test('receipts of a guard are verified offline like those of any enforcement point', async () => {
  const folder = newFolder()
  const keys = generateKeyPairSync('ed25519')
  writeFileSync(join(folder, 'signing.pem'), keys.privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
  writeFileSync(join(folder, 'public.pem'), keys.publicKey.export({ format: 'pem', type: 'spki' }))
  writeFileSync(join(folder, 'digest.key'), randomBytes(32), { mode: 0o600 })
  const [signingKey, digestKey] = [join(folder, 'signing.pem'), join(folder, 'digest.key')]
  const receipts = await openReceipts({ folder: join(folder, 'receipts'), signingKey, digestKey, allows: true })
  const now = () => Date.UTC(2026, 0, 20)
  const session = createGuard({ policy: policyOf([{ substrate: 'tool', action: 'list' }]), receipts, now }).session(
    'one',
  )
  expect(await session.wrap('list', () => 'ran')()).toBe('ran')
  await expect(session.wrap('delete', () => 'ran')()).rejects.toThrow(AmbitDenied)
  await receipts.close()
  const audit = await ambit(['audit', 'verify', join(folder, 'receipts'), '--key', join(folder, 'public.pem')])
  expect([audit.code, audit.err]).toEqual([0, ''])
  const shown = (await ambit(['audit', 'show', join(folder, 'receipts'), '--kind', 'decision'])).out
  expect(
    shown
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).event.decision.verdict),
  ).toEqual(['allow', 'deny'])
  await expect(openReceipts({ folder, signingKey: join(folder, 'none'), digestKey })).rejects.toThrow('file-unreadable')
})
