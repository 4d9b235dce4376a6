/** `ambit exceptions`: what is in `exceptions.yaml`, whether it is accepted, and one more entry at its end. */
import type { Exception } from '../../core/model/exception.ts'
import type { Micros } from '../../core/model/observation.ts'
import { microsOfRfc3339, rfc3339 } from '../../core/model/rfc3339.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import type { Substrate } from '../../core/model/substrate.ts'
import { accessWithoutPolicy, isInForce } from '../../core/pipeline.ts'
import { describeConstraint } from '../../core/policy/describe-constraint.ts'
import { accessByPolicy } from '../../io/exceptions/access-by-policy.ts'
import { addException } from '../../io/exceptions/add-exception.ts'
import type { ExceptionLimits } from '../../io/exceptions/exception-problems.ts'
import { loadExceptions } from '../../io/exceptions/read-exceptions.ts'
import { jsonText } from '../../io/json-text.ts'
import { loadPolicies } from '../../io/policy-file/load-policies.ts'
import { done, type Outcome } from '../../io/problem.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { showProblems } from './problems.ts'
import { many } from './render/numbers.ts'
import { printable } from './terminal.ts'

export interface ExceptionsOptions {
  readonly file: string
  /** A policy.yaml or a folder with some, for what their actions do; null: names tell. */
  readonly policy: string | null
  readonly maxDays: number
}

export interface NewException {
  readonly id: string
  readonly workload: string
  readonly owner: string
  readonly reason: string
  readonly approvedBy: readonly string[]
  readonly substrate: Substrate
  /** Null: every action of the substrate. */
  readonly actions: readonly string[] | null
  /** Null: any arguments. */
  readonly values: readonly (readonly [dimension: string, value: Scalar])[] | null
  readonly session: string | null
  /** Null: from now on. */
  readonly start: Micros | null
  readonly hours: number
}

const limitsOf = async ({ policy, maxDays }: ExceptionsOptions): Promise<Outcome<ExceptionLimits>> => {
  if (policy === null) return done({ maxDays, accessOf: accessByPolicy(() => null, accessWithoutPolicy) })
  const loaded = await loadPolicies(policy)
  if (!loaded.ok) return loaded
  const { policies } = loaded.value
  return done({
    maxDays,
    accessOf: accessByPolicy(workload => policies.get(workload)?.policy ?? null, accessWithoutPolicy),
  })
}

type State = 'in force' | 'ended' | 'to come'

const stateOf = (exception: Exception, at: Micros): State => {
  if (isInForce(exception, at)) return 'in force'
  return at < (microsOfRfc3339(exception.start) ?? Number.POSITIVE_INFINITY) ? 'to come' : 'ended'
}

const scopeText = ({ scope }: Exception): readonly string[] => [
  `${scope.substrate} ${scope.actions === null ? 'every action' : scope.actions.map(name => printable(name, 80)).join(', ')}${
    scope.session === null ? '' : `, in session ${printable(scope.session, 80)}`
  }`,
  ...(scope.dimensions === null
    ? ['any arguments']
    : scope.dimensions.map(
        ({ dimension, allow }) => `${printable(dimension, 80)}: ${printable(describeConstraint(allow))}`,
      )),
]

const entryText = (exception: Exception, at: Micros): string => {
  const { id, workload, owner, approvedBy, reason, start, end } = exception
  const approved =
    approvedBy.length === 0 ? '' : `, approved by ${approvedBy.map(name => printable(name, 80)).join(', ')}`
  return [
    `${printable(id)}  ${stateOf(exception, at)}  ${start} to ${end}`,
    `  ${printable(workload)}: ${scopeText(exception).join('; ')}`,
    `  owner ${printable(owner, 80)}${approved}`,
    `  ${printable(reason)}`,
  ]
    .map(line => `${line}\n`)
    .join('')
}

export const listExceptions = async (
  options: ExceptionsOptions & { readonly at: Micros | null; readonly format: 'text' | 'json' },
  io: Io,
): Promise<ExitCode> => {
  const limits = await limitsOf(options)
  if (!limits.ok) {
    showProblems(io, limits.problems)
    return EXIT.usage
  }
  const at = options.at ?? io.now() * 1_000
  const { exceptions, problems } = await loadExceptions(options.file, limits.value)
  showProblems(io, problems)
  const listed = exceptions.map(exception => ({ ...exception, state: stateOf(exception, at) }))
  if (options.format === 'json') io.stdout.write(`${jsonText({ at: rfc3339(at), exceptions: listed }, 2)}\n`)
  else {
    for (const exception of exceptions) io.stdout.write(entryText(exception, at))
    const inForce = listed.filter(({ state }) => state === 'in force').length
    io.stdout.write(`${many(exceptions.length, 'exception')}, ${inForce} in force\n`)
  }
  return problems.some(({ code }) => code === 'file-unreadable') ? EXIT.usage : EXIT.done
}

/** Exit code 1 where anything of the file is refused. */
export const checkExceptions = async (options: ExceptionsOptions, io: Io): Promise<ExitCode> => {
  const limits = await limitsOf(options)
  if (!limits.ok) {
    showProblems(io, limits.problems)
    return EXIT.usage
  }
  const { exceptions, problems } = await loadExceptions(options.file, limits.value)
  showProblems(io, problems)
  if (problems.some(({ code }) => code === 'file-unreadable')) return EXIT.usage
  const refused = problems.length === 0 ? 'nothing is refused' : many(problems.length, 'problem')
  io.stdout.write(`${many(exceptions.length, 'exception')} accepted, ${refused}\n`)
  return problems.length === 0 ? EXIT.done : EXIT.no
}

/** The values of one dimension, in the order in which they were given. */
const dimensionsOf = (values: NonNullable<NewException['values']>): Exception['scope']['dimensions'] =>
  [...new Set(values.map(([dimension]) => dimension))].map(dimension => ({
    dimension,
    allow: { kind: 'set', values: values.flatMap(([name, value]) => (name === dimension ? [value] : [])) },
  }))

export const addToExceptions = async (options: ExceptionsOptions, entry: NewException, io: Io): Promise<ExitCode> => {
  const limits = await limitsOf(options)
  if (!limits.ok) {
    showProblems(io, limits.problems)
    return EXIT.usage
  }
  const { id, workload, owner, reason, approvedBy, substrate, actions, values, session } = entry
  const start = entry.start ?? Math.floor(io.now()) * 1_000
  const exception: Exception = {
    id,
    workload,
    owner,
    reason,
    approvedBy,
    scope: { substrate, actions, dimensions: values === null ? null : dimensionsOf(values), session },
    start: rfc3339(start),
    end: rfc3339(start + entry.hours * 3_600_000_000),
  }
  const added = await addException(options.file, exception, limits.value)
  if (!added.ok) {
    showProblems(io, added.problems)
    return EXIT.usage
  }
  io.stdout.write(entryText(exception, io.now() * 1_000))
  return EXIT.done
}
