/**
 * Written seccomp profiles under the real kernel: they start containers, let a recorded program run, refuse what it did
 * not do, and say of every system call what their reference reader says.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { seccompEncoder } from '../../core/encode/seccomp.ts'
import { SECCOMP_BASE } from '../../core/encode/seccomp-base.ts'
import type { Artifact } from '../../core/model/encoder.ts'
import { emptyContext } from '../../core/policy/step.ts'
import type { OracleCase } from '../../io/oracle/oracle.ts'
import { runcOracle } from '../../io/oracle/runc.ts'
import { type ContainerResult, runContainer } from '../../io/oracle/runc-container.ts'
import { SYSCALL_NUMBERS } from '../../io/oracle/syscall-numbers.ts'
import { probeProgram, readProbe } from '../../io/oracle/syscall-probe.ts'
import { syscallPolicy } from '../contracts/policy-of.ts'

const context = emptyContext({ request: false, results: false })
const caseOf = (action: string): OracleCase => ({
  request: { substrate: 'syscall', action, values: [], visibility: 'seen' },
  context,
})
const EVERY: readonly OracleCase[] = [...SYSCALL_NUMBERS.keys()].map(caseOf)

const profileOf = (artifact: Artifact): { syscalls: { names: string[]; action: string }[] } =>
  JSON.parse(artifact.files[0]?.content ?? 'null')

/** Where containers cannot run, the oracle must say why; in CI that is a failure. */
const withKernel =
  (body: () => Promise<void>): (() => Promise<void>) =>
  async () => {
    const found = await runcOracle.available()
    if (found.ok) return body()
    expect(process.env.CI, found.why).toBeUndefined()
    expect(found.why).not.toBe('')
  }

/** The same for tests that also record a program. */
const withTracer = (body: () => Promise<void>): (() => Promise<void>) =>
  withKernel(async () => {
    if (spawnSync('strace', ['--version']).status === 0) return body()
    expect(process.env.CI, 'strace is not installed').toBeUndefined()
  })

const HOST = ['/usr', '/bin', '/lib', '/lib64']

/** The system calls of a program, of all its processes, from its first `execve` on. */
const record = async (command: readonly string[]): Promise<readonly string[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'ambit-strace-'))
  try {
    execFileSync('strace', ['-f', '-o', join(folder, 'log'), ...command], { stdio: 'ignore' })
    const lines = readFileSync(join(folder, 'log'), 'utf8').split('\n')
    return [...new Set(lines.flatMap(line => /^\d+ +([a-z]\w*)\(/.exec(line)?.[1] ?? []))].sort()
  } finally {
    await rm(folder, { recursive: true })
  }
}

const underProfile = (artifact: Artifact, args: readonly string[]): Promise<ContainerResult> =>
  runContainer({ args, seccomp: profileOf(artifact), binds: HOST })

describe('the written profile under the kernel', () => {
  test(
    'lets a recorded program run, and refuses what it did not do',
    withTracer(async () => {
      const recorded = await record(['/usr/bin/ls', '-l', '/usr'])
      const artifact = seccompEncoder.encode(syscallPolicy(recorded))
      const again = await underProfile(artifact, ['/usr/bin/ls', '-l', '/usr'])
      expect(again).toMatchObject({ status: 0 })
      expect(again.output.toString()).toContain('bin')

      const mkdir = ['/usr/bin/mkdir', '/tmp/made']
      expect(await runContainer({ args: mkdir, seccomp: null, binds: HOST })).toMatchObject({ status: 0 })
      const refused = await underProfile(artifact, mkdir)
      expect(refused.status).not.toBe(0)
      expect(refused.errors).toContain('Operation not permitted')
    }),
  )

  test(
    'lets a recorded Node.js program run: threads, sockets to itself and a child process',
    withTracer(async () => {
      const script = `
        import { execFileSync, spawnSync } from 'node:child_process'
        import { createServer, connect } from 'node:net'
        const server = createServer(s => s.end('hello')).listen('/tmp/ambit-' + process.pid, () => {
          connect(server.address()).on('data', d => { console.log(String(d), String(execFileSync('/bin/echo', ['child'])).trim()); server.close() })
        })`
      const command = [process.execPath, '--input-type=module', '--eval', script]
      const recorded = await record(command)
      const artifact = seccompEncoder.encode(syscallPolicy(recorded))
      const { output, errors, status } = await runContainer({
        args: command,
        seccomp: profileOf(artifact),
        binds: [
          ...new Set([...HOST, process.execPath.startsWith('/usr/') ? '/usr' : join(process.execPath, '..', '..')]),
        ],
      })
      expect({ status, text: output.toString().trim(), errors }).toMatchObject({ status: 0, text: 'hello child' })
    }),
  )
})

