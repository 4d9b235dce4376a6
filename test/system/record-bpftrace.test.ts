/** `ambit record` with the real bpftrace on this machine's kernel; where the kernel refuses it, that it says so and strace takes over. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openBpftrace } from '../../io/record/bpftrace/open-bpftrace.ts'
import { AMBIT, canTrace, newFolder, readItems, readObservations, valuesOf } from './recording.ts'

/** Null: it works here. What is not installed is a failure where everything must be; what a kernel refuses is not. */
const refusal = async (): Promise<string | null> => {
  const opened = await openBpftrace('/', () => undefined)
  if (typeof opened !== 'string') {
    opened.stop()
    await opened.finished
    return null
  }
  expect(opened).not.toBe('')
  if (process.env.CI !== undefined) expect(opened).not.toBe('bpftrace is not installed')
  return opened
}

const record = (words: readonly string[], cwd: string) =>
  spawnSync(process.execPath, [AMBIT, 'record', ...words], { encoding: 'utf8', timeout: 50_000, cwd })

describe('without a choice of tracer', () => {
  test('bpftrace is used where it may run, else strace, and it is said which, why not the other, and what it cost', async () => {
    const why = await refusal()
    const folder = newFolder()
    const { stderr, status } = record(['--out', 'out.jsonl', '--', 'sh', '-c', ': > made; exit 4'], folder)
    expect(status).toBe(4)
    const used = why === null ? 'bpftrace' : canTrace() ? 'strace' : null
    if (why !== null) expect(stderr).toContain(why.slice(0, 40))
    if (used === null) return
    expect(stderr).toContain(`programs, files, syscalls and connections by ${used}`)
    expect(stderr).toMatch(/it cost \d+\.\d s of processor time to read \d+ lines/)
    const seen = readObservations(join(folder, 'out.jsonl'))
    expect(seen.flatMap(valuesOf)).toContain(`process.file=${join(folder, 'made')}`)
  })

  test('one that is asked for and may not run is not replaced by another', async () => {
    const why = await refusal()
    const folder = newFolder()
    const { stderr } = record(['--tracer', 'bpftrace', '--out', 'out.jsonl', '--', 'true'], folder)
    if (why === null) expect(stderr).toContain('by bpftrace')
    else expect(stderr).toContain(`no programs, files, syscalls or connections: ${why.slice(0, 40)}`)
    const unknown = record(['--tracer', 'magic', '--', 'true'], folder)
    expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('there is no tracer `magic`')])
  })
})

describe('a process tree under bpftrace', () => {
  test('is told as strace tells it: the same syscalls of the same programs, and the same files', async () => {
    const works = (await refusal()) === null && canTrace()
    expect(typeof works).toBe('boolean')
    if (!works) return
    const folder = newFolder()
    writeFileSync(join(folder, 'in.txt'), 'hello\n')
    mkdirSync(join(folder, 'deep/er/est'), { recursive: true })
    const script =
      'cat in.txt > copy.txt; mv copy.txt moved.txt; (cd /; cat etc/hostname >/dev/null); cat missing; rm moved.txt; find deep >/dev/null; exit 5'
    const by = (tracer: string) => {
      const out = `${tracer}.jsonl`
      const done = record(['--tracer', tracer, '--out', out, '--', '/bin/sh', '-c', script], folder)
      expect(done.status).toBe(5)
      const items = readItems(join(folder, out))
      expect(items.filter(({ kind }) => kind === 'loss' || kind === 'rejected')).toEqual([])
      const seen = readObservations(join(folder, out))
      const files = seen
        .filter(({ substrate, action }) => substrate === 'process' && action !== 'exec')
        .map(each => `${each.action} ${valuesOf(each).join()} ${each.outcome}`)
      const calls = seen.filter(({ substrate }) => substrate === 'syscall').map(({ action }) => action)
      const execs = seen.filter(({ action }) => action === 'exec').map(each => valuesOf(each)[0])
      return { files: files.filter(file => file.includes(folder)), calls: [...new Set(calls)].sort(), execs }
    }
    const [bpf, strace] = [by('bpftrace'), by('strace')]
    expect(bpf).toEqual(strace)
  })

  test('is recorded to its last process, also when the command itself ends before', async () => {
    const why = await refusal()
    expect(why).not.toBe('')
    if (why !== null) return
    const folder = newFolder()
    const script = '(sleep 0.4; : > late.txt) & exit 0'
    record(['--tracer', 'bpftrace', '--out', 'out.jsonl', '--', 'sh', '-c', script], folder)
    const seen = readObservations(join(folder, 'out.jsonl')).flatMap(valuesOf)
    expect(seen).toContain(`process.file=${join(folder, 'late.txt')}`)
  })
})
