/**
 * bpftrace beside a command: started before it, stopped when the last process of it is gone. What it may not do here (a kernel without
 * BPF, an old version without a tracepoint) is found out by starting it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { nowMicros } from '../event.ts'
import { lineTap } from '../line-tap.ts'
import { watchProcessorTime } from '../processor-time.ts'
import type { Tracer } from '../tracer.ts'
import { type BpfEvent, createEvents } from './events.ts'
import { createLines } from './lines.ts'
import { programFor, TEXT_BYTES } from './program.ts'

/** Milliseconds: it compiles and attaches its program. */
const START = 20_000
/** Milliseconds between two looks at whether somebody is left. */
const LOOK = 50
/** Milliseconds for what is still in the buffers of the kernel. */
const DRAIN = 300
/** Milliseconds until it is told once more to stop. */
const AGAIN = 500
/** The number that the kernel gives to its first namespace of processes. */
const HOST = 'pid:[4026531836]'

const SETTINGS = {
  BPFTRACE_STRLEN: String(TEXT_BYTES),
  // 4,096 processes and calls are too few for a build; older and newer names.
  BPFTRACE_MAP_KEYS_MAX: '65536',
  BPFTRACE_MAX_MAP_KEYS: '65536',
  BPFTRACE_PERF_RB_PAGES: '1024',
}

const hasTracepoints = (): boolean =>
  ['/sys/kernel/tracing/events', '/sys/kernel/debug/tracing/events'].some(path => existsSync(path))

/** In a mount namespace of its own where nobody has mounted the file system of the tracepoints. */
const commandLine = (program: string): readonly [string, ...string[]] => {
  const own: readonly [string, ...string[]] = ['bpftrace', '-f', 'json', '-B', 'line', '-e', program]
  if (hasTracepoints()) return own
  const mount = 'mount -t tracefs tracefs /sys/kernel/tracing && exec "$@"'
  return ['unshare', '--mount', '--', 'sh', '-c', mount, 'sh', ...own]
}

/** Why there is no need to try; null: it may work. */
const obstacle = (): string | null => {
  if (spawnSync('bpftrace', ['--version']).error !== undefined) return 'bpftrace is not installed'
  if (process.getuid?.() !== 0) return 'bpftrace needs root'
  if (process.arch !== 'x64') return 'its program for bpftrace knows the syscalls of x86-64 alone'
  try {
    return readlinkSync('/proc/self/ns/pid') === HOST
      ? null
      : 'bpftrace counts processes from outside of this container'
  } catch {
    return 'there is no `/proc`'
  }
}

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`)

/** All arguments of the program that the process runs now. */
const argumentsOf = (pid: number): readonly string[] | null => {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
    return words.length === 0 ? null : words
  } catch {
    return null
  }
}

/** The end of what it said, in one line. */
const lastWords = (text: string): string =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.includes('RLIMIT_MEMLOCK'))
    .at(-1)
    ?.slice(0, 300) ?? 'bpftrace said nothing'

const keyOf = ({ tid, at }: BpfEvent): string => `${tid} ${at}`

/** The tracer, or why there is none here. `directory`: where the command will start. */
export const openBpftrace = async (directory: string, onLine: (line: string) => void): Promise<Tracer | string> => {
  const why = obstacle()
  if (why !== null) return why
  const [file, ...args] = commandLine(programFor(process.pid))
  // In a session of its own: what ends the command at a terminal must not end it before.
  const env = { ...process.env, ...SETTINGS }
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env, detached: true })
  let said = ''
  let epoch = 0
  let ready = (): void => undefined
  const started = new Promise<boolean>(resolve => {
    ready = () => resolve(true)
    child.once('error', () => resolve(false))
    child.once('close', () => resolve(false))
    setTimeout(() => resolve(false), START).unref()
  })
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()))

  const whole = new Map<string, readonly string[]>()
  const alive = new Set<number>()
  const lines = createLines(
    { root: process.pid, directory, epoch: () => epoch, argumentsOf: event => whole.get(keyOf(event)) ?? null },
    onLine,
  )
  /** At once: what runs now may be gone when its turn comes. */
  const arrived = (event: BpfEvent): void => {
    const { letter, pid, tid, at, rest } = event
    if (letter === 'R') {
      epoch = nowMicros() - at / 1_000
      ready()
    } else if (letter === 'F') alive.add(Number(rest.split(' ')[2]))
    else if (letter === 'E') alive.delete(tid)
    else if (letter === 'X') {
      const all = argumentsOf(pid)
      if (all !== null) whole.set(keyOf(event), all)
    }
  }
  const events = createEvents(arrived, event => {
    lines.each(event)
    if (event.letter === 'X') whole.delete(keyOf(event))
  })
  const tap = lineTap(line => events.push(line))
  child.stdout.on('data', (chunk: Buffer) => tap.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-8_000)
  })
  if (!(await started)) {
    child.kill('SIGKILL')
    if (child.pid !== undefined) await closed
    return lastWords(said)
  }

  const time = child.pid === undefined ? null : watchProcessorTime(child.pid)
  let ending: NodeJS.Timeout | null = null
  const stop = (): void => {
    if (ending !== null) clearInterval(ending)
    time?.look()
    child.kill('SIGINT')
    // A signal that comes while it begins to read is sometimes forgotten.
    const again = setInterval(() => child.kill('SIGINT'), AGAIN)
    void closed.then(() => clearInterval(again))
  }
  /** Ends it once nobody is there any more, asked of the system: an exit may be among what was lost. */
  const endWhenGone = (): void => {
    let quiet = 0
    ending ??= setInterval(() => {
      quiet = [...alive].some(isAlive) ? 0 : quiet + LOOK
      if (quiet >= DRAIN) stop()
    }, LOOK)
  }
  return {
    name: 'bpftrace',
    prefix: [],
    commandStarted: () => undefined,
    commandEnded: endWhenGone,
    finished: closed.then(() => {
      if (ending !== null) clearInterval(ending)
      time?.stop()
      tap.end()
      events.end()
    }),
    stop,
    losses: () => [
      { count: events.lost(), detail: 'events were lost in the buffer between the kernel and bpftrace' },
      { count: events.unreadable(), detail: 'lines of bpftrace could not be read' },
      { count: lines.cut(), detail: 'programs had more or longer arguments than bpftrace can hold' },
    ],
    processorTime: () => time?.taken() ?? null,
  }
}
