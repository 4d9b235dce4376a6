/** Plain data with places + a schema → a checked value, or every problem at its line and column with what to do. */
import { z } from 'zod'
import { done, failed, type Outcome, type Problem } from '../problem.ts'
import { knownKeys } from './known-keys.ts'
import type { YamlText } from './read-yaml.ts'
import { suggest } from './suggest.ts'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

const MAX_REPORTED = 50
const MAX_QUOTED = 80
const quote = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  return `\`${text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text}\``
}
const list = (words: readonly unknown[]): string => words.map(quote).join(', ')
const named = (path: Path): string => (path.length === 0 ? 'the document' : `\`${path.map(String).join('.')}\``)

const KINDS: Readonly<Record<string, string>> = {
  object: 'a map of fields',
  record: 'a map',
  array: 'a list',
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: '`true` or `false`',
}

const kindOf = (value: unknown): string => {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map of fields'
  return typeof value === 'string' ? `the text ${quote(value)}` : quote(value)
}

/** A value where its type is not what is wrong. */
const shown = (value: unknown): string => (typeof value === 'string' ? quote(value) : kindOf(value))

const valueAt = (data: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    return Object.getOwnPropertyDescriptor(value, part)?.value
  }, data)

const helpFor = (word: unknown, known: readonly unknown[]): string => {
  const words = known.map(String)
  const near = typeof word === 'string' ? suggest(word, words) : null
  return near === null ? `one of ${list(words)}` : `did you mean \`${near}\`?`
}

const bound = (issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string => {
  const [edge, word] = issue.code === 'too_small' ? [issue.minimum, 'at least'] : [issue.maximum, 'at most']
  const strict = issue.inclusive === false ? (issue.code === 'too_small' ? 'more than' : 'less than') : word
  const unit = issue.origin === 'array' ? ' entries' : issue.origin === 'string' ? ' characters' : ''
  return `${strict} ${edge}${unit}`
}

const problemsOf = (issue: Issue, yaml: YamlText, schema: unknown): readonly Problem[] => {
  const { path } = issue
  const value = valueAt(yaml.data, path)
  const where = yaml.at(path)
  const field = named(path)
  const invalid = (what: string, help: string | null): readonly Problem[] => [
    { code: 'field-invalid', what, where, help },
  ]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, MAX_REPORTED).map(key => {
        const known = knownKeys(schema, path)
        const place = path.length === 0 ? '' : ` in ${field}`
        const help = known.length === 0 ? 'remove it' : helpFor(key, known)
        return {
          code: 'field-unknown',
          what: `unknown field ${quote(key)}${place}`,
          where: yaml.atKey(path, key),
          help,
        }
      })
    case 'invalid_value':
      return [{ code: 'field-unknown', what: `${field} is ${shown(value)}`, where, help: helpFor(value, issue.values) }]
    case 'invalid_type':
      if (value === undefined) return invalid(`${field} is missing`, `write ${KINDS[issue.expected] ?? issue.expected}`)
      return invalid(
        `${field} is ${kindOf(value)}, not ${KINDS[issue.expected] ?? issue.expected}`,
        value === null ? 'write a value or remove the field' : null,
      )
    case 'too_small':
    case 'too_big':
      return invalid(`${field} is ${shown(value)}`, `it must be ${bound(issue)}`)
    case 'invalid_union': {
      const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : []
      // A union that says itself what to write is taken at its word.
      const own = issue.message === 'Invalid input' ? null : issue.message
      return invalid(`${field} is ${shown(value)}`, options.length > 0 ? helpFor(value, options) : own)
    }
    case 'custom':
      return invalid(`${field} ${issue.params?.problem ?? `is ${shown(value)}`}`, issue.message)
    case 'invalid_format':
      return invalid(`${field} is ${shown(value)}`, issue.message)
    default:
      return invalid(`${field} is ${shown(value)}: ${issue.message}`, null)
  }
}

/** Errors: `field-unknown` and `field-invalid`, in the order of the schema; all of them, up to fifty. */
export const checkYaml = <Schema extends z.ZodType>(yaml: YamlText, schema: Schema): Outcome<z.output<Schema>> => {
  const parsed = schema.safeParse(yaml.data)
  if (parsed.success) return done(parsed.data)
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const issues = parsed.error.issues.slice(0, MAX_REPORTED)
  return failed(...issues.flatMap(issue => problemsOf(issue, yaml, shape)).slice(0, MAX_REPORTED))
}
