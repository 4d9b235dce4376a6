/**
 * The house rules that no compiler checks: registries, files, documentation and case folders agree; files stay small and
 * are named after what they do; every code of a const table is used; core/ reads neither clock nor chance.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LOSS_CODES } from '../../core/model/encoder.ts'
import { REJECTIONS } from '../../core/model/evidence.ts'
import { INCOMPLETE_CODES } from '../../core/model/policy.ts'
import { VERDICT_CODES } from '../../core/model/verdict.ts'
import { CLOSURE_RULES, ENCODERS, SOURCES } from '../../core/pipeline.ts'
import { DIFFERENCE_CODES } from '../../core/policy/difference.ts'
import { PROBLEM_CODES } from '../../io/problem.ts'

const ROOT = join(import.meta.dirname, '..', '..')

interface SourceFile {
  /** From the root, with `/`. */
  readonly path: string
  readonly text: string
}

const filesUnder = (folder: string): readonly SourceFile[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => join(entry.parentPath, entry.name))
    .map(path => ({ path: relative(ROOT, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }))

const CORE = filesUnder('core')
const PROGRAM = [...CORE, ...['io', 'apps', 'bench', 'examples'].flatMap(filesUnder)]
const ALL = [...PROGRAM, ...filesUnder('test')]

interface PlugIn {
  readonly id: string
  readonly summary: string
}

/** A registry, the folder of its files, and the function that makes an exported object one of its kind. */
const SEAMS: readonly {
  readonly kind: string
  readonly registry: readonly PlugIn[]
  readonly folder: string
  readonly method: string
  readonly cases: string
  readonly guide: string
}[] = [
  { kind: 'source', registry: SOURCES, folder: 'core/observe', method: 'decode', cases: 'sources', guide: 'source.md' },
  {
    kind: 'closure rule',
    registry: CLOSURE_RULES,
    folder: 'core/closure',
    method: 'close',
    cases: 'closure',
    guide: 'closure-rule.md',
  },
  {
    kind: 'encoder',
    registry: ENCODERS,
    folder: 'core/encode',
    method: 'encode',
    cases: 'encode',
    guide: 'encoder.md',
  },
]

const isPlugIn = (value: unknown, method: string): value is PlugIn =>
  typeof value === 'object' && value !== null && 'id' in value && 'summary' in value && method in value

describe.each(SEAMS)('$kind: one file, one registry line, one case folder', seam => {
  const ids = seam.registry.map(({ id }) => id).sort()

  test('ids are unique and plain', () => {
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  })

  test('what the folder exports is what the registry lists, in a file named after it', async () => {
    const found: string[] = []
    for (const { path } of CORE.filter(file => file.path.startsWith(`${seam.folder}/`))) {
      const exported: Readonly<Record<string, unknown>> = await import(join(ROOT, path))
      for (const value of Object.values(exported)) {
        if (!isPlugIn(value, seam.method)) continue
        // `cilium.ts` may hold `cilium-network-policy`.
        expect(`${value.id}-`.startsWith(`${basename(path, '.ts')}-`)).toBe(true)
        found.push(value.id)
      }
    }
    expect(found.sort()).toEqual(ids)
  })

  test('every summary is one sentence', () => {
    for (const { summary } of seam.registry) expect(summary).toMatch(/^\S[^\n]{10,200}$/)
  })

  test('every one has a case folder, and every case folder is one', () => {
    expect(readdirSync(join(ROOT, 'test', 'cases', seam.cases)).sort()).toEqual(ids)
    for (const id of ids) expect(readdirSync(join(ROOT, 'test', 'cases', seam.cases, id))).not.toEqual([])
  })

  test('the guide exists, and the list of what is built in names every one', () => {
    expect(existsSync(join(ROOT, 'docs', 'extend', seam.guide))).toBe(true)
    const architecture = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')
    for (const id of ids) expect(architecture).toContain(`\`${id}\``)
  })
})

describe('files', () => {
  test('none is a drawer', () => {
    const drawers = ALL.flatMap(({ path }) => path.split('/')).filter(part =>
      /^(utils?|common|helpers?|types|misc|shared|lib)(\.ts)?$/.test(part),
    )
    expect(drawers).toEqual([])
  })

  test('they are small', () => {
    const sizes = ALL.map(({ path, text }) => ({ path, lines: text.split('\n').length }))
    // Data that another project publishes, kept as one table.
    const TABLES = ['core/encode/iam-catalog.ts']
    const limit = (path: string) => (path.startsWith('test/') ? 400 : 300)
    expect(sizes.filter(({ path, lines }) => lines > limit(path) && !TABLES.includes(path))).toEqual([])
    const sorted = sizes.map(({ lines }) => lines).sort((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(90)
  })

  test('nothing is switched off: no focused, skipped or expected-to-fail test', () => {
    const off = filesUnder('test').filter(({ text }) =>
      /\b(test|it|describe)\.(only|skip|todo|fails|skipIf|runIf)\b/.test(text.replace(/^.*\/\\b\(test.*$/gm, '')),
    )
    expect(off.map(({ path }) => path)).toEqual([])
  })

  // What else could reach the world (fetch, process, files) does not compile there: core/tsconfig.json has no types.
  test('core/ reads neither clock nor chance', () => {
    const impure = CORE.filter(({ text }) =>
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(/.test(text.replace(/\/\*[\s\S]*?\*\//g, '')),
    )
    expect(impure.map(({ path }) => path)).toEqual([])
  })
})

describe('every code that a table defines is used', () => {
  const TABLES = {
    REJECTIONS,
    VERDICT_CODES,
    LOSS_CODES,
    INCOMPLETE_CODES,
    DIFFERENCE_CODES,
    PROBLEM_CODES,
  } satisfies Record<string, Readonly<Record<string, string>>>

  test.each(Object.entries(TABLES))('%s', (name, table) => {
    const elsewhere = PROGRAM.filter(({ text }) => !text.includes(`export const ${name} =`))
    const quoted = (word: string, text: string) => text.includes(`'${word}'`)
    // Written whole, or put together from its two parts in one file.
    const uses = (code: string, text: string) =>
      quoted(code, text) || (/^[a-z]+-[a-z]+$/.test(code) && code.split('-').every(part => quoted(part, text)))
    const unused = Object.keys(table).filter(code => !elsewhere.some(({ text }) => uses(code, text)))
    expect(unused).toEqual([])
  })
})
