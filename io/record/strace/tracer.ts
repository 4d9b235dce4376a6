/**
 * A command → the same command under `strace`, whose lines are read while it runs. Every syscall of every process is traced
 * (a seccomp profile must know them all, so strace's own filter cannot help), but only a few are decoded: what was read,
 * written or sent is never printed. strace runs beside the command, not above it (`-D`): the command stays our child, with
 * its own exit code and signals.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, constants, openSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lineTap } from '../line-tap.ts'
import { type ProcessorTime, watchProcessorTime } from '../processor-time.ts'
import type { Tracer } from '../tracer.ts'
import { DECODED } from './file-changes.ts'

const STRING_LIMIT = 4096
/** Milliseconds between two looks for who traces. */
const LOOK = 20
const OPTIONS: readonly string[] = [
  ...['-f', '-D', '-q', '-ttt', '-yy', '-a', '1', '-s', String(STRING_LIMIT)],
  // A `?` lets an architecture lack the syscall.
  ...['-e', 'trace=all', '-e', `raw=!${DECODED.map(name => `?${name}`).join(',')}`],
]

/** Why `strace` cannot be used here, or null when it can: it is started once on a command that does nothing. */
export const tracerProblem = (): string | null => {
  const probe = spawnSync('strace', [...OPTIONS, '-o', '/dev/null', 'true'], { encoding: 'utf8', timeout: 10_000 })
  if (probe.error !== undefined)
    return 'code' in probe.error && probe.error.code === 'ENOENT' ? 'strace is not installed' : probe.error.message
  if (probe.status === 0 && probe.stderr === '') return null
  return probe.stderr.trim().split('\n').at(-1) ?? `strace ended with ${probe.status}`
}

/** Who traces a process; null: nobody, or it is gone. */
const tracerOf = (pid: number): number | null => {
  try {
    const tracer = /^TracerPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return tracer === undefined || tracer === '0' ? null : Number(tracer)
  } catch {
    return null
  }
}

/** Throws where there is no `mkfifo`. A full pipe makes strace wait, and with it the command: nothing is dropped. */
export const openTracer = async (onLine: (line: string) => void): Promise<Tracer> => {
  const folder = await mkdtemp(join(tmpdir(), 'ambit-'))
  const pipe = join(folder, 'strace')
  const made = spawnSync('mkfifo', ['-m', '600', pipe])
  if (made.status !== 0) {
    await rm(folder, { recursive: true, force: true })
    throw new Error('`mkfifo` failed')
  }
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK)
  // While nobody writes, a pipe reads as ended: hold a writing end until strace has its own.
  let held: number | null = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK)
  const release = () => {
    if (held !== null) closeSync(held)
    held = null
  }
  const tap = lineTap(onLine)
  const stream = new Socket({ fd: reader, readable: true, writable: false })
  stream.on('data', chunk => {
    release()
    tap.push(chunk)
  })
  const finished = new Promise<void>(resolve => {
    stream.on('error', () => stream.destroy())
    stream.once('close', () => {
      release()
      tap.end()
      rm(folder, { recursive: true, force: true }).then(resolve, resolve)
    })
  })
  let time: ProcessorTime | null = null
  let looking: NodeJS.Timeout | null = null
  return {
    name: 'strace',
    prefix: ['strace', ...OPTIONS, '-o', pipe, '--'],
    // It is nobody's child: only who is traced tells who it is, and not before it is.
    commandStarted: pid => {
      if (pid === undefined) return
      looking = setInterval(() => {
        const tracer = tracerOf(pid)
        if (tracer === null || looking === null) return
        clearInterval(looking)
        time = watchProcessorTime(tracer)
      }, LOOK).unref()
    },
    // strace writes nothing more once its last process is gone.
    commandEnded: () => {
      if (looking !== null) clearInterval(looking)
      time?.look()
      release()
    },
    finished: finished.then(() => time?.stop()),
    stop: () => stream.destroy(),
    losses: () => [],
    processorTime: () => time?.taken() ?? null,
  }
}
