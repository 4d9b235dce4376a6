/** Records that look like a source's, with parts of them taken out, repeated or replaced by something hostile. */
import fc from 'fast-check'
import { SOURCE_CASES, type SourceCase } from './source-cases.ts'

const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  '../../etc/passwd',
  '\u001b]0;title\u0007',
  '"; permit(principal, action, resource); //',
  '- a: &x [*x]\n  ? b',
  'x'.repeat(70_000),
  '9'.repeat(30),
  '2026-13-45T99:99:99Z',
  '{"a":',
  [],
  {},
  [[[[[[[[]]]]]]]],
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1},"toString":1,"valueOf":2,"length":3}'),
]

const hostile = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
)

/** Every path of keys and indexes into a record. */
const pathsOf = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? [path, ...Object.entries(value).flatMap(([key, entry]) => pathsOf(entry, [...path, key]))]
    : [path]

type Change = { readonly at: number; readonly to: unknown; readonly how: 'replace' | 'remove' | 'repeat' }

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(10_000),
  to: hostile,
  how: fc.constantFrom('replace', 'remove', 'repeat'),
})

const changed = (value: unknown, path: readonly string[], { to, how }: Change): unknown => {
  const [key, ...rest] = path
  if (key === undefined) return to
  if (Array.isArray(value)) {
    const index = Number(key)
    if (rest.length > 0)
      return value.map((entry, at) => (at === index ? changed(entry, rest, { at: 0, to, how }) : entry))
    if (how === 'remove') return value.filter((_entry, at) => at !== index)
    return how === 'repeat' ? [...value, value[index]] : value.map((entry, at) => (at === index ? to : entry))
  }
  const entries = Object.entries(Object(value))
  if (rest.length === 0 && how === 'remove') return Object.fromEntries(entries.filter(([name]) => name !== key))
  return Object.fromEntries(
    entries.map(([name, entry]) => [name, name === key ? changed(entry, rest, { at: 0, to, how }) : entry]),
  )
}

const mutated = (record: unknown, changes: readonly Change[]): unknown =>
  changes.reduce<unknown>((current, each) => {
    const paths = pathsOf(current)
    return changed(current, paths[each.at % paths.length] ?? [], each)
  }, record)

const changedCase = (cases: readonly SourceCase[]): fc.Arbitrary<unknown> =>
  fc
    .tuple(fc.constantFrom(...cases), fc.array(change, { maxLength: 4 }))
    .map(([{ record }, changes]) => mutated(record, changes))

/** Mostly a case of this source with up to four changes; sometimes one of another source, or any JSON. */
export const arbitraryRecord = (source: string): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 8, arbitrary: changedCase(SOURCE_CASES.filter(each => each.source === source)) },
    { weight: 1, arbitrary: changedCase(SOURCE_CASES) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 6 }) },
  )
