/** `exceptions.yaml` → the exceptions that hold now, each no wider than one person alone may write it. */
import { coveringException, isInForce } from '../../core/decide/exception.ts'
import type { Access } from '../../core/model/decisions.ts'
import type { Substrate } from '../../core/model/substrate.ts'
import { accessByPolicy } from '../exceptions/access-by-policy.ts'
import { type ExceptionBook, openExceptionBook } from '../exceptions/exception-book.ts'
import { DEFAULT_MAX_DAYS } from '../exceptions/exception-problems.ts'
import type { Policies } from './policies.ts'

/** `accessWithoutPolicy`: what an action does, as far as its name tells. */
export const openExceptions = (
  file: string,
  policies: Policies,
  accessWithoutPolicy: (substrate: Substrate, action: string) => Access,
  now: () => number,
): Promise<ExceptionBook> => {
  const policyOf = (workload: string) => {
    const state = policies.of(workload, now())
    return state.kind === 'policy' || state.kind === 'expired' ? state.policy : null
  }
  return openExceptionBook(
    file,
    { maxDays: DEFAULT_MAX_DAYS, accessOf: accessByPolicy(policyOf, accessWithoutPolicy) },
    { isInForce, coveringException },
  )
}
