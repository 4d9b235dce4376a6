/** `exceptions.yaml`: what is accepted, what is refused by itself and why, and that nothing broken ever widens. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Ajv from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Exception } from '../../core/model/exception.ts'
import { microsOfRfc3339 } from '../../core/model/rfc3339.ts'
import { accessWithoutPolicy, coveringException, isInForce } from '../../core/pipeline.ts'
import { accessByPolicy } from '../../io/exceptions/access-by-policy.ts'
import { addException } from '../../io/exceptions/add-exception.ts'
import { openExceptionBook } from '../../io/exceptions/exception-book.ts'
import { exceptionsJsonSchema } from '../../io/exceptions/exceptions-schema.ts'
import { readExceptions } from '../../io/exceptions/read-exceptions.ts'
import { HOSTILE } from './arbitrary-constraint.ts'
import { policyOf } from './policy-of.ts'

const LIMITS = { maxDays: 30, accessOf: accessByPolicy(() => null, accessWithoutPolicy) }

const GOOD: Exception = {
  id: 'incident-4711',
  workload: 'bank/assistant',
  owner: 'ada',
  reason: 'refunds while the importer is down',
  approvedBy: [],
  scope: {
    substrate: 'tool',
    actions: ['send_money'],
    dimensions: [{ dimension: 'tool.args.recipient', allow: { kind: 'set', values: ['GB29'] } }],
    session: null,
  },
  start: '2026-03-01T09:00:00Z',
  end: '2026-03-01T13:00:00Z',
}

const fileOf = (...exceptions: readonly object[]): string => JSON.stringify({ exceptions })
const read = (...exceptions: readonly object[]) => readExceptions(fileOf(...exceptions), 'exceptions.yaml', LIMITS)
const codes = ({ problems }: ReturnType<typeof read>) => problems.map(({ code }) => code)
const folder = () => mkdtemp(join(tmpdir(), 'exceptions-'))

describe('one entry', () => {
  test('is what it says; what is left out is nothing', () => {
    const { approvedBy: _, scope, ...rest } = GOOD
    const short = { ...rest, scope: { substrate: scope.substrate, actions: scope.actions } }
    expect(read(short).exceptions).toEqual([{ ...GOOD, scope: { ...scope, dimensions: null } }])
    expect(read(GOOD)).toEqual({ exceptions: [GOOD], problems: [] })
  })

  test('one that has ended is kept as history', () => {
    const { exceptions } = read({ ...GOOD, start: '2020-01-01T00:00:00Z', end: '2020-01-02T00:00:00Z' })
    expect(exceptions).toHaveLength(1)
    expect(isInForce(exceptions[0] ?? GOOD, microsOfRfc3339(GOOD.start) ?? 0)).toBe(false)
  })

  const scope = (changes: Partial<Exception['scope']>) => ({ ...GOOD, scope: { ...GOOD.scope, ...changes } })
  const context = (kind: string) => [{ dimension: 'tool.args.to', allow: { kind: 'anyOf', of: [{ kind }] } }]

  test.each<[string, object, string]>([
    ['no owner', { ...GOOD, owner: '' }, 'field-invalid'],
    ['an owner of blanks', { ...GOOD, owner: ' \u200b\t' }, 'field-invalid'],
    ['no reason', { ...GOOD, reason: '…' }, 'field-invalid'],
    ['an unknown field', { ...GOOD, forever: true }, 'field-unknown'],
    ['a misspelled workload', { ...GOOD, workload: 'bank' }, 'field-invalid'],
    ['a workload that climbs', { ...GOOD, workload: '../../x' }, 'field-invalid'],
    ['an id that no receipt can hold', { ...GOOD, id: 'a b\n' }, 'field-invalid'],
    ['no such day', { ...GOOD, start: '2026-02-30T00:00:00Z' }, 'field-invalid'],
    ['a time without a zone', { ...GOOD, end: '2026-03-01T13:00:00' }, 'field-invalid'],
    ['it ends before it starts', { ...GOOD, end: '2026-03-01T08:00:00Z' }, 'exception-period'],
    ['it ends when it starts', { ...GOOD, end: GOOD.start }, 'exception-period'],
    ['longer than any may be', { ...GOOD, end: '2026-03-31T09:00:01Z' }, 'exception-period'],
    ['no action', scope({ actions: [] }), 'field-invalid'],
    ['two surfaces, one person', scope({ actions: ['a', 'b'] }), 'exception-approval'],
    ['every action, one person', scope({ actions: null }), 'exception-approval'],
    ['destructive, one person', scope({ actions: ['delete_file'] }), 'exception-approval'],
    ['what the request says', { ...GOOD, scope: { ...GOOD.scope, dimensions: context('request') } }, 'field-invalid'],
    ['what results say', { ...GOOD, scope: { ...GOOD.scope, dimensions: context('field') } }, 'field-invalid'],
    ['what nothing says', { ...GOOD, scope: { ...GOOD.scope, dimensions: context('unprompted') } }, 'field-invalid'],
  ])('%s', (_, entry, code) => {
    const outcome = read(entry, { ...GOOD, id: 'other' })
    expect(codes(outcome)).toEqual([code])
    expect(outcome.problems[0]?.where).toMatch(/^exceptions\.yaml:1:\d+$/)
    // INVARIANT: a wrong entry costs only itself.
    expect(outcome.exceptions.map(({ id }) => id)).toEqual(['other'])
  })

  test.each(['Ada', ' ada ', 'A.D.A.'])('its owner by another spelling is no second person: %s', name => {
    expect(codes(read({ ...scope({ actions: null }), approvedBy: [name] }))).toEqual(['exception-approval'])
    expect(codes(read({ ...scope({ actions: null }), approvedBy: [name, 'bob'] }))).toEqual([])
  })

  test('what is destructive, its policy knows better than its name', () => {
    const { accessOf } = LIMITS
    const policy = policyOf([{ substrate: 'tool', action: 'send_money' }])
    const destroys = {
      ...policy,
      permissions: policy.permissions.map(one => ({
        ...one,
        access: { value: 'destructive' as const, by: 'written' as const },
      })),
    }
    expect(accessOf('bank/assistant', 'tool', 'send_money')).toBe('write')
    const limits = {
      maxDays: 30,
      accessOf: accessByPolicy(workload => (workload === 'bank/assistant' ? destroys : null), accessWithoutPolicy),
    }
    expect(codes(readExceptions(fileOf(GOOD), 'f', limits))).toEqual(['exception-approval'])
  })

  test('two with one id: neither, for nobody could tell from a receipt which one was meant', () => {
    const outcome = read(GOOD, { ...GOOD, reason: 'another one' }, { ...GOOD, id: 'third' })
    expect(codes(outcome)).toEqual(['exception-duplicate', 'exception-duplicate'])
    expect(outcome.exceptions.map(({ id }) => id)).toEqual(['third'])
  })

  test('an exception of thirty days is accepted, and a longer one where that was decided', () => {
    expect(codes(read({ ...GOOD, end: '2026-03-31T09:00:00Z' }))).toEqual([])
    expect(codes(readExceptions(fileOf({ ...GOOD, end: '2026-04-31T09:00:00Z' }), 'f', LIMITS))).toEqual([
      'field-invalid',
    ])
    expect(
      readExceptions(fileOf({ ...GOOD, end: '2026-04-30T09:00:00Z' }), 'f', { ...LIMITS, maxDays: 60 }).problems,
    ).toEqual([])
  })
})

describe('a whole file', () => {
  test.each([
    ['not YAML', 'exceptions: [', 'yaml-invalid'],
    ['an alias', 'exceptions: &a [*a]', 'yaml-refused'],
    ['no list', 'exceptions: 3', 'field-invalid'],
    ['another field beside it', `exceptions: []\nalso: 1`, 'field-unknown'],
  ])('%s: nothing is in force, and it says why', (_, text, code) => {
    const { exceptions, problems } = readExceptions(text, 'f', LIMITS)
    expect(exceptions).toEqual([])
    expect(problems[0]?.code).toBe(code)
  })

  test('an empty one is no exception and no problem', () => {
    expect(readExceptions('# none today\n', 'f', LIMITS)).toEqual({ exceptions: [], problems: [] })
  })

  test('hostile text in any field: refused, or taken as the text that it is', () => {
    const hostile = fc.oneof(
      fc.constantFrom(...HOSTILE, '<<', '*a', '!!js/function', '\u202etxt'),
      fc.string({ unit: 'binary' }),
    )
    const fields = fc.record({
      id: hostile,
      workload: hostile,
      owner: hostile,
      reason: hostile,
      action: hostile,
      value: hostile,
    })
    fc.assert(
      fc.property(fields, ({ id, workload, owner, reason, action, value }) => {
        const entry = {
          ...GOOD,
          id,
          workload,
          owner,
          reason,
          scope: {
            ...GOOD.scope,
            actions: [action],
            dimensions: [{ dimension: action, allow: { kind: 'set', values: [value] } }],
          },
        }
        for (const changed of [entry, { ...entry, id: GOOD.id, workload: GOOD.workload }]) {
          const { exceptions, problems } = read(changed)
          expect(exceptions.length + Math.min(1, problems.length)).toBe(1)
          if (exceptions.length === 1) expect(exceptions[0]).toEqual(changed)
        }
      }),
    )
  })

  test('the published schema accepts what is accepted', () => {
    const isValid = new Ajv.default({ strict: false, formats: { 'date-time': true } }).compile(
      exceptionsJsonSchema() as object,
    )
    expect(isValid({ exceptions: [GOOD] })).toBe(true)
    expect(isValid({ exceptions: [{ ...GOOD, forever: true }] })).toBe(false)
    expect(isValid({ exceptions: [{ ...GOOD, reason: undefined }] })).toBe(false)
  })
})

describe('a book, as an enforcement point holds it', () => {
  const rules = { coveringException, isInForce }
  const during = (microsOfRfc3339(GOOD.start) ?? 0) + 1
  const after = microsOfRfc3339(GOOD.end) ?? 0

  test('says what came into force, what ended by itself, and what was refused, once each', async () => {
    const file = join(await folder(), 'exceptions.yaml')
    await writeFile(file, fileOf(GOOD, { ...GOOD, id: 'bad', owner: '' }))
    const book = await openExceptionBook(file, LIMITS, rules)
    expect(book.changes(during).map(({ exception, change }) => [exception, change])).toEqual([
      ['', 'refused'],
      ['incident-4711', 'in-force'],
    ])
    expect(book.changes(during)).toEqual([])
    expect(book.changes(after)).toMatchObject([{ exception: 'incident-4711', change: 'ended', owner: 'ada' }])
    expect(book.all()).toHaveLength(1)
  })

  test('a file that breaks or goes away takes its exceptions with it', async () => {
    const file = join(await folder(), 'exceptions.yaml')
    await writeFile(file, fileOf({ ...GOOD, scope: { ...GOOD.scope, dimensions: null } }))
    const book = await openExceptionBook(file, LIMITS, rules)
    const request = { substrate: 'tool', action: 'send_money', values: [], visibility: 'seen' } as const
    const decision = { verdict: 'deny', code: 'surface-unknown', permission: null, deviations: [] } as const
    const covering = () => book.covering(during, 'bank/assistant', null, request, decision)?.id ?? null
    expect(covering()).toBe('incident-4711')
    await writeFile(file, 'exceptions: [')
    await book.reload()
    expect(covering()).toBeNull()
    expect(book.problems()[0]?.code).toBe('yaml-invalid')
  })
})

describe('adding', () => {
  test('keeps what is there as it was written, and reads back as what was added', async () => {
    const file = join(await folder(), 'exceptions.yaml')
    await writeFile(
      file,
      '# ours\nexceptions:\n  # the first\n  - {id: a, workload: x/y, owner: o, reason: r, scope: {substrate: tool, actions: [b]}, start: 2026-01-01T00:00:00Z, end: 2026-01-02T00:00:00Z}\n',
    )
    const hostile = { ...GOOD, reason: 'yes: *no\n# x "quoted" — é', owner: 'on' }
    expect(await addException(file, hostile, LIMITS)).toEqual({ ok: true, value: null })
    const text = await readFile(file, 'utf8')
    expect(text).toContain('# the first')
    expect(readExceptions(text, file, LIMITS).exceptions[1]).toEqual(hostile)
  })

  test('writes nothing that would be refused, and nothing into a file that is', async () => {
    const file = join(await folder(), 'exceptions.yaml')
    expect((await addException(file, { ...GOOD, end: GOOD.start }, LIMITS)).ok).toBe(false)
    await expect(readFile(file)).rejects.toThrow('ENOENT')
    await writeFile(file, 'exceptions: [')
    expect((await addException(file, GOOD, LIMITS)).ok).toBe(false)
    expect(await readFile(file, 'utf8')).toBe('exceptions: [')
  })
})
