/**
 * `exceptions.yaml` for an enforcement point: which exceptions there are now, read again when asked, and what has changed about
 * them since the last look. A file that breaks takes every exception with it: nothing stays wider than what can be read.
 */
import type { Exception } from '../../core/model/exception.ts'
import type { Micros } from '../../core/model/observation.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Decision } from '../../core/model/verdict.ts'
import type { Problem } from '../problem.ts'
import type { ExceptionLimits } from './exception-problems.ts'
import { loadExceptions } from './read-exceptions.ts'

/** For the audit log: an exception came into force or ended, by time or by a change of the file; or entries were refused. */
export interface ExceptionChange {
  /** Id; empty where an entry was refused, which may have none. */
  readonly exception: string
  readonly change: 'in-force' | 'ended' | 'refused'
  readonly owner: string
  readonly detail: string
}

export interface ExceptionBook {
  /** The exception that is in force and covers the decision, or null. */
  covering(
    at: Micros,
    workload: string,
    session: string | null,
    request: ActionRequest,
    decision: Decision,
  ): Exception | null
  /** All that were accepted, also those that have ended. */
  all(): readonly Exception[]
  problems(): readonly Problem[]
  /** Reads the file again. */
  reload(): Promise<void>
  /** What has changed since this was last asked. */
  changes(at: Micros): readonly ExceptionChange[]
}

/** What `core/decide/exception` says; io does not know the stages. */
export interface ExceptionRules {
  readonly isInForce: (exception: Exception, at: Micros) => boolean
  readonly coveringException: (
    exceptions: readonly Exception[],
    ...call: Parameters<ExceptionBook['covering']>
  ) => Exception | null
}

export const openExceptionBook = async (
  file: string,
  limits: ExceptionLimits,
  rules: ExceptionRules,
): Promise<ExceptionBook> => {
  let read = await loadExceptions(file, limits)
  let unsaid = read.problems
  let inForce: ReadonlyMap<string, Exception> = new Map()
  return {
    covering: (...call) => rules.coveringException(read.exceptions, ...call),
    all: () => read.exceptions,
    problems: () => read.problems,
    reload: async () => {
      read = await loadExceptions(file, limits)
      unsaid = read.problems
    },
    changes: at => {
      const before = inForce
      inForce = new Map(read.exceptions.flatMap(one => (rules.isInForce(one, at) ? [[one.id, one] as const] : [])))
      const change = (to: 'in-force' | 'ended', { id, owner, start, end }: Exception): ExceptionChange => ({
        exception: id,
        change: to,
        owner,
        detail: `${start} to ${end}`,
      })
      const refused = unsaid.map(
        ({ code, what, where }): ExceptionChange => ({
          exception: '',
          change: 'refused',
          owner: '',
          detail: `${code}: ${what}${where === null ? '' : ` (${where})`}`,
        }),
      )
      unsaid = []
      return [
        ...refused,
        ...[...before.values()].filter(({ id }) => !inForce.has(id)).map(one => change('ended', one)),
        ...[...inForce.values()].filter(({ id }) => !before.has(id)).map(one => change('in-force', one)),
      ]
    },
  }
}
