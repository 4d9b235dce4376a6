/** What bpftrace printed of a real process tree → its events, as strace's lines give them; in any order of its buffers; nothing lost in silence. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createEvents } from '../../io/record/bpftrace/events.ts'
import { createLines } from '../../io/record/bpftrace/lines.ts'
import type { RecordedEvent } from '../../io/record/event.ts'
import { createTrace } from '../../io/record/strace/trace.ts'

const TEXT = readFileSync(new URL('../cases/bpftrace/process-tree/events.jsonl', import.meta.url), 'utf8')
const ROOT = 4_925
const LONG = 'x'.repeat(300)

const recorded = (output: readonly string[], argumentsOf: (pid: number) => readonly string[] | null = () => null) => {
  const events: RecordedEvent[] = []
  const trace = createTrace({ directory: '/lab', isRecorder: () => false, emit: event => events.push(event) })
  const lines = createLines(
    { root: ROOT, directory: '/lab', epoch: () => 1_770_000_000_000_000, argumentsOf: ({ pid }) => argumentsOf(pid) },
    text => trace.line(text),
  )
  const read = createEvents(() => undefined, lines.each)
  for (const line of output) read.push(line)
  read.end()
  const complete = trace.end()
  const actions = events.flatMap(event => (event.kind === 'action' ? [event] : []))
  const told = (substrate: string) =>
    actions
      .filter(action => action.substrate === substrate)
      .map(({ action, values, outcome }) => [action, ...values.map(({ value }) => value), outcome].join(' | '))
  return { events, complete, actions, told, losses: [read.lost(), read.unreadable(), lines.cut()] }
}

describe('a process tree that bpftrace saw', () => {
  const seen = recorded(TEXT.split('\n'))

  test('is whole, and nothing of it was lost but what bpftrace had no room for', () => {
    expect(seen.complete).toBe(true)
    expect(seen.events.filter(({ kind }) => kind === 'loss')).toEqual([])
    // The shell, `printf` and perl had an argument that is longer than it can hold.
    expect(seen.losses).toEqual([0, 0, 3])
  })

  test('is told with its programs, the files that it opened and changed, and whom it reached', () => {
    const execs = seen.told('process').filter(action => action.startsWith('exec'))
    expect(execs.map(exec => exec.slice(0, 40))).toEqual([
      'exec | /bin/sh | -c cat in.txt > \'a "b"\'',
      'exec | /usr/bin/cat | in.txt | ok',
      'exec | /usr/bin/mv | a "b" c.txt | ok',
      'exec | /usr/bin/rm | -f ../c.txt | ok',
      'exec | /usr/bin/cat | missing | ok',
      'exec | /usr/bin/printf | %s xxxxxxxxxxxx',
      'exec | /usr/bin/perl | -e use Socket; so',
      'exec | /usr/bin/sleep | 0.1 | ok',
    ])
    expect(seen.told('process').filter(action => action.includes('/lab') && !action.startsWith('exec'))).toEqual([
      'file-write | /lab/a "b" | ok',
      'file-read | /lab/in.txt | ok',
      'file-write | /lab/a "b" | ok',
      'file-write | /lab/c.txt | ok',
      'file-write | /lab/c.txt | ok',
      'file-write | /lab/sub/late | ok',
    ])
    // A datagram socket that was aimed at a host and sent nothing reached nobody.
    expect(seen.told('network')).toEqual(['tcp/9 | 127.0.0.1 | error', 'udp/53 | 10.1.2.3 | ok'])
  })

  test('has each syscall of each process once, from its exec to its exit', () => {
    const byProcess = new Map<string, string[]>()
    for (const { substrate, witness, action } of seen.actions) {
      if (substrate === 'syscall') byProcess.set(witness, [...(byProcess.get(witness) ?? []), action])
    }
    expect(byProcess.size).toBe(9)
    for (const names of byProcess.values()) {
      expect(new Set(names).size).toBe(names.length)
      expect(names).toContain('exit_group')
    }
    const [shell] = [...byProcess.values()].filter(names => names.includes('chdir'))
    expect(shell).toEqual(expect.arrayContaining(['execve', 'vfork', 'wait4', 'openat', 'chdir', 'mmap']))
  })

  test('has an argument that was cut as one that was', () => {
    expect(seen.told('process')).toContain(`exec | /usr/bin/printf | %s ${LONG.slice(0, 199)}… | ok`)
  })

  test('has the arguments that bpftrace had no room for from the system, where it still runs that program', () => {
    const printf = recorded(TEXT.split('\n'), pid => (pid === 4_960 ? ['/usr/bin/printf', '%s', LONG] : ['another']))
    expect(printf.losses).toEqual([0, 0, 2])
    expect(printf.told('process')).toContain(`exec | /usr/bin/printf | %s ${LONG} | ok`)
  })

  test('is the same whatever processor’s buffer was read first', () => {
    const lines = TEXT.split('\n').filter(line => line !== '')
    const shuffled = fc.shuffledSubarray(lines, { minLength: lines.length })
    fc.assert(
      fc.property(shuffled, output => {
        expect(recorded(output).events).toEqual(recorded(lines).events)
      }),
      { numRuns: 20 },
    )
  })
})

describe('what bpftrace prints', () => {
  test('of lost events is counted, as JSON and as text', () => {
    const lost = [
      '{"type": "lost_events", "data": {"events": 7}}',
      'Lost 5 events',
      '{"type": "attached_probes", "data": {}}',
    ]
    expect(recorded(lost).losses).toEqual([12, 0, 0])
  })

  test('may be anything: what is not understood is counted, and never an exception', () => {
    expect(recorded(['', 'x', '{"type": "printf", "data": "S 1"}', '{"type": "printf"}']).losses).toEqual([0, 3, 0])
    const lines = TEXT.split('\n')
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.string(), (at, text) => {
        const printed = JSON.stringify({ type: 'printf', data: `${text}\n` })
        const broken = lines.map((line, index) => (index === at ? printed : line))
        expect(recorded(broken).losses[1]).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 50 },
    )
  })
})