describe('the kernel and the reference reader', () => {
  const policies: Readonly<Record<string, readonly string[]>> = {
    'the base and one call': ['getuid'],
    'a typical program': [
      'arch_prctl',
      'brk',
      'clone3',
      'exit_group',
      'fstat',
      'mmap',
      'pause',
      'pread64',
      'rseq',
      'wait4',
    ],
    'calls that fork, end and wait': ['clone', 'exit', 'fork', 'futex', 'pause', 'rt_sigreturn', 'socket', 'vfork'],
  }
  for (const [name, names] of Object.entries(policies)) {
    test(
      `agree on every system call: ${name}`,
      withKernel(async () => {
        const artifact = seccompEncoder.encode(syscallPolicy(names))
        const { verdicts, problems } = await runcOracle.check(artifact, EVERY)
        expect(problems).toEqual([])
        const read = EVERY.map(({ request }) => seccompEncoder.decide(artifact, request, context))
        const differing = EVERY.flatMap(({ request }, i) =>
          verdicts[i] !== null && verdicts[i] !== read[i]
            ? [`${request.action}: kernel ${verdicts[i]}, reader ${read[i]}`]
            : [],
        )
        expect(differing).toEqual([])
        const count = (verdict: string | null): number => verdicts.filter(found => found === verdict).length
        expect(count('allow')).toBeGreaterThan(20)
        expect(count('deny')).toBeGreaterThan(250)
        // Calls that this kernel does not have.
        expect(count(null)).toBeLessThan(30)
      }),
    )
  }

  test(
    'disagree where a profile is not what the reader was shown',
    withKernel(async () => {
      const narrow = seccompEncoder.encode(syscallPolicy(['getuid']))
      const wide = seccompEncoder.encode(syscallPolicy(['getuid', 'unshare']))
      const { verdicts } = await runcOracle.check(wide, [caseOf('unshare'), caseOf('setns')])
      expect(verdicts).toEqual(['allow', 'deny'])
      expect(seccompEncoder.decide(narrow, caseOf('unshare').request, context)).toBe('deny')
    }),
  )

  test(
    'a profile that runc cannot start with is a problem, not a verdict',
    withKernel(async () => {
      const artifact = seccompEncoder.encode(syscallPolicy(['getuid']))
      const profile = profileOf(artifact)
      for (const rule of profile.syscalls) rule.names = rule.names.filter(name => name !== 'execve')
      const broken = { ...artifact, files: [{ name: 'seccomp.json', content: JSON.stringify(profile) }] }
      const { verdicts, problems } = await runcOracle.check(broken, [caseOf('getuid')])
      expect(verdicts).toEqual([null])
      expect(problems).toHaveLength(1)
    }),
  )
})

describe('the runtime base set', () => {
  const probe = { numbers: [39], last: 231 }
  const program = probeProgram(probe)
  const start = async (names: readonly string[], noNewPrivileges: boolean): Promise<boolean> => {
    const profile = profileOf(seccompEncoder.encode(syscallPolicy(['getpid'])))
    const kept = new Set(['getpid', ...names])
    for (const rule of profile.syscalls) {
      if (rule.action === 'SCMP_ACT_ALLOW') rule.names = rule.names.filter(name => kept.has(name))
    }
    const ended = await runContainer({
      args: ['/probe'],
      files: { probe: program },
      seccomp: profile,
      noNewPrivileges,
      milliseconds: 3_000,
    })
    return readProbe(probe, ended.output) !== null
  }
  const all = SECCOMP_BASE.map(({ name }) => name)

  test(
    'starts a container, again and again, with and without new privileges',
    withKernel(async () => {
      const started: boolean[] = []
      for (let i = 0; i < 20; i++) started.push(await start(all, i % 2 === 0))
      expect(started).toEqual(started.map(() => true))
    }),
  )

  for (const { name } of SECCOMP_BASE.filter(({ required }) => required)) {
    test(
      `needs ${name}`,
      withKernel(async () => {
        // The Go runtime needs some of them only now and then.
        const started: boolean[] = []
        for (let i = 0; i < 8 && !started.includes(false); i++) {
          started.push(
            await start(
              all.filter(other => other !== name),
              false,
            ),
          )
        }
        expect(started).toContain(false)
      }),
    )
  }
})
