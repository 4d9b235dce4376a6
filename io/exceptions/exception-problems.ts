/** An exception that is well written → why it is not accepted all the same: its times, its length, who had to approve it. */
import type { Access } from '../../core/model/decisions.ts'
import type { Exception } from '../../core/model/exception.ts'
import { DAY } from '../../core/model/observation.ts'
import { microsOfRfc3339 } from '../../core/model/rfc3339.ts'
import type { Substrate } from '../../core/model/substrate.ts'
import type { Problem } from '../problem.ts'

export const DEFAULT_MAX_DAYS = 30

export interface ExceptionLimits {
  /** Days from start to end at most. */
  readonly maxDays: number
  /** What the action does to the workload's world: by its policy where there is one, else by its name. */
  readonly accessOf: (workload: string, substrate: Substrate, action: string) => Access
}

type Place = (field: string) => string

/** One person by two spellings is one person. */
const person = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')

const hasSecondPerson = ({ owner, approvedBy }: Exception): boolean =>
  approvedBy.some(approver => person(approver) !== person(owner))

const periodProblem = ({ start, end }: Exception, maxDays: number, place: Place): Problem | null => {
  const [from, until] = [microsOfRfc3339(start), microsOfRfc3339(end)]
  const problem = (what: string, help: string): Problem => ({
    code: 'exception-period',
    what,
    where: place('end'),
    help,
  })
  if (from === null || until === null || from >= until)
    return problem(
      `it ends at \`${end}\`, which is not after its start \`${start}\``,
      'let it end later than it starts',
    )
  if (until - from <= maxDays * DAY) return null
  const days = Math.ceil((until - from) / DAY)
  return problem(
    `it lasts ${days} days, and none lasts more than ${maxDays}`,
    'let it end earlier, and what is needed for longer be observed, derived and approved',
  )
}

/** Why one person is not enough; null where one is. */
const wideness = ({ workload, scope }: Exception, limits: ExceptionLimits): string | null => {
  if (scope.actions === null) return `it covers every action of the substrate \`${scope.substrate}\``
  if (scope.actions.length > 1) return `it covers ${scope.actions.length} surfaces`
  const destroys = scope.actions.find(action => limits.accessOf(workload, scope.substrate, action) === 'destructive')
  return destroys === undefined ? null : `\`${destroys}\` is destructive`
}

/** Empty: accepted. Codes `exception-period`, `exception-approval`. */
export const exceptionProblems = (exception: Exception, limits: ExceptionLimits, place: Place): readonly Problem[] => {
  const period = periodProblem(exception, limits.maxDays, place)
  const wide = hasSecondPerson(exception) ? null : wideness(exception, limits)
  const approval: Problem | null =
    wide === null
      ? null
      : {
          code: 'exception-approval',
          what: `${wide}, and nobody but its owner \`${exception.owner}\` approved it`,
          where: place('approvedBy'),
          help: 'have a second person approve it, or let it cover one surface that destroys nothing',
        }
  return [period, approval].filter(problem => problem !== null)
}
