/**
 * strace's lines, in the order of time → finished syscalls of known processes (and by `behavior.ts` → recorded events).
 * Halves of calls that others ran between are put together; lines of a thread wait until it is known whose thread it is.
 */

import type { Micros } from '../../../core/model/observation.ts'
import { type BehaviorOptions, createBehavior } from './behavior.ts'
import { parseLine, type StraceLine } from './line.ts'
import { newProcess, newThread, type Thread, type Unfinished } from './process-tree.ts'

export interface Trace {
  line(text: string): void
  /** No more lines. True if every process that was seen to start was seen to end. */
  end(): boolean
}

export interface TraceOptions extends BehaviorOptions {
  /** The working directory of the first process. */
  readonly directory: string
}

const CLONES: ReadonlySet<string> = new Set(['clone', 'clone3', 'fork', 'vfork'])
const WAITING_LIMIT = 100_000

export const createTrace = ({ directory, ...options }: TraceOptions): Trace => {
  const { emit } = options
  const behavior = createBehavior(options)
  const threads = new Map<number, Thread>()
  const waiting = new Map<number, StraceLine[]>()
  let started = false
  let waitingLines = 0
  let unreadable = 0
  let orphaned = 0

  /** The thread that a line is of; null: its parent's `clone` has not been told yet. */
  const threadOf = ({ tid, at }: StraceLine): Thread | null => {
    const known = threads.get(tid)
    if (known !== undefined || started) return known ?? null
    started = true
    const first: Thread = { process: newProcess(tid, at, null), directory: { path: directory }, unfinished: null }
    threads.set(tid, first)
    return first
  }

  const wait = (line: StraceLine): void => {
    if (waitingLines >= WAITING_LIMIT) orphaned++
    else {
      const lines = waiting.get(line.tid)
      if (lines === undefined) waiting.set(line.tid, [line])
      else lines.push(line)
      waitingLines++
    }
  }

  const adopt = (tid: number, at: Micros, parent: Thread, flags: string): void => {
    threads.set(tid, newThread(tid, at, parent, flags))
    const lines = waiting.get(tid) ?? []
    waiting.delete(tid)
    waitingLines -= lines.length
    for (const line of lines) handle(line)
  }

  const complete = (thread: Thread, name: string, text: string, start: Micros, end: Micros): void => {
    const child = CLONES.has(name) ? / = (\d+)$/.exec(text)?.[1] : undefined
    if (child !== undefined) adopt(Number(child), start, thread, text)
    behavior.called(thread, name, text, start, end)
  }

  const interrupt = (thread: Thread): void => {
    if (thread.unfinished !== null) behavior.leftIn(thread.process, thread.unfinished.name, thread.unfinished.at)
    thread.unfinished = null
  }

  const leave = (tid: number, thread: Thread): void => {
    interrupt(thread)
    threads.delete(tid)
    if (--thread.process.threads === 0) behavior.ended(thread.process)
  }

  /** A thread's exec ends all others; the process goes on under its first thread's id, in the middle of the exec. */
  const takeOver = (tid: number, thread: Thread, exec: Unfinished, first: Thread | undefined): void => {
    if (first === undefined) orphaned++
    else {
      interrupt(first)
      first.unfinished = exec
      first.directory = thread.directory
      thread.unfinished = null
    }
    leave(tid, thread)
  }

  const handle = (line: StraceLine): void => {
    const thread = threadOf(line)
    if (thread === null) {
      wait(line)
      return
    }
    switch (line.kind) {
      case 'signal':
        return
      case 'exited':
        leave(line.tid, thread)
        return
      case 'unfinished':
        thread.unfinished = line
        return
      case 'renamed':
        takeOver(line.tid, thread, line, threads.get(line.to))
        return
      case 'superseded': {
        const by = threads.get(line.by)
        if (by?.unfinished != null) takeOver(line.by, by, by.unfinished, thread)
        return
      }
      case 'resumed': {
        const head = thread.unfinished
        thread.unfinished = null
        if (head === null || head.name !== line.name) unreadable++
        else complete(thread, head.name, head.text + line.text, head.at, line.at)
        return
      }
      case 'call':
        complete(thread, line.name, line.text, line.at, line.at)
    }
  }

  return {
    line: text => {
      const parsed = parseLine(text)
      if (parsed !== null) handle(parsed)
      else if (text.trim() !== '') unreadable++
    },
    end: () => {
      const complete = started && threads.size === 0
      for (const [tid, thread] of [...threads]) leave(tid, thread)
      for (const lines of waiting.values()) orphaned += lines.length
      const losses = [
        ...behavior.losses(),
        { count: unreadable, detail: 'lines of the tracer could not be read' },
        { count: orphaned, detail: 'lines of the tracer are of a process whose start was not seen' },
      ]
      for (const { count, detail } of losses) if (count > 0) emit({ kind: 'loss', count, detail })
      return complete
    },
  }
}
