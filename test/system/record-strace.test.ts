/** Recorded strace output → the events of its process tree, exactly. `traced.py` is the program that the lines are of. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { RecordedEvent } from '../../io/record/event.ts'
import { parseAddress, peerOf } from '../../io/record/strace/address.ts'
import { parseLine } from '../../io/record/strace/line.ts'
import { parseResult } from '../../io/record/strace/result.ts'
import { annotatedPath, quoted, splitArguments } from '../../io/record/strace/text.ts'
import { createTrace } from '../../io/record/strace/trace.ts'

type Action = Extract<RecordedEvent, { kind: 'action' }>

const traced = (
  text: string,
  directory = '/start',
  isRecorder: (path: string, argv: readonly string[]) => boolean = () => false,
) => {
  const events: RecordedEvent[] = []
  const trace = createTrace({ directory, isRecorder, emit: event => events.push(event) })
  for (const line of text.split('\n')) trace.line(line)
  const complete = trace.end()
  const actions = events.filter((event): event is Action => event.kind === 'action')
  const told = (substrate: string) =>
    actions
      .filter(action => action.substrate === substrate)
      .map(({ action, values, outcome }) => [action, ...values.map(({ value }) => value), outcome].join(' | '))
  return { complete, events, actions, told }
}

const lines = (...calls: readonly string[]) =>
  calls.map((call, index) => `10 1700000000.${String(index).padStart(6, '0')} ${call}`).join('\n')

describe('a recorded process tree', () => {
  const text = readFileSync(new URL('../cases/strace/process-tree/trace.txt', import.meta.url), 'utf8')
  const { complete, events, actions, told } = traced(text, '/tmp/demo')

  it('is read without loss, to its end', () => {
    expect(events.filter(event => event.kind === 'loss')).toEqual([])
    expect(complete).toBe(true)
  })

  it('tells every program, also one that a thread started', () => {
    expect(told('process').filter(action => action.startsWith('exec'))).toEqual([
      'exec | /usr/bin/python3 | -S -E demo.py | ok',
      'exec | /bin/sh | -c cd /tmp && : > demo/in/made; kill -9 $$ | ok',
      'exec | /bin/true | from a thread | ok',
    ])
  })

  it('tells files by absolute name, with what was done and whether it was refused', () => {
    const files = told('process').filter(action => action.includes('/tmp/demo'))
    expect(files).toEqual([
      'file-read | /tmp/demo/demo.py | ok',
      'file-read | /tmp/demo/demo.py | ok',
      'file-read | /tmp/demo | ok',
      'file-write | /tmp/demo/in/plain | ok',
      'file-read | /tmp/demo | ok',
      'file-read | /tmp/demo/in/plain | ok',
      'file-write | /tmp/demo/in/plain | ok',
      'file-write | /tmp/demo/in/plain | ok',
      'file-write | /tmp/demo/in/odd <name> "q"\né | ok',
      'file-write | /tmp/demo/in/odd <name> "q"\né | ok',
      'file-read | /tmp/demo/secret | denied',
      'file-write | /tmp/demo/in/here.sock | ok',
      'file-write | /tmp/demo/in/here.sock | ok',
      'file-write | /tmp/demo/in/here.sock | ok',
      'file-write | /tmp/demo/in/made | ok',
    ])
  })

  it('tells hosts that were reached, and no datagram socket that nothing was sent on', () => {
    expect(told('network')).toEqual([
      'tcp/9 | 127.0.0.1 | error',
      'tcp/443 | 2001:db8::5 | error',
      'udp/53 | 127.0.0.1 | ok',
      'udp/514 | 127.0.0.1 | ok',
      'udp/123 | 127.0.0.1 | ok',
    ])
  })

  it('tells each syscall once per process, from the exec on, also those that never returned', () => {
    const byProcess = new Map<string, string[]>()
    for (const { substrate, witness, action } of actions)
      if (substrate === 'syscall') byProcess.set(witness, [...(byProcess.get(witness) ?? []), action])
    expect(byProcess.size).toBe(3)
    const names = [...byProcess.values()]
    for (const of of names) expect(new Set(of).size).toBe(of.length)
    expect(names[0]).toContain('kill')
    expect(names[0]).toContain('execve')
    expect(names[1]).toEqual(
      expect.arrayContaining(['execve', 'futex', 'clone3', 'exit_group', 'arch_prctl', 'set_robust_list']),
    )
    expect(names[2]).toEqual(expect.arrayContaining(['execve', 'vfork', 'wait4', 'connect', 'sendto', 'bind']))
    expect([...byProcess.keys()].every(witness => /^process \d+@\d+ 2026-11-22$/.test(witness))).toBe(true)
  })
})

describe('a line', () => {
  it('keeps quotes, annotations and structures together', () => {
    const text = '3</a\\74b, c>, "x, \\"y\\")", {a=[1, 2], b=f(3)}, 4<TCP:[10.0.0.1:1->10.0.0.2:443]>) = 0'
    expect(splitArguments(text)).toEqual({
      args: ['3</a\\74b, c>', '"x, \\"y\\")"', '{a=[1, 2], b=f(3)}', '4<TCP:[10.0.0.1:1->10.0.0.2:443]>'],
      rest: ' = 0',
    })
  })

  it('has its escapes undone, bytes first', () => {
    expect(quoted('"caf\\303\\251 \\t\\"\\\\ \\0\\x41"')).toBe('café \t"\\ \0A')
    expect(quoted('"cut"...')).toBe('cut')
    expect(quoted('NULL')).toBeNull()
    expect(annotatedPath('3</tmp/a\\74b\\76>')).toBe('/tmp/a<b>')
    expect(annotatedPath('1</dev/null<char 1:3>>')).toBe('/dev/null')
    expect(annotatedPath('5<pipe:[123]>')).toBeNull()
  })

  it('has a result: a value, an error, or neither', () => {
    expect(parseResult(' = 3</etc/hosts>')).toEqual({ value: '3</etc/hosts>', error: null })
    expect(parseResult(' = -1 ENOENT (No such file or directory)')).toEqual({ value: '-1', error: 'ENOENT' })
    expect(parseResult(' = ? ERESTARTSYS (To be restarted if SA_RESTART is set)')).toEqual({
      value: '?',
      error: 'ERESTARTSYS',
    })
    expect(parseResult(' = ?')).toEqual({ value: '?', error: null })
    expect(parseResult(' nothing')).toBeNull()
  })

  it('has addresses of every family', () => {
    expect(parseAddress('{sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.1")}')).toEqual({
      kind: 'inet',
      host: '10.0.0.1',
      port: 53,
    })
    expect(parseAddress('{sa_family=AF_UNIX, sun_path="/run/a b"}')).toEqual({ kind: 'file', path: '/run/a b' })
    expect(parseAddress('{sa_family=AF_UNIX, sun_path=@"abstract"}')).toEqual({ kind: 'other' })
    expect(parseAddress('{sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}')).toEqual({ kind: 'other' })
    expect(parseAddress('NULL')).toBeNull()
    expect(peerOf('TCPv6:[[::1]:1000->[2001:db8::1]:443]')).toEqual({ kind: 'inet', host: '2001:db8::1', port: 443 })
    expect(peerOf('UDP:[0.0.0.0:5]')).toBeNull()
  })

  it('may be anything: what is not understood is null, or a loss, and never an exception', () => {
    for (const text of ['', 'x', '10 1.2 read(', 'strace: Process 10 attached', '10 1700000000.000001 '])
      expect(parseLine(text)).toBeNull()
    const { events } = traced(lines('openat(AT_FDCWD, "half', 'garbage', '<... read resumed>) = 0'))
    expect(events.filter(event => event.kind === 'loss').map(event => event.count)).toEqual([1, 2])
  })
})

describe('a process', () => {
  it('is where it went: relative names follow `chdir`, and are a loss where the directory is unknown', () => {
    const { told, events } = traced(
      lines('open("a", O_RDONLY) = 3', 'chdir("/x") = 0', 'open("../b", O_RDONLY) = 3', 'openat(7, "c", O_RDONLY) = 3'),
    )
    expect(told('process')).toEqual(['file-read | /start/a | ok', 'file-read | /b | ok'])
    expect(events.filter(event => event.kind === 'loss')).toHaveLength(1)
  })

  it('tells a file that is not there only as a syscall', () => {
    const { told } = traced(lines('open("/none", O_RDONLY) = -1 ENOENT (No such file or directory)'))
    expect(told('process')).toEqual([])
    expect(told('syscall')).toEqual(['open | error'])
  })

  it('has needed a syscall that worked once, and not one that was refused each time', () => {
    const { told } = traced(
      lines('mount(0x1) = -1 EPERM (Operation not permitted)', 'read(0x3) = -1 EIO (I/O error)', 'read(0x3) = 0x1'),
    )
    expect(told('syscall')).toEqual(['mount | denied', 'read | ok'])
  })

  it('is not told while it is the recorder, and its servers are', () => {
    const text = [
      '10 1700000000.000001 execve("/agent", ["agent"], 0x1 /* 1 var */) = 0',
      '10 1700000000.000002 vfork( <unfinished ...>',
      '11 1700000000.000003 execve("/node", ["node", "proxy"], 0x1 /* 1 var */) = 0',
      '10 1700000000.000004 <... vfork resumed>) = 11',
      '11 1700000000.000005 open("/proxy-file", O_RDONLY) = 3</proxy-file>',
      '11 1700000000.000006 ptrace(0x1) = 0',
      '11 1700000000.000007 vfork() = 12',
      '12 1700000000.000008 execve("/server", ["server", "x"], 0x1 /* 1 var */) = 0',
      '12 1700000000.000009 open("/server-file", O_RDONLY) = 3</server-file>',
      '12 1700000000.000010 +++ exited with 0 +++',
      '11 1700000000.000011 +++ exited with 0 +++',
      '10 1700000000.000012 +++ exited with 0 +++',
    ].join('\n')
    const { told, complete } = traced(text, '/start', (_, argv) => argv[1] === 'proxy')
    expect(told('process')).toEqual([
      'exec | /agent |  | ok',
      'exec | /server | x | ok',
      'file-read | /server-file | ok',
    ])
    expect(told('syscall')).toEqual(['execve | ok', 'open | ok', 'execve | ok', 'vfork | ok'])
    expect(complete).toBe(true)
  })
})
