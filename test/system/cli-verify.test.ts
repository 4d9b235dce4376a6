/** `ambit verify` over a workload with evidence on every substrate: each artifact is put to every oracle that is here. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { VerifyRow } from '../../apps/cli/render/verify.ts'
import { ambit, fileWith, newFolder } from './cli-session.ts'

const SYSCALLS = [
  'execve',
  'openat',
  'read',
  'write',
  'close',
  'mmap',
  'futex',
  'exit_group',
  'socket',
  'connect',
  'brk',
]
const DAY = 86_400_000

/** Eight processes on eight days that start, read a bucket over the network, and end. */
const evidence = (): string => {
  const lines: object[] = []
  for (let day = 0; day < 8; day++) {
    const at = (second: number): string => new Date(Date.UTC(2026, 2, 1) + day * DAY + second * 1_000).toISOString()
    const add = (substrate: string, action: string, values: Readonly<Record<string, string>>, second: number): void => {
      lines.push({
        format: 'ambit.observation/v1',
        type: 'observation',
        id: `${day}-${lines.length}`,
        workload: { namespace: 'research', name: 'reader' },
        session: substrate === 'tool' || substrate === 'iam' ? `session-${day}` : null,
        witness: `process-${day}`,
        time: at(second),
        substrate,
        action,
        outcome: 'ok',
        values: Object.entries(values).map(([dimension, value]) => ({ dimension, value })),
      })
    }
    add('process', 'exec', { 'process.executable': '/usr/bin/agent', 'process.arguments': 'run' }, 0)
    for (const [index, name] of SYSCALLS.entries()) add('syscall', name, {}, 1 + index)
    add('network', 'tcp/443', { 'network.destination': 's3.eu-central-1.amazonaws.com' }, 20)
    add('network', 'tcp/5432', { 'network.destination': '93.184.216.34' }, 20)
    add('tool', 'fetch_paper', { 'tool.args.id': `paper-${day % 2}` }, 21)
    const bucket = { 'iam.resource': `arn:aws:s3:::research-corpus-v2/paper-${day}`, 'iam.region': 'eu-central-1' }
    add('iam', 's3:GetObject', bucket, 22)
  }
  return lines.map(line => `${JSON.stringify(line)}\n`).join('')
}

interface Report {
  readonly holds: boolean
  readonly rows: readonly VerifyRow[]
  readonly oracles: {
    readonly present: readonly { readonly oracle: string }[]
    readonly absent: readonly { readonly oracle: string; readonly why: string }[]
  }
}

describe('verify on every substrate', () => {
  const file = fileWith(evidence())
  const out = newFolder()
  const artifacts = join(out, 'research', 'reader', 'artifacts')
  const verified = async (): Promise<Report> =>
    JSON.parse((await ambit(['verify', out, '--evidence', file, '--format', 'json'])).out)
  let report: Report

  beforeAll(async () => {
    // Seen on eight days, once each: more than five times, by more than three.
    const ran = await ambit(['derive', '--evidence', file, '--out', out])
    expect(ran).toMatchObject({ code: 0 })
    report = await verified()
  })

  test('the laws hold', () => {
    expect(report.rows.filter(({ violations }) => violations > 0)).toEqual([])
    expect(report.holds).toBe(true)
  })

  test.each(['cedar', 'network-policy', 'cilium-network-policy', 'seccomp', 'iam-boundary'])(
    '%s is read back by its own reader, on requests that nobody made too',
    encoder => {
      const own = report.rows.filter(({ artifact, oracle }) => artifact === encoder && oracle === 'own reader')
      expect(own.map(({ law }) => law)).toEqual(['replay', 'no-silent-widening'])
      const [replayed, widened] = own
      expect(replayed?.agree).toBeGreaterThan(0)
      expect(widened?.requests).toBeGreaterThan(replayed?.requests ?? 0)
    },
  )

  test('every oracle is asked, or it is said why not', () => {
    const asked = new Set(report.rows.map(({ oracle }) => oracle))
    for (const { oracle } of report.oracles.present) expect(asked).toContain(oracle)
    for (const { oracle, why } of report.oracles.absent) {
      expect(asked).not.toContain(oracle)
      expect(why).not.toBe('')
    }
    const known = [...report.oracles.present, ...report.oracles.absent].map(({ oracle }) => oracle).sort()
    expect(known).toEqual(['cedar-engine', 'iam-grammar', 'kernel-seccomp', 'manifest-schema'])
  })

  test.each([
    ['network-policy', (text: string) => text.replace(/5432/g, '5433')],
    ['seccomp', (text: string) => text.replace('"openat"', '"ptrace"')],
    ['iam-boundary', (text: string) => text.replace('s3:GetObject', 's3:*')],
  ])('%s that was changed by hand is found out, by its bytes and by what it says', async (encoder, change) => {
    const folder = join(artifacts, encoder)
    const changed = new Map<string, string>()
    for (const name of readdirSync(folder).filter(one => one !== 'losses.json')) {
      const path = join(folder, name)
      const text = readFileSync(path, 'utf8')
      if (change(text) === text) continue
      changed.set(path, text)
      writeFileSync(path, change(text))
    }
    const laws = (await verified()).rows
      .filter(({ artifact, violations }) => artifact === encoder && violations > 0)
      .map(({ law }) => law)
    for (const [path, text] of changed) writeFileSync(path, text)
    expect(changed.size).toBeGreaterThan(0)
    expect(laws).toContain('as-derived')
    expect(laws.some(law => law === 'replay' || law === 'no-silent-widening')).toBe(true)
  })
})

test('claims that nothing was asked of do not look like success', async () => {
  // What an authorization refused is no evidence of need, so nothing is claimed of it.
  const line = (session: string, action: string): string =>
    `${JSON.stringify({ format: 'ambit.observation/v1', type: 'observation', id: session + action, time: '2026-03-01T00:00:00Z', workload: { namespace: 'a', name: 'b' }, session, substrate: 'tool', action, outcome: 'denied', arguments: {} })}\n`
  const out = newFolder()
  const few = fileWith(line('s', 'look'))
  expect(await ambit(['derive', '--evidence', few, '--out', out])).toMatchObject({ code: 0 })
  const text = await ambit(['verify', out, '--evidence', few])
  expect(text).toMatchObject({ code: 3, out: expect.stringContaining('nothing to verify: 1 claim') })
  expect(text.out).not.toContain('hold')
  const json = await ambit(['verify', out, '--evidence', few, '--format', 'json'])
  expect(JSON.parse(json.out)).toMatchObject({ holds: false, tested: false })
})
