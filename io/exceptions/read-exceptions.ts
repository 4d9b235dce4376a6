/**
 * Text of `exceptions.yaml` → the exceptions that are accepted, and a problem for each that is not.
 *
 * INVARIANT: a wrong entry costs only itself, and a file that cannot be read widens nothing. Those that have expired are among
 * the accepted ones: they are history, and `core/decide` never lets them cover anything.
 */
import { readFile } from 'node:fs/promises'
import type { Exception } from '../../core/model/exception.ts'
import type { Problem } from '../problem.ts'
import { checkYaml } from '../yaml/check-yaml.ts'
import { readYaml, type YamlText } from '../yaml/read-yaml.ts'
import { type ExceptionLimits, exceptionProblems } from './exception-problems.ts'
import { exceptionSchema, fileSchema } from './exceptions-schema.ts'

const MAX_CHARACTERS = 1_000_000

export interface ReadExceptions {
  /** In the order of the file. */
  readonly exceptions: readonly Exception[]
  readonly problems: readonly Problem[]
}

const nothing = (problems: readonly Problem[]): ReadExceptions => ({ exceptions: [], problems })

/** One entry of the file, with its places still those of the file. */
const entryOf = (yaml: YamlText, data: unknown, index: number): YamlText => ({
  data,
  at: path => yaml.at(['exceptions', index, ...path]),
  atKey: (path, key) => yaml.atKey(['exceptions', index, ...path], key),
})

interface Entry {
  readonly exception: Exception
  readonly problems: readonly Problem[]
  readonly where: string
}

/** Receipts name an exception by its id: of two with one id, nobody could tell which one was meant. */
const twinProblems = (entries: readonly Entry[]): ReadonlyMap<string, readonly Problem[]> => {
  const places = new Map<string, string[]>()
  for (const { exception, where } of entries) places.set(exception.id, [...(places.get(exception.id) ?? []), where])
  return new Map(
    [...places]
      .filter(([, where]) => where.length > 1)
      .map(([id, where]) => [
        id,
        where.map(place => ({
          code: 'exception-duplicate',
          what: `the id \`${id}\` is used ${where.length} times, and none of these is accepted`,
          where: place,
          help: 'give each exception an id of its own, also one that has ended',
        })),
      ]),
  )
}

/** Problems: those of reading YAML, `field-unknown`, `field-invalid`, `exception-period`, `exception-approval`, `exception-duplicate`. */
export const readExceptions = (text: string, file: string, limits: ExceptionLimits): ReadExceptions => {
  const yaml = readYaml(text, file, MAX_CHARACTERS)
  if (!yaml.ok) return nothing(yaml.problems)
  if (yaml.value.data === null) return nothing([])
  const whole = checkYaml(yaml.value, fileSchema)
  if (!whole.ok) return nothing(whole.problems)
  const malformed: Problem[] = []
  const entries: Entry[] = []
  for (const [index, data] of whole.value.exceptions.entries()) {
    const entry = entryOf(yaml.value, data, index)
    const checked = checkYaml(entry, exceptionSchema)
    if (!checked.ok) {
      malformed.push(...checked.problems)
      continue
    }
    const problems = exceptionProblems(checked.value, limits, field => entry.at([field]))
    entries.push({ exception: checked.value, problems, where: entry.at(['id']) })
  }
  const twins = twinProblems(entries)
  return {
    exceptions: entries
      .filter(({ exception, problems }) => problems.length === 0 && !twins.has(exception.id))
      .map(({ exception }) => exception),
    problems: [...malformed, ...entries.flatMap(({ problems }) => problems), ...[...twins.values()].flat()],
  }
}

/** A file that is not there or cannot be read is no exception at all; the problem says so. */
export const loadExceptions = async (file: string, limits: ExceptionLimits): Promise<ReadExceptions> => {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return nothing([{ code: 'file-unreadable', what: `cannot be read: ${why}`, where: file, help: null }])
  }
  return readExceptions(text, file, limits)
}
