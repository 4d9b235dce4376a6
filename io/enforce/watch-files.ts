/** Files that change while an enforcement point runs: policies and exceptions are read again, what changed is said and written down. */

import type { ExceptionBook } from '../exceptions/exception-book.ts'
import type { Enforcer } from './enforcer.ts'
import type { Log } from './log.ts'
import type { PolicyChange } from './policies.ts'

export interface Watch {
  /** Now, whether or not a file changed. `by`: who asked. */
  reload(by: string): Promise<readonly PolicyChange[]>
  stop(): Promise<void>
}

export interface WatchOptions {
  readonly enforcer: Enforcer
  readonly exceptions: ExceptionBook | null
  /** Milliseconds. */
  readonly every: number
  readonly now: () => number
  readonly log: Log
  readonly changed: (workloads: readonly string[]) => void
}

export const watchFiles = ({ enforcer, exceptions, every, now, log, changed }: WatchOptions): Watch => {
  const { policies } = enforcer
  const states = new Map<string, string>()
  let told = ''
  let isStopped = false

  const write = (workload: string | null, event: Parameters<Enforcer['record']>[1]): Promise<void> =>
    enforcer
      .record(workload === null ? {} : { workload }, event)
      .catch(() => log('error', 'receipt-not-written', { about: event.kind }))

  /** What cannot be read, once each time that it changes. */
  const sayProblems = (): void => {
    const problems = policies.problems()
    const text = JSON.stringify(problems)
    if (text === told) return
    told = text
    for (const { code, what, where } of problems) log('error', 'policy-problem', { code, what, where })
  }
  /** A policy that runs out, or is not there, denies: whoever runs this hears of it when it happens. */
  const sayStates = (workloads: readonly string[]): void => {
    for (const workload of new Set([...workloads, ...states.keys()])) {
      const { kind } = policies.of(workload, now())
      if (states.get(workload) === kind) continue
      states.set(workload, kind)
      log(kind === 'policy' ? 'info' : 'error', `policy-${kind === 'policy' ? 'in-force' : kind}`, { workload })
    }
  }
  const reload = async (by: string): Promise<readonly PolicyChange[]> => {
    const changes = await policies.reload()
    sayProblems()
    sayStates(policies.workloads())
    for (const change of changes) {
      log(change.to === null ? 'error' : 'info', 'policy-reloaded', { ...change, by })
      await write(change.workload, { kind: 'reload', ...change })
    }
    if (changes.length > 0) changed(changes.map(({ workload }) => workload))
    return changes
  }
  const sayExceptions = async (): Promise<void> => {
    if (exceptions === null) return
    await exceptions.reload()
    for (const change of exceptions.changes(now() * 1_000)) {
      log(change.change === 'refused' ? 'error' : 'info', 'exception', { ...change })
      await write(null, { kind: 'exception', ...change })
    }
  }
  const look = async (): Promise<void> => {
    if (await policies.isStale()) await reload('files')
    sayStates(policies.workloads())
    await sayExceptions()
  }
  let looking: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    looking = looking.then(look).catch((error: unknown) => log('error', 'reload-failed', { reason: String(error) }))
  }, every)
  timer.unref()
  sayProblems()
  sayStates(policies.workloads())
  looking = sayExceptions().catch((error: unknown) => log('error', 'reload-failed', { reason: String(error) }))
  return {
    reload: async by => {
      if (isStopped) return []
      const changes = await reload(by)
      await sayExceptions()
      return changes
    },
    stop: async () => {
      isStopped = true
      clearInterval(timer)
      await looking
    },
  }
}
